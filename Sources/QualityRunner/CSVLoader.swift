import CSQLite
public import Domain
public import Quality

/// Loads CSV into a table of an SQLite database.
public enum CSVLoader {
    /// Problems beyond this many are counted, not listed.
    private static let mostProblems = 100

    /// Makes `table` of the text: the first row names the columns; an empty field is NULL; a
    /// column's type is the narrowest of integer, number, boolean (as 1 and 0) and text that all
    /// its values have, unless `types` names it or `textColumns` holds it. In a column of numbers
    /// `NaN`, `NA`, `NULL` and their like are NULL, too.
    ///
    /// Reads the text twice and keeps no row; a row with too few or too many fields is a problem
    /// with its line, and the rest is loaded.
    ///
    /// - Returns: what is wrong with the text.
    /// - Throws: where no table can be made of it.
    public static func load(
        _ bytes: [UInt8], file: String, into database: SQLiteDatabase, table: String,
        delimiter: UInt8 = UInt8(ascii: ","), types: [String: String] = [:],
        textColumns: Set<String> = []
    ) throws(QueryFailure) -> [SourceProblem] {
        let result: Result<[SourceProblem], QueryFailure> = bytes.withUnsafeBufferPointer { text in
            do throws(QueryFailure) {
                var load = Load(text: text, file: file, delimiter: delimiter)
                load.checkEncoding()
                try load.readHeader()
                load.guess(types: types, textColumns: textColumns)
                try load.insert(into: database, table: table)
                return .success(load.problems)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private struct Load {
        let text: UnsafeBufferPointer<UInt8>
        let file: String
        let delimiter: UInt8
        var names: [String] = []
        var kinds: [CSVColumn] = []
        var problems: [SourceProblem] = []

        private func value(_ field: CSVScanner.Field) -> String {
            field.hasDoubledQuotes
                ? String(decoding: CSVScanner.unquoted(text, field), as: UTF8.self)
                : String(decoding: text[field.start..<field.end], as: UTF8.self)
        }

        private mutating func report(_ problem: String, _ remedy: String, line: Int) {
            guard problems.count < mostProblems else { return }
            problems.append(
                SourceProblem(
                    file: file, place: SourcePlace(line: line, column: 1), lineText: "",
                    problem: problem, remedy: remedy))
        }

        /// The first byte that is no UTF-8: what is read there is no letter of anybody's.
        mutating func checkEncoding() {
            guard let offset = UTF8Check.firstMistake(in: text) else { return }
            let line = text[..<offset].reduce(into: 1) { $0 += $1 == 10 ? 1 : 0 }
            report(
                "the line is not UTF-8",
                "Save the file as UTF-8, for instance with 'iconv -f latin1 -t utf-8'.", line: line)
        }

        mutating func readHeader() throws(QueryFailure) {
            var scanner = CSVScanner(text, delimiter: delimiter)
            var fields: [CSVScanner.Field] = []
            guard scanner.next(into: &fields) else {
                throw QueryFailure(message: "'\(file)' is empty: a first row names the columns")
            }
            var seen: Set<String> = []
            for (index, field) in fields.enumerated() {
                let written = value(field).replacing("\0", with: "")
                var name = written.isEmpty ? "column_\(index + 1)" : written
                if !seen.insert(name.lowercased()).inserted {
                    report(
                        "the column '\(name)' is named twice", "Rename one of them.",
                        line: scanner.line)
                    var number = 2
                    while !seen.insert("\(name)_\(number)".lowercased()).inserted { number += 1 }
                    name = "\(name)_\(number)"
                }
                names.append(name)
            }
        }

        mutating func guess(types: [String: String], textColumns: Set<String>) {
            var guesses = [CSVColumnGuess](repeating: CSVColumnGuess(), count: names.count)
            var scanner = CSVScanner(text, delimiter: delimiter)
            var fields: [CSVScanner.Field] = []
            _ = scanner.next(into: &fields)
            while scanner.next(into: &fields) {
                if fields.count != names.count {
                    report(
                        "the row has \(fields.count) \(fields.count == 1 ? "field" : "fields"), "
                            + "the header \(names.count)",
                        fields.count > names.count
                            ? "Quote fields that hold the delimiter." : "Write empty fields too.",
                        line: scanner.line)
                }
                for (index, field) in fields.prefix(names.count).enumerated()
                where field.end > field.start {
                    guesses[index].look(
                        at: UnsafeBufferPointer(rebasing: text[field.start..<field.end]))
                }
            }
            if scanner.hasOpenQuote {
                report("a quote is not closed", "Close the field with '\"'.", line: scanner.line)
            }
            kinds = names.indices.map { index in
                if let type = types[names[index]] { return CSVColumn(type: type) ?? .text }
                return textColumns.contains(names[index]) ? .text : guesses[index].kind
            }
        }

        func insert(into database: SQLiteDatabase, table: String) throws(QueryFailure) {
            let dialect = Dialect.sqlite
            let columns = zip(names, kinds).map { "\(dialect.quoted($0)) \($1.declaredType)" }
            try database.execute(
                "CREATE TABLE \(dialect.quoted(table)) (\(columns.joined(separator: ", ")))")
            try database.execute("BEGIN")
            let marks = Array(repeating: "?", count: names.count).joined(separator: ", ")
            var statement: OpaquePointer?
            defer { sqlite3_finalize(statement) }
            guard
                sqlite3_prepare_v2(
                    database.handle, "INSERT INTO \(dialect.quoted(table)) VALUES (\(marks))", -1,
                    &statement, nil) == SQLITE_OK
            else { throw failure(database) }
            var scanner = CSVScanner(text, delimiter: delimiter)
            var fields: [CSVScanner.Field] = []
            _ = scanner.next(into: &fields)
            while scanner.next(into: &fields) {
                for index in names.indices {
                    let column = Int32(index + 1)
                    guard index < fields.count, fields[index].end > fields[index].start else {
                        sqlite3_bind_null(statement, column)
                        continue
                    }
                    bind(fields[index], kinds[index], statement, column)
                }
                guard sqlite3_step(statement) == SQLITE_DONE else { throw failure(database) }
                sqlite3_reset(statement)
            }
            try database.execute("COMMIT")
        }

        private func failure(_ database: SQLiteDatabase) -> QueryFailure {
            QueryFailure(
                message: "'\(file)': \(String(cString: sqlite3_errmsg(database.handle)))")
        }

        private func bind(
            _ field: CSVScanner.Field, _ kind: CSVColumn, _ statement: OpaquePointer?,
            _ column: Int32
        ) {
            let slice = UnsafeBufferPointer(rebasing: text[field.start..<field.end])
            switch kind {
            case .integer, .number:
                switch CSVNumber(slice) {
                case .integer(let value):
                    sqlite3_bind_int64(statement, column, value)
                    return
                case .number(let value):
                    sqlite3_bind_double(statement, column, value)
                    return
                case nil where CSVNumber.isMissing(slice):
                    sqlite3_bind_null(statement, column)
                    return
                case nil: break
                }
            case .boolean:
                if let value = CSVNumber.boolean(slice) {
                    sqlite3_bind_int(statement, column, value ? 1 : 0)
                    return
                }
            case .text: break
            }
            if field.hasDoubledQuotes {
                // Copied by SQLite: the array is gone before the statement runs.
                let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                let value = CSVScanner.unquoted(text, field)
                value.withUnsafeBytes {
                    _ = sqlite3_bind_text64(
                        statement, column, $0.baseAddress?.assumingMemoryBound(to: CChar.self),
                        UInt64($0.count), copied, UInt8(SQLITE_UTF8))
                }
            } else {
                // The text outlives the statement.
                slice.withMemoryRebound(to: CChar.self) {
                    _ = sqlite3_bind_text64(
                        statement, column, $0.baseAddress, UInt64($0.count), nil,
                        UInt8(SQLITE_UTF8))
                }
            }
        }
    }
}
