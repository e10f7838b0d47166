extension SQLScript {
    /// The parameters of a statement in order of their first place, as they are written (`:day`,
    /// `$1`); each `?` is one of its own, named `?` and its number.
    public func parameters(of statement: SQLStatement) -> [SQLParameter] {
        var found: [SQLParameter] = []
        var questions = 0
        for token in tokens[statement.tokens] where token.kind == .parameter {
            var name = text(token.range)
            if name == "?" {
                questions += 1
                name = "?\(questions)"
            }
            if let index = found.firstIndex(where: { $0.name == name }) {
                found[index].places.append(token.range)
            } else {
                found.append(SQLParameter(name: name, places: [token.range]))
            }
        }
        return found
    }
}

/// A placeholder of a statement.
public struct SQLParameter: Hashable, Sendable {
    /// With its sign.
    public var name: String
    /// Where it stands in the script.
    public var places: [Range<Int>]
}
