import CSQLite
import SQLText

extension SQLiteConnection {
    public func explain(
        _ statement: String, parameters: [String: CellValue], isAnalyzing: Bool,
        cancellation: Cancellation
    ) throws -> Explanation {
        let (single, start) = try StatementText.single(statement, .sqlite)
        // A plan does not depend on values, so those that are missing are nothing here.
        let head = "EXPLAIN QUERY PLAN "
        let found = try StatementText.relocating(by: head.utf8.count - start, in: statement) {
            try rowsOfPlan(head + single, parameters).get()
        }
        let lines = found.compactMap { row -> Explanation.PlanRow? in
            guard row.count == 4, case .integer(let id) = row[0],
                case .integer(let parent) = row[1],
                case .text(let detail) = row[3]
            else { return nil }
            return Explanation.PlanRow(id: Int(id), parent: Int(parent), detail: detail)
        }
        let length = (try? rowsOfPlan("EXPLAIN " + single, parameters).get().count) ?? 0
        var measured: StatementSummary?
        if isAnalyzing {
            measured = try StatementText.relocating(by: -start, in: statement) {
                try measure(single, parameters, cancellation)
            }
        }
        return .sqlite(lines, bytecodeLength: length, measured: measured)
    }

    private func rowsOfPlan(
        _ text: String, _ parameters: [String: CellValue]
    ) -> Result<[[CellValue]], any Error> {
        var values = parameters
        for name in StatementText.parameterNames(Array(text.utf8), .sqlite)
        where values[name] == nil { values[name] = .null }
        return Result { try rows(text, parameters: values) }
    }

    /// Runs a statement, drops its rows, and undoes what it changed.
    private func measure(
        _ statement: String, _ parameters: [String: CellValue], _ cancellation: Cancellation
    ) throws -> StatementSummary? {
        let isNested = sqlite3_get_autocommit(handle) == 0
        try execute(isNested ? "SAVEPOINT spillway_explain" : "BEGIN")
        defer {
            let undo =
                isNested
                ? "ROLLBACK TO spillway_explain; RELEASE spillway_explain" : "ROLLBACK"
            sqlite3_exec(handle, undo, nil, nil, nil)
        }
        var summary: StatementSummary?
        try run(statement, parameters: parameters, cancellation: cancellation) { event in
            if case .ended(let ended) = event { summary = ended }
        }
        return summary
    }
}

extension StatementText {
    /// The one statement of a text, without its semicolon, and the byte where it begins.
    ///
    /// - Throws: ``DatabaseError`` where the text holds none or several.
    static func single(
        _ text: String, _ engine: DatabaseEngine
    ) throws(DatabaseError) -> (text: String, start: Int) {
        let bytes = Array(text.utf8)
        let statements = split(bytes, engine)
        guard let first = statements.first else {
            throw DatabaseError(.invalid, engine, "There is no statement to explain.")
        }
        guard statements.count == 1 else {
            throw DatabaseError(
                .invalid, engine, "A plan is of one statement; the text holds \(statements.count)."
            ).placed(at: statements[1].range.lowerBound, in: text, statement: 1)
        }
        guard !first.isUnterminated else {
            throw DatabaseError(.invalid, engine, "A quote or a comment is not closed.")
                .placed(at: first.tokens.last?.range.lowerBound, in: text, statement: 0)
        }
        guard first.firstWords(1, bytes) != ["EXPLAIN"] else {
            throw DatabaseError(
                .invalid, engine, "The statement is an EXPLAIN.",
                hint: "Give the statement alone, without EXPLAIN before it."
            ).placed(at: first.range.lowerBound, in: text, statement: 0)
        }
        return (String(decoding: bytes[first.range], as: UTF8.self), first.range.lowerBound)
    }

    /// Does `body`, whose errors have places in a longer text, and throws them with those of
    /// `whole`, which begins `shift` bytes into it.
    static func relocating<Result>(
        by shift: Int, in whole: String, _ body: () throws -> Result
    ) throws -> Result {
        do { return try body() } catch let error as DatabaseError {
            throw error.relocated(by: shift, in: whole)
        }
    }
}
