import SQLText

extension DatabaseEngine {
    /// Whether one of the statements of `text` is BEGIN or START TRANSACTION; what stands in the
    /// body of a function does not count. O(length).
    public func beginsTransaction(_ text: String) -> Bool {
        let script = SQLScript(text, dialect)
        return script.statements.contains { statement in
            let first = script.text(script.tokens[statement.tokens.lowerBound].range)
            return ["begin", "start"].contains(first.lowercased())
        }
    }
}
