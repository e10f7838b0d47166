import SQLText

extension DuckDBConnection {
    public func run(
        _ text: String, parameters: [String: CellValue], cancellation: Cancellation,
        _ receive: (ResultEvent) throws -> Void
    ) throws {
        guard isOpen else { throw DatabaseError(.lost, .duckdb, "The session has ended.") }
        let bytes = Array(text.utf8)
        let statements = StatementText.split(bytes, .duckdb)
        try withoutActuallyEscaping(receive) { receive in
            let delivery = RowDelivery(receive)
            for (index, statement) in statements.enumerated() {
                let place = StatementPlace(index: index, range: statement.range)
                let run = DuckDBRun(
                    program, bytes, text, statement, place, delivery, cancellation)
                try run.check()
                try run.run(
                    try BoundStatement(statement, of: bytes, parameters, .duckdb, .literal))
            }
        }
    }

    /// What the program prints for one request, as it is.
    ///
    /// - Parameter place: Finds the byte that the words of an error point to.
    func output(
        of request: String, _ cancellation: Cancellation, place: (String) -> Int? = { _ in nil }
    ) throws -> [UInt8] {
        var output: [UInt8] = []
        let answer = program.ask(
            Array(request.utf8), cancellation, idle: { -1 },
            line: { line in
                output += line
                output.append(10)
                return true
            })
        if answer.isLost || !answer.errors.isEmpty {
            if answer.isLost, cancellation.isRequested {
                throw DatabaseError(.cancelled, .duckdb, "Cancelled; the session had to be ended.")
            }
            var error = DuckDBErrors.error(
                answer.errors, fallback: answer.isLost ? .lost : .other)
            error.offset = place(answer.errors)
            throw error
        }
        return output
    }
}

/// One statement on its way through the program.
private final class DuckDBRun {
    private let program: DuckDBProgram
    private let bytes: [UInt8]
    private let text: String
    private let statement: StatementText
    private let place: StatementPlace
    private let delivery: RowDelivery
    private let cancellation: Cancellation
    private var columns: [ResultColumn]?
    private var changes: Int?
    private var failure: (any Error)?

    init(
        _ program: DuckDBProgram, _ bytes: [UInt8], _ text: String, _ statement: StatementText,
        _ place: StatementPlace, _ delivery: RowDelivery, _ cancellation: Cancellation
    ) {
        self.program = program
        self.bytes = bytes
        self.text = text
        self.statement = statement
        self.place = place
        self.delivery = delivery
        self.cancellation = cancellation
    }

    /// Refuses what the program would take for something else than SQL, or wait for the end of.
    func check() throws {
        if cancellation.isRequested {
            throw placed(DatabaseError(.cancelled, .duckdb, "Cancelled."))
        }
        if statement.isUnterminated {
            throw DatabaseError(.invalid, .duckdb, "A quote or a comment is not closed.").placed(
                at: statement.tokens.last?.range.lowerBound, in: text, statement: place.index)
        }
        let first = bytes[statement.range.lowerBound]
        guard first != UInt8(ascii: "."), !bytes[statement.range].contains(0) else {
            throw placed(
                DatabaseError(.invalid, .duckdb, "A statement of SQL does not begin like this."))
        }
    }

    func run(_ bound: BoundStatement) throws {
        try delivery.begin(place)
        let words = statement.firstWords(1, bytes)
        let queries: Set = ["SELECT", "WITH", "FROM", "VALUES", "TABLE", "PIVOT", "UNPIVOT", ""]
        if let word = words.first, queries.contains(word) { try describe(bound) }
        let isChange = ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "WITH"].contains(words.first)
        let before: [UInt8] = isChange ? Array(".changes on\n".utf8) : []
        let after: [UInt8] = isChange ? Array("\n;\n.changes off".utf8) : Array("\n;".utf8)
        let answer = program.ask(
            before + bound.text + after, cancellation,
            idle: { [self] in
                guard failure == nil, delivery.deliverDue() else { return nil }
                return delivery.batch.isEmpty ? -1 : 20
            }, line: { [self] line in take(line) })
        if let failure = failure ?? delivery.failure { throw failure }
        try check(answer, bound, skippedLines: 0)
        try delivery.end(changes: changes)
    }

    /// Asks for the columns first: rows alone tell neither types nor, where there are none, names.
    private func describe(_ bound: BoundStatement) throws {
        var found: [ResultColumn] = []
        let shape = ["column_name", "column_type"].map {
            ResultColumn(name: $0, type: "VARCHAR", kind: .text)
        }
        let answer = program.ask(
            Array("FROM (DESCRIBE\n".utf8) + bound.text
                + Array("\n) SELECT column_name, column_type;".utf8), cancellation,
            idle: { -1 },
            line: { line in
                var batch = RowBatch(columnCount: 2)
                var reader = DuckDBRowReader(line)
                guard reader.read(shape, into: &batch), case .text(let name) = batch[0, 0],
                    case .text(let type) = batch[0, 1]
                else { return true }
                found.append(
                    ResultColumn(name: name, type: type, kind: DuckDBTypes.kind(of: type)))
                return true
            })
        try check(answer, bound, skippedLines: 1)
        // `WITH … INSERT` gives no columns.
        guard !found.isEmpty else { return }
        columns = found
        try delivery.begin(found)
    }

    /// A line of the answer; false to stop.
    private func take(_ line: UnsafeRawBufferPointer) -> Bool {
        guard failure == nil else { return false }
        do {
            if line.first == UInt8(ascii: "{") {
                try row(line)
            } else if line.starts(with: Array("changes:".utf8)) {
                let words = String(decoding: line, as: UTF8.self).split(separator: " ")
                changes = words.dropFirst().first.flatMap { Int($0) }
            } else if !line.isEmpty {
                try other(line)
            }
        } catch {
            failure = error
        }
        return failure == nil
    }

    private func row(_ line: UnsafeRawBufferPointer) throws {
        if columns == nil {
            var reader = DuckDBRowReader(line)
            guard let found = reader.columns() else { return try other(line) }
            columns = found
            try delivery.begin(found)
        }
        var reader = DuckDBRowReader(line)
        guard reader.read(columns ?? [], into: &delivery.batch) else {
            throw placed(
                DatabaseError(.other, .duckdb, "A row of the program could not be read."))
        }
        try delivery.rowDone()
    }

    /// Text that is no row, as EXPLAIN gives: one column of lines.
    private func other(_ line: UnsafeRawBufferPointer) throws {
        if columns == nil {
            let column = ResultColumn(name: "output", type: "", kind: .text)
            columns = [column]
            try delivery.begin([column])
        }
        guard columns?.first?.name == "output" else { return }
        delivery.batch.append(text: line)
        try delivery.rowDone()
    }

    private func check(
        _ answer: DuckDBProgram.Answer, _ bound: BoundStatement, skippedLines: Int
    ) throws {
        if answer.isLost {
            let error =
                cancellation.isRequested
                ? DatabaseError(.cancelled, .duckdb, "Cancelled; the session had to be ended.")
                : DatabaseError(
                    .lost, .duckdb, "The program ended in the middle: \(answer.errors.prefix(500))")
            throw placed(error)
        }
        guard !answer.errors.isEmpty || cancellation.isRequested else { return }
        var error = DuckDBErrors.error(answer.errors)
        if cancellation.isRequested {
            error = DatabaseError(.cancelled, .duckdb, "Cancelled.")
        }
        // The place is within what was sent; the parameters in it may have moved it.
        let inside = DuckDBErrors.offset(
            in: answer.errors, of: bound.text, skippedLines: skippedLines)
        throw error.placed(
            at: inside.map { bound.origin(of: $0) } ?? place.range.lowerBound, in: text,
            statement: place.index)
    }

    private func placed(_ error: DatabaseError) -> DatabaseError {
        error.placed(at: place.range.lowerBound, in: text, statement: place.index)
    }
}
