public import Domain

/// A key of a table that points into another one: each value of it must occur there.
public struct ContractReference: Hashable, Sendable {
    /// The properties of this table, by name.
    public var sources: [String]
    /// `table.property`, one for each source.
    public var targets: [String]
    /// Whether it is a foreign key; other kinds only tell how tables are related.
    public var isForeignKey: Bool
    public var place: SourcePlace

    /// `country` or `country, city`.
    var title: String { sources.isEmpty ? "?" : sources.joined(separator: ", ") }
    var targetTitle: String { targets.joined(separator: ", ") }
}

/// A reference whose tables and columns are found.
struct ResolvedReference: Sendable {
    var columns: [String]
    var table: String
    var targetColumns: [String]

    /// Looks a reference up in its contract.
    ///
    /// - Returns: the columns, or why it cannot be checked, in words.
    static func resolve(
        _ reference: ContractReference, of object: ContractObject, in contract: Contract
    ) -> Result<ResolvedReference, ReferenceProblem> {
        func problem(_ words: String) -> Result<ResolvedReference, ReferenceProblem> {
            .failure(ReferenceProblem(words: words))
        }
        guard !reference.sources.isEmpty, reference.sources.count == reference.targets.count else {
            return problem("its 'from' and 'to' differ in length")
        }
        var found = ResolvedReference(columns: [], table: "", targetColumns: [])
        var target: ContractObject?
        for (source, written) in zip(reference.sources, reference.targets) {
            guard let property = object.properties.first(where: { $0.name == source }) else {
                return problem("'\(object.name)' has no property '\(source)'")
            }
            guard let dot = written.lastIndex(of: ".") else {
                return problem("'\(written)' is not written as table.property")
            }
            let name = written[..<dot]
            if let target, target.name != name {
                return problem("it points into more than one table")
            }
            guard let object = target ?? contract.objects.first(where: { $0.name == name }) else {
                return problem("the contract has no table '\(name)'")
            }
            let field = written[written.index(after: dot)...]
            guard let other = object.properties.first(where: { $0.name == field }) else {
                return problem("'\(object.name)' has no property '\(field)'")
            }
            target = object
            found.table = object.tableName
            found.columns.append(property.columnName)
            found.targetColumns.append(other.columnName)
        }
        return .success(found)
    }
}

/// Why a reference cannot be checked.
struct ReferenceProblem: Error {
    var words: String
}
