import CPostgres

extension PostgresConnection {
    public func explain(
        _ statement: String, parameters: [String: CellValue], isAnalyzing: Bool,
        cancellation: Cancellation
    ) throws -> Explanation {
        let single = try StatementText.single(statement, .postgresql)
        // VERBOSE tells the schema, and the workers' own figures.
        let options =
            isAnalyzing ? "ANALYZE, BUFFERS, VERBOSE, FORMAT JSON" : "VERBOSE, FORMAT JSON"
        let text = "EXPLAIN (\(options)) " + single
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
        let rows = try rows(text, parameters: parameters, cancellation: cancellation)
        guard case .text(let json)? = rows.first?.first else {
            throw DatabaseError(.unsupported, .postgresql, "The server gave no plan.")
        }
        return .json(Array(json.utf8))
    }
}
