/// DuckDB's errors, which its program tells as text.
enum DuckDBErrors {
    /// The error in `text`; `fallback` is its kind where the words say none.
    static func error(_ text: String, fallback: DatabaseError.Kind = .other) -> DatabaseError {
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        let words = lines.prefix { !isPlace($0) }.filter { !$0.isEmpty }
        let message = words.first ?? "The program ended."
        var error = DatabaseError(kind(of: text, fallback), .duckdb, message)
        let rest = words.dropFirst().joined(separator: " ")
        if !rest.isEmpty { error.hint = rest }
        return error
    }

    private static func isPlace(_ line: String) -> Bool {
        line.hasPrefix("LINE ") && line.dropFirst(5).first?.isNumber == true
    }

    private static func kind(
        of text: String, _ fallback: DatabaseError.Kind
    ) -> DatabaseError.Kind {
        let signs: [(String, DatabaseError.Kind)] = [
            ("INTERRUPT Error", .cancelled), ("Interrupt Error", .cancelled),
            ("Could not set lock", .locked), ("not a valid DuckDB database", .notADatabase),
            ("No space left", .diskFull), ("Corrupt", .corrupt), ("Serialization Error", .corrupt),
            ("read-only mode", .readOnly), ("in read-only", .readOnly),
            ("Permission denied", .cannotOpen), ("Constraint Error", .constraint),
            ("Parser Error", .invalid), ("Binder Error", .invalid), ("Catalog Error", .invalid),
            ("Conversion Error", .invalid), ("Out of Range Error", .invalid),
            ("Invalid Input Error", .invalid), ("Not implemented Error", .unsupported),
            ("IO Error", .cannotOpen),
        ]
        return signs.first { text.contains($0.0) }?.1 ?? fallback
    }

    /// The byte of `statement` that the caret of an error points to.
    ///
    /// The program shows a part of the line, with dots where it is cut; the part is looked for in
    /// the line that is named. `skippedLines` stand before the statement in what was sent.
    static func offset(in text: String, of statement: [UInt8], skippedLines: Int) -> Int? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let place = lines.firstIndex(where: { isPlace(String($0)) }),
            let caret = lines.dropFirst(place + 1).first?.firstIndex(of: "^"),
            let colon = lines[place].firstIndex(of: ":"),
            let number = Int(lines[place][..<colon].dropFirst(5))
        else { return nil }
        let prefix = lines[place].distance(from: lines[place].startIndex, to: colon) + 2
        let marker = lines[place + 1]
        var column = marker.distance(from: marker.startIndex, to: caret) - prefix
        var part = lines[place].dropFirst(prefix)
        if part.hasPrefix("...") {
            part = part.dropFirst(3)
            column -= 3
        }
        if part.hasSuffix("...") { part = part.dropLast(3) }
        guard column >= 0 else { return nil }
        let all = statement.split(separator: 10, omittingEmptySubsequences: false)
        let wanted = number - 1 - skippedLines
        guard all.indices.contains(wanted) else { return nil }
        let line = String(decoding: all[wanted], as: UTF8.self)
        // Tabs are shown as blanks.
        let plain = line.replacing("\t", with: " ")
        guard let found = plain.firstRange(of: part.replacing("\t", with: " ")) else { return nil }
        let before = plain[..<found.lowerBound] + plain[found.lowerBound...].prefix(column)
        return all[..<wanted].reduce(0) { $0 + $1.count + 1 } + before.utf8.count
    }
}
