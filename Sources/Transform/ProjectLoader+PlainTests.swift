import Jinja

/// What dbt's own four tests refer to, read without running their macros.
///
/// A project has several of them for each model, and all that the first pass wants of them is which
/// relations they name. Whatever is not plain goes the long way; both give the same.
extension ProjectLoader {
    private static let plainArguments: [String: Set<String>] = [
        "unique": ["column_name", "model"], "not_null": ["column_name", "model"],
        "accepted_values": ["column_name", "model", "values"],
        "relationships": ["column_name", "model", "to", "field"],
    ]

    /// - Parameter model: the name of the model or source table that the test stands under.
    /// - Returns: nil where only the macro itself can tell.
    func plainRecord(
        of node: TransformNode, _ pending: PendingTest, model: String
    ) -> RenderRecord? {
        guard let test = node.generic, test.namespace == nil,
            let wanted = Self.plainArguments[test.name],
            isBuiltIn("test_" + test.name, from: node.package)
        else { return nil }
        var given = Set(test.arguments.pairs.map(\.key))
        if test.name == "accepted_values" { given.remove("quote") }
        guard given == wanted else { return nil }
        var record = RenderRecord()
        func note(_ reference: NodeReference) {
            guard !record.references.contains(reference) else { return }
            record.references.append(reference)
            record.referencePlaces.append(nil)
        }
        for pair in test.arguments.pairs {
            switch pair.key {
            case "column_name": continue
            case "model":
                if let source = pending.source {
                    record.sources.append([source, model])
                    record.sourcePlaces.append(nil)
                } else {
                    note(NodeReference(name: model, version: pending.version))
                }
            case "to":
                guard let name = Self.plainReference(pair.value.text) else { return nil }
                note(NodeReference(name: name))
            default:
                guard Self.isPlain(pair.value) else { return nil }
            }
        }
        return record
    }

    /// Whether neither the macro nor what it calls is the project's own.
    private func isBuiltIn(_ macro: String, from package: String) -> Bool {
        if let known = builtInTests[package + "/" + macro] { return known }
        let own = [macro, "get_where_subquery", "ref", "source"].contains { name in
            guard let found = context.macros?.findAnywhere(name, from: package) else {
                return false
            }
            guard case .object(let object) = found,
                case .object(let original)? = context.macros?.macro(name, in: "dbt")
            else { return true }
            return object !== original
        }
        builtInTests[package + "/" + macro] = !own
        return !own
    }

    private static func isPlain(_ value: ConfigValue) -> Bool {
        switch value {
        case .string(let text):
            !text.utf8.contains(UInt8(ascii: "{")) && !TestRenderer.looksLikeCall(text)
        case .list(let items): items.allSatisfy(isPlain)
        case .map: false
        default: true
        }
    }

    /// The name in `ref('name')`; nil for anything else.
    private static func plainReference(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count > 7, text.hasPrefix("ref("), bytes.last == UInt8(ascii: ")"),
            bytes[4] == UInt8(ascii: "'") || bytes[4] == UInt8(ascii: "\""),
            bytes[bytes.count - 2] == bytes[4]
        else { return nil }
        let name = bytes[5..<(bytes.count - 2)]
        guard name.allSatisfy(SQLScanner.isWordByte) else { return nil }
        return String(decoding: name, as: UTF8.self)
    }
}
