extension DuckDBConnection {
    public func explain(
        _ statement: String, parameters: [String: CellValue], isAnalyzing: Bool,
        cancellation: Cancellation
    ) throws -> Explanation {
        let (single, start) = try StatementText.single(statement, .duckdb)
        let bytes = Array(single.utf8)
        guard let parsed = StatementText.split(bytes, .duckdb).first,
            bytes.first != UInt8(ascii: ".")
        else { throw DatabaseError(.invalid, .duckdb, "There is no statement to explain.") }
        let bound = try BoundStatement(parsed, of: bytes, parameters, .duckdb, .literal)
        let text = String(decoding: bound.text, as: UTF8.self)
        let words = parsed.firstWords(1, bytes)
        let isChange = !["SELECT", "FROM", "VALUES", "TABLE"].contains(words.first)
        let undoes = isAnalyzing && isChange
        if undoes { _ = try output(of: "BEGIN;", cancellation) }
        defer { if undoes, isOpen { _ = try? output(of: "ROLLBACK;", Cancellation()) } }
        let options = isAnalyzing ? "ANALYZE, FORMAT JSON" : "FORMAT JSON"
        let output: [UInt8]
        do {
            output = try self.output(
                of: "EXPLAIN (\(options))\n\(text)\n;", cancellation,
                place: { DuckDBErrors.offset(in: $0, of: bound.text, skippedLines: 1) })
        } catch let error as DatabaseError {
            if cancellation.isRequested { throw DatabaseError(.cancelled, .duckdb, "Cancelled.") }
            guard let offset = error.offset else { throw error }
            throw error.placed(at: start + bound.origin(of: offset), in: statement, statement: nil)
        }
        // A drawn heading may stand above the JSON.
        let lines = output.split(separator: 10)
        let json = lines.drop { $0.first != UInt8(ascii: "{") && $0.first != UInt8(ascii: "[") }
        guard !json.isEmpty else {
            throw DatabaseError(.unsupported, .duckdb, "The program gave no plan in JSON.")
        }
        return .json(Array(json.joined(separator: [10])))
    }
}
