import CPostgres
import Glibc

extension PostgresConnection {
    public func run(
        _ text: String, parameters: [String: CellValue], cancellation: Cancellation,
        _ receive: (ResultEvent) throws -> Void
    ) throws {
        guard isOpen else { throw DatabaseError(.lost, .postgresql, "The session has ended.") }
        loadTypeNames()
        let bytes = Array(text.utf8)
        let statements = StatementText.split(bytes, .postgresql)
        try withoutActuallyEscaping(receive) { receive in
            let delivery = RowDelivery(receive)
            let wake = WakeDescriptor(cancellation)
            for (index, statement) in statements.enumerated() {
                if cancellation.isRequested {
                    throw DatabaseError(.cancelled, .postgresql, "Cancelled.")
                        .placed(at: nil, in: text, statement: index)
                }
                var bound = try BoundStatement(statement, of: bytes, parameters, engine, .numbered)
                bound.end()
                let place = StatementPlace(index: index, range: statement.range)
                var run = PostgresRun(self, bound, place, text, delivery, cancellation, wake)
                try run.run()
            }
        }
    }
}

/// One statement on its way through libpq.
private struct PostgresRun {
    /// A server that did not hear of a request to stop is told again after this time.
    private static let repeatCancelMilliseconds = 250

    private let owner: PostgresConnection
    private let statement: BoundStatement
    private let place: StatementPlace
    private let text: String
    private let delivery: RowDelivery
    private let cancellation: Cancellation
    private let wake: WakeDescriptor
    private var columns: [ResultColumn]?
    private var changes: Int?
    private var failure: (any Error)?
    private var lastCancel: Int?

    init(
        _ owner: PostgresConnection, _ statement: BoundStatement, _ place: StatementPlace,
        _ text: String, _ delivery: RowDelivery, _ cancellation: Cancellation,
        _ wake: WakeDescriptor
    ) {
        self.owner = owner
        self.statement = statement
        self.place = place
        self.text = text
        self.delivery = delivery
        self.cancellation = cancellation
        self.wake = wake
    }

    mutating func run() throws {
        try delivery.begin(place)
        let values = statement.values.map(PostgresRun.text)
        let isSent = statement.text.withUnsafeBytes { bytes in
            CStrings.with(values) { values in
                PQsendQueryParams(
                    owner.connection, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(values.count - 1), nil, values, nil, nil, 0)
            }
        }
        guard isSent == 1 else { throw placed(owner.failure(owner.isOpen ? .other : .lost)) }
        PQsetSingleRowMode(owner.connection)
        while let result = try nextResult() {
            defer { PQclear(result) }
            // Whatever fails: all results are taken, so that the next statement finds none.
            guard failure == nil else { continue }
            do { try take(result) } catch {
                failure = error
                if !(error is DatabaseError) { stop() }
            }
        }
        if let failure { throw failure }
        try delivery.end(changes: changes)
    }

    /// The next result, waited for without missing a request to stop.
    private mutating func nextResult() throws -> OpaquePointer? {
        while PQisBusy(owner.connection) == 1 {
            if failure == nil, !delivery.deliverDue() {
                failure = delivery.failure
                stop()
            }
            let isReady = Waiting.wait(
                PQsocket(owner.connection), Int16(POLLIN), wake.descriptor, waitMilliseconds)
            if cancellation.isRequested, isTimeToCancel { stop() }
            if isReady, PQconsumeInput(owner.connection) == 0 {
                throw placed(owner.failure(.lost))
            }
        }
        return PQgetResult(owner.connection)
    }

    private var waitMilliseconds: Int {
        if lastCancel != nil { return Self.repeatCancelMilliseconds }
        return delivery.batch.isEmpty || failure != nil ? -1 : 20
    }

    private var isTimeToCancel: Bool {
        lastCancel.map { MonotonicTime.milliseconds() - $0 >= Self.repeatCancelMilliseconds }
            ?? true
    }

    private mutating func stop() {
        wake.clear()
        lastCancel = MonotonicTime.milliseconds()
        owner.sendCancel()
    }

    private mutating func take(_ result: OpaquePointer) throws {
        switch PQresultStatus(result) {
        case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK:
            let known = try known(result)
            let count = PQntuples(result)
            for row in 0..<count {
                try append(result, row, known)
                try delivery.rowDone()
            }
            if PQresultStatus(result) == PGRES_TUPLES_OK { changes = Self.changes(result) }
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: changes = Self.changes(result)
        case PGRES_COPY_OUT: try copyOut()
        case PGRES_COPY_IN:
            PQputCopyEnd(owner.connection, "input for COPY is not supported here")
        default: throw error(of: result)
        }
    }

    /// The columns, told when first seen.
    private mutating func known(_ result: OpaquePointer) throws -> [ResultColumn] {
        if let columns { return columns }
        let found = (0..<PQnfields(result)).map { index in
            let oid = PQftype(result, index)
            return ResultColumn(
                name: PQfname(result, index).map { String(cString: $0) } ?? "",
                type: owner.typeName(oid) ?? "type \(oid)", kind: PostgresTypes.kind(of: oid))
        }
        columns = found
        try delivery.begin(found)
        return found
    }

    private func append(
        _ result: OpaquePointer, _ row: Int32, _ columns: [ResultColumn]
    ) throws {
        for (index, column) in columns.enumerated() {
            let index = Int32(index)
            if PQgetisnull(result, row, index) == 1 {
                delivery.batch.appendNull()
                continue
            }
            let bytes = UnsafeRawBufferPointer(
                start: PQgetvalue(result, row, index), count: Int(PQgetlength(result, row, index)))
            guard delivery.batch.hasRoom(for: bytes.count) else {
                throw placed(DatabaseError(.unsupported, .postgresql, "A row exceeds 4 GiB."))
            }
            PostgresTypes.append(bytes, column.kind, to: &delivery.batch)
        }
    }

    /// What `COPY … TO STDOUT` writes, a line a row.
    private mutating func copyOut() throws {
        let column = ResultColumn(name: "copy", type: "text", kind: .text)
        columns = [column]
        try delivery.begin([column])
        var line: UnsafeMutablePointer<CChar>?
        while true {
            let count = PQgetCopyData(owner.connection, &line, 1)
            if count == 0 {
                // Nothing yet: a request to stop must not wait for the next row.
                let isReady = Waiting.wait(
                    PQsocket(owner.connection), Int16(POLLIN), wake.descriptor, waitMilliseconds)
                if cancellation.isRequested, isTimeToCancel { stop() }
                if isReady, PQconsumeInput(owner.connection) == 0 {
                    throw placed(owner.failure(.lost))
                }
                if !delivery.deliverDue(), failure == nil {
                    failure = delivery.failure
                    stop()
                }
                continue
            }
            guard count > 0, let found = line else { break }
            defer { PQfreemem(line) }
            var length = Int(count)
            if found[length - 1] == 10 { length -= 1 }
            delivery.batch.append(text: UnsafeRawBufferPointer(start: found, count: length))
            try delivery.rowDone()
            if cancellation.isRequested, isTimeToCancel { stop() }
        }
    }

    private static func changes(_ result: OpaquePointer) -> Int? {
        let status = PQcmdStatus(result).map { String(cString: $0) } ?? ""
        let verbs = ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"]
        guard verbs.contains(where: { status.hasPrefix($0) }) else { return nil }
        return PQcmdTuples(result).flatMap { Int(String(cString: $0)) }
    }

    private func error(of result: OpaquePointer) -> DatabaseError {
        func field(_ letter: Character) -> String? {
            PQresultErrorField(result, Int32(letter.asciiValue ?? 0)).map { String(cString: $0) }
        }
        let code = field("C") ?? ""
        let isLost = PQstatus(owner.connection) != CONNECTION_OK
        let message =
            field("M") ?? PQresultErrorMessage(result).map { String(cString: $0) } ?? "unknown"
        let hint = [field("D"), field("H")].compactMap { $0 }.joined(separator: " ")
        let kind: DatabaseError.Kind = isLost ? .lost : Self.kind(of: code)
        let error = DatabaseError(
            kind == .other && cancellation.isRequested && code == "57014" ? .cancelled : kind,
            .postgresql, message, hint: hint.isEmpty ? nil : hint, code: code)
        let character = field("P").flatMap { Int($0) }
        return placed(
            error,
            at: character.map { statement.origin(of: statement.offset(ofCharacter: $0 - 1)) })
    }

    private func placed(_ error: DatabaseError, at offset: Int? = nil) -> DatabaseError {
        error.placed(at: offset ?? place.range.lowerBound, in: text, statement: place.index)
    }

    /// The kind of a SQLSTATE (PostgreSQL manual, appendix A).
    private static func kind(of code: String) -> DatabaseError.Kind {
        switch code {
        case "57014": .cancelled
        case "25006": .readOnly
        case "55P03", "40P01", "40001": .locked
        case "53100": .diskFull
        case "53300", "57P03": .unreachable
        case "57P01", "57P02": .lost
        case "XX001", "XX002": .corrupt
        case "42501": .notAdmitted
        case _ where code.hasPrefix("08"): .lost
        case _ where code.hasPrefix("23"): .constraint
        case _ where code.hasPrefix("42") || code.hasPrefix("22"): .invalid
        case _ where code.hasPrefix("0A"): .unsupported
        default: .other
        }
    }

    /// A value in PostgreSQL's text form; nil is NULL.
    private static func text(_ value: CellValue) -> String? {
        switch value {
        case .null: nil
        case .boolean(let value): value ? "t" : "f"
        case .integer(let value): "\(value)"
        case .real(let value):
            value.isNaN
                ? "NaN" : value.isInfinite ? (value < 0 ? "-" : "") + "Infinity" : "\(value)"
        case .text(let text): text
        case .blob(let bytes): "\\x" + bytes.map(SQLQuoting.hex).joined()
        }
    }
}
