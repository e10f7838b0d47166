public import Domain

/// A seed: a CSV file with a type for each column, as agate guesses them for dbt.
public struct CSVTable: Sendable {
    public struct Column: Hashable, Sendable {
        public var name: String
        /// The declared type.
        public var type: String
    }

    public let columns: [Column]
    public let rows: [[SQLValue]]

    /// Reads RFC 4180 text: quotes, quotes doubled inside, CR LF, a BOM.
    ///
    /// - Parameters:
    ///   - types: `column_types`; such a column keeps its texts as they are.
    ///   - delimiter: one ASCII character.
    /// - Throws: the first row whose number of fields is wrong, with its line.
    public init(
        _ bytes: [UInt8], file: String, types: ConfigMap = ConfigMap(),
        delimiter: UInt8 = UInt8(ascii: ","), dialect: SQLDialect = .sqlite
    ) throws(SourceProblem) {
        if let problem = Self.mistakeOfEncoding(bytes, file: file) { throw problem }
        var reader = CSVReader(bytes: bytes, file: file, delimiter: delimiter)
        let header = Self.unique(try reader.next()?.fields ?? [])
        var seen: Set<String> = []
        for name in header where !seen.insert(name.lowercased()).inserted {
            throw reader.problem("the column '\(name)' is named twice", "Rename one of them.")
        }
        var guesses = [KindGuess](repeating: KindGuess(), count: header.count)
        var texts: [[String]] = []
        while let row = try reader.next() {
            if row.fields.count == 1, row.fields[0].isEmpty, header.count > 1 { continue }
            guard row.fields.count <= header.count else {
                throw reader.problem(
                    "the row has \(row.fields.count) fields, the header \(header.count)",
                    "Quote fields that contain the delimiter.")
            }
            var fields = row.fields
            while fields.count < header.count { fields.append("") }
            for index in fields.indices where !guesses[index].isSettled {
                guesses[index].look(at: fields[index])
            }
            texts.append(fields)
        }
        let forced = header.map { name in
            types.pairs.first { $0.key.lowercased() == name.lowercased() }?.value.text
        }
        let chosen = zip(guesses, forced).map { guess, type in type == nil ? guess.kind : .text }
        columns = header.indices.map {
            Column(name: header[$0], type: forced[$0] ?? chosen[$0].declared(dialect))
        }
        rows = texts.map { row in row.indices.map { chosen[$0].value(of: row[$0], dialect) } }
    }

    /// The line that is no UTF-8; to take it for it would lose letters for good.
    private static func mistakeOfEncoding(_ bytes: [UInt8], file: String) -> SourceProblem? {
        func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
            String(validating: bytes, as: UTF8.self) != nil
        }
        guard !isText(bytes[...]) else { return nil }
        var number = 1
        for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            if !isText(line) { break }
            number += 1
        }
        return SourceProblem(
            file: file, place: SourcePlace(line: number, column: 1), lineText: "",
            problem: "the line is not UTF-8",
            remedy: "Save the file as UTF-8, for instance with 'iconv -f latin1 -t utf-8'.")
    }

    /// The names of the columns only; nil where there is no header.
    public static func header(of bytes: [UInt8], config: ConfigMap) -> [String]? {
        var reader = CSVReader(
            bytes: bytes, file: "", delimiter: config["delimiter"]?.text.utf8.first ?? 44)
        guard let row = try? reader.next() else { return nil }
        return unique(row.fields)
    }

    /// A name that is there already gets `_2`, `_3` …, one that is empty the letter of its place,
    /// as agate does it.
    private static func unique(_ header: [String]) -> [String] {
        var result: [String] = []
        for (index, name) in header.enumerated() {
            let base = name.isEmpty ? letters(index) : name
            var candidate = base
            var number = 2
            while result.contains(candidate) {
                candidate = "\(base)_\(number)"
                number += 1
            }
            result.append(candidate)
        }
        return result
    }

    /// a … z, aa, ab …
    private static func letters(_ index: Int) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz")
        return String(repeating: alphabet[index % 26], count: index / 26 + 1)
    }
}
