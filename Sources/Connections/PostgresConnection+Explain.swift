import CPostgres

extension PostgresConnection {
    public func explain(
        _ statement: String, parameters: [String: CellValue], isAnalyzing: Bool,
        cancellation: Cancellation
    ) throws -> Explanation {
        let (single, start) = try StatementText.single(statement, .postgresql)
        // VERBOSE tells the schema, and the workers' own figures.
        let options =
            isAnalyzing ? "ANALYZE, BUFFERS, VERBOSE, FORMAT JSON" : "VERBOSE, FORMAT JSON"
        let head = "EXPLAIN (\(options)) "
        let text = head + single
        let isNested = PQtransactionStatus(connection) == PQTRANS_INTRANS
        if isAnalyzing { try execute(isNested ? "SAVEPOINT spillway_explain" : "BEGIN") }
        defer {
            if isAnalyzing, isOpen {
                let undo =
                    isNested
                    ? "ROLLBACK TO SAVEPOINT spillway_explain; RELEASE SAVEPOINT spillway_explain"
                    : "ROLLBACK"
                for part in undo.split(separator: ";") { PQclear(PQexec(connection, String(part))) }
            }
        }
        let found = try StatementText.relocating(by: head.utf8.count - start, in: statement) {
            try rows(text, parameters: parameters, cancellation: cancellation)
        }
        guard case .text(let json)? = found.first?.first else {
            throw DatabaseError(.unsupported, .postgresql, "The server gave no plan.")
        }
        return .json(Array(json.utf8))
    }
}
