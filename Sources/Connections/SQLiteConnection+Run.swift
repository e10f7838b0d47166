import CSQLite

extension SQLiteConnection {
    public func run(
        _ text: String, parameters: [String: CellValue], cancellation: Cancellation,
        _ receive: (ResultEvent) throws -> Void
    ) throws {
        try withoutActuallyEscaping(receive) { receive in
            let delivery = RowDelivery(receive)
            let watch = SQLiteWatch(cancellation, delivery)
            start(watch)
            defer { stop(watch) }
            try SQLiteRun(self, text, parameters, watch).run()
        }
    }
}

/// One call of `run`: the statements of a text, one after the other.
private struct SQLiteRun {
    private let handle: OpaquePointer?
    private let text: String
    private let parameters: [String: CellValue]
    private let watch: SQLiteWatch

    init(
        _ connection: SQLiteConnection, _ text: String, _ parameters: [String: CellValue],
        _ watch: SQLiteWatch
    ) {
        handle = connection.handle
        self.text = text
        self.parameters = parameters
        self.watch = watch
    }

    func run() throws {
        guard handle != nil else { throw DatabaseError(.lost, .sqlite, "The session is closed.") }
        // A NUL would hide what follows it.
        guard !text.utf8.contains(0) else {
            throw DatabaseError(.invalid, .sqlite, "The text holds a NUL character.")
                .placed(
                    at: text.utf8.firstIndex(of: 0)?.utf16Offset(in: text), in: text, statement: nil
                )
        }
        let bytes = Array(text.utf8) + [0]
        try bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
            let end = buffer.count - 1
            var (offset, index) = (0, 0)
            while offset < end {
                try stopIfAsked(index)
                var (prepared, tail): (OpaquePointer?, UnsafePointer<CChar>?)
                let code = sqlite3_prepare_v2(
                    handle, base + offset, Int32(clamping: end - offset + 1), &prepared, &tail)
                defer { sqlite3_finalize(prepared) }
                guard code == SQLITE_OK else {
                    throw failure(code, at: place(buffer, from: offset), index)
                }
                let next = tail.map { base.distance(to: $0) } ?? end
                if let prepared {
                    let place = StatementPlace(
                        index: index, range: Self.range(buffer, from: offset, to: next))
                    try run(prepared, place)
                    index += 1
                }
                offset = max(next, offset + 1)
            }
        }
    }

    /// The byte that the error of the statement behind `offset` is about.
    private func place(_ buffer: UnsafeRawBufferPointer, from offset: Int) -> Int {
        let told = Int(sqlite3_error_offset(handle))
        guard told < 0 else { return offset + told }
        let rest = Array(buffer[offset..<buffer.count - 1])
        guard let statement = StatementText.split(rest, .sqlite).first else { return offset }
        let start = offset + statement.range.lowerBound
        let message = sqlite3_errmsg(handle).map { String(cString: $0) } ?? ""
        // What ends too early is wrong at its end.
        if message == "incomplete input" { return start + statement.range.count }
        let found = SQLiteErrorPlace.offset(of: message, in: Array(rest[statement.range]))
        return start + (found ?? 0)
    }

    private func run(_ statement: OpaquePointer, _ place: StatementPlace) throws {
        try bind(statement, place)
        let delivery = watch.delivery
        try delivery.begin(place)
        let count = sqlite3_column_count(statement)
        if count > 0 { try delivery.begin((0..<count).map { column(statement, $0) }) }
        let before = sqlite3_total_changes64(handle)
        var code = sqlite3_step(statement)
        while code == SQLITE_ROW {
            guard Self.append(statement, count, to: &delivery.batch) else {
                throw DatabaseError(.unsupported, .sqlite, "A row is larger than 4 GiB.")
                    .placed(at: place.range.lowerBound, in: text, statement: place.index)
            }
            try delivery.rowDone()
            code = sqlite3_step(statement)
        }
        if let failure = delivery.failure { throw failure }
        guard code == SQLITE_DONE else {
            // The rows that the engine did give are not lost with it.
            try? delivery.deliver()
            if let failure = delivery.failure { throw failure }
            throw failure(code, at: place.range.lowerBound, place.index)
        }
        let changes = Int(sqlite3_total_changes64(handle) - before)
        try delivery.end(
            changes: sqlite3_stmt_readonly(statement) != 0 ? nil : changes,
            counters: Self.counters(statement))
    }

    private func stopIfAsked(_ index: Int) throws {
        guard watch.cancellation.isRequested else { return }
        throw DatabaseError(.cancelled, .sqlite, "Cancelled.").placed(
            at: nil, in: text, statement: index)
    }

    private func failure(_ code: Int32, at offset: Int, _ index: Int) -> DatabaseError {
        var error = SQLiteConnection.failure(handle, code)
        if watch.cancellation.isRequested, [.cancelled, .locked].contains(error.kind) {
            error = DatabaseError(.cancelled, .sqlite, "Cancelled.", code: error.code)
        }
        return error.placed(at: offset, in: text, statement: index)
    }

    private func bind(_ statement: OpaquePointer, _ place: StatementPlace) throws {
        let count = sqlite3_bind_parameter_count(statement)
        guard count > 0 else { return }
        for index in 1...count {
            let written = sqlite3_bind_parameter_name(statement, index).map {
                String(cString: $0)
            }
            let name = written.map { String($0.dropFirst()) } ?? "\(index)"
            guard let value = parameters[name] else {
                throw DatabaseError(
                    .missingParameter, .sqlite, "The parameter '\(name)' has no value."
                ).placed(at: place.range.lowerBound, in: text, statement: place.index)
            }
            switch value {
            case .null: sqlite3_bind_null(statement, index)
            case .boolean(let value): sqlite3_bind_int64(statement, index, value ? 1 : 0)
            case .integer(let value): sqlite3_bind_int64(statement, index, value)
            case .real(let value): sqlite3_bind_double(statement, index, value)
            case .text(let text):
                spillway_bind_text(statement, index, text, Int32(clamping: text.utf8.count))
            case .blob(let bytes):
                spillway_bind_blob(statement, index, bytes, Int32(clamping: bytes.count))
            }
        }
    }

    private func column(_ statement: OpaquePointer, _ index: Int32) -> ResultColumn {
        let name = sqlite3_column_name(statement, index).map { String(cString: $0) } ?? ""
        let type = sqlite3_column_decltype(statement, index).map { String(cString: $0) } ?? ""
        return ResultColumn(name: name, type: type, kind: SQLiteTypes.kind(of: type))
    }

    /// One row; false where it does not fit into a batch.
    private static func append(
        _ statement: OpaquePointer, _ count: Int32, to batch: inout RowBatch
    ) -> Bool {
        for column in 0..<count {
            switch sqlite3_column_type(statement, column) {
            case SQLITE_INTEGER: batch.append(sqlite3_column_int64(statement, column))
            case SQLITE_FLOAT: batch.append(sqlite3_column_double(statement, column))
            case SQLITE_NULL: batch.appendNull()
            case SQLITE_BLOB:
                let bytes = sqlite3_column_blob(statement, column)
                let length = Int(sqlite3_column_bytes(statement, column))
                guard batch.hasRoom(for: length) else { return false }
                batch.append(blob: UnsafeRawBufferPointer(start: bytes, count: length))
            default:
                let bytes = sqlite3_column_text(statement, column)
                let length = Int(sqlite3_column_bytes(statement, column))
                guard batch.hasRoom(for: length) else { return false }
                batch.append(text: UnsafeRawBufferPointer(start: bytes, count: length))
            }
        }
        return true
    }

    private static func counters(_ statement: OpaquePointer) -> [StatementSummary.Counter] {
        let kept: [(String, Int32)] = [
            ("full scan steps", SQLITE_STMTSTATUS_FULLSCAN_STEP),
            ("sorts", SQLITE_STMTSTATUS_SORT),
            ("automatic index rows", SQLITE_STMTSTATUS_AUTOINDEX),
            ("virtual machine steps", SQLITE_STMTSTATUS_VM_STEP),
        ]
        return kept.map { name, code in
            StatementSummary.Counter(
                name: name,
                value: Int64(UInt32(bitPattern: sqlite3_stmt_status(statement, code, 0)))
            )
        }
    }

    /// The statement without what stands before it and its semicolon.
    private static func range(
        _ buffer: UnsafeRawBufferPointer, from offset: Int, to next: Int
    ) -> Range<Int> {
        let part = Array(buffer[offset..<next])
        guard let found = StatementText.split(part, .sqlite).first else { return offset..<next }
        return (offset + found.range.lowerBound)..<(offset + found.range.upperBound)
    }
}

/// SQLite's declared types.
enum SQLiteTypes {
    /// The kind that a declared type means by SQLite's rules of affinity, refined by names that
    /// other engines use.
    static func kind(of type: String) -> ResultColumn.Kind {
        let name = type.uppercased()
        if name.isEmpty { return .any }
        if name.contains("INT") { return .integer }
        if name.contains("CHAR") || name.contains("CLOB") || name.contains("TEXT") { return .text }
        if name.contains("BLOB") { return .blob }
        if ["REAL", "FLOA", "DOUB"].contains(where: { name.contains($0) }) { return .real }
        if name.hasPrefix("BOOL") { return .boolean }
        if name.hasPrefix("TIMESTAMP") || name.hasPrefix("DATETIME") { return .timestamp }
        if name == "DATE" { return .date }
        if name.hasPrefix("NUMERIC") || name.hasPrefix("DECIMAL") { return .real }
        return name == "JSON" ? .json : .any
    }
}
