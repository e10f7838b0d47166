import SQLText

/// What a database holds, made ready for completion and for the tree.
public struct SchemaIndex: Sendable {
    /// A table or view.
    public struct Table: Hashable, Sendable {
        public var schema: String
        public var name: String
        /// `table`, `view`, …
        public var kind: String
        /// Nil where the engine does not know.
        public var rows: Int64?
        public var bytes: Int64?
        public var columns: [Column]

        public init(
            schema: String, name: String, kind: String, rows: Int64? = nil, bytes: Int64? = nil,
            columns: [Column] = []
        ) {
            self.schema = schema
            self.name = name
            self.kind = kind
            self.rows = rows
            self.bytes = bytes
            self.columns = columns
        }
    }

    public struct Column: Hashable, Sendable {
        public var name: String
        public var type: String

        public init(_ name: String, _ type: String = "") {
            self.name = name
            self.type = type
        }
    }

    public private(set) var tables: [Table]
    private let byName: [String: [Int]]
    /// All different column names in lower case, one behind the other.
    private let columnBytes: [UInt8]
    private let columnEnds: [UInt32]
    private let columnNames: [String]

    /// O(all columns).
    public init(_ tables: [Table]) {
        self.tables = tables
        var byName: [String: [Int]] = [:]
        var seen: Set<String> = []
        var bytes: [UInt8] = []
        var ends: [UInt32] = []
        var names: [String] = []
        for (index, table) in tables.enumerated() {
            byName[table.name.lowercased(), default: []].append(index)
            for column in table.columns where seen.insert(column.name).inserted {
                bytes.append(contentsOf: column.name.lowercased().utf8)
                ends.append(UInt32(bytes.count))
                names.append(column.name)
            }
        }
        self.byName = byName
        (columnBytes, columnEnds, columnNames) = (bytes, ends, names)
    }

    /// The same names with the sizes that tables of these names have in `others`. O(tables).
    public func withSizes(of others: [Table]) -> SchemaIndex {
        var places: [[String]: Int] = [:]
        for (place, other) in others.enumerated() { places[[other.schema, other.name]] = place }
        var index = self
        for (place, table) in tables.enumerated() {
            let other = places[[table.schema, table.name]].map { others[$0] }
            (index.tables[place].rows, index.tables[place].bytes) = (other?.rows, other?.bytes)
        }
        return index
    }

    /// The table of that name, with or without its schema.
    func table(_ parts: [String]) -> Table? {
        guard let name = parts.last?.lowercased(), let found = byName[name] else { return nil }
        guard parts.count > 1 else { return tables[found[0]] }
        let schema = parts[parts.count - 2].lowercased()
        return found.map { tables[$0] }.first { $0.schema.lowercased() == schema }
    }

    /// Column names of the whole database that hold the letters of `wanted` in their order, best
    /// first; at most `limit`. 100,000 names take some milliseconds.
    func columns(matching wanted: String, limit: Int) -> [String] {
        let wanted = Array(wanted.lowercased().utf8)
        guard !wanted.isEmpty else { return Array(columnNames.prefix(limit)) }
        var best: [(score: Int, index: Int)] = []
        var floor = Int.min
        columnBytes.withUnsafeBufferPointer { bytes in
            var start = 0
            for (index, end) in columnEnds.enumerated() {
                let end = Int(end)
                if let score = FuzzyBytes.score(
                    wanted, UnsafeBufferPointer(rebasing: bytes[start..<end])),
                    score > floor || best.count < limit
                {
                    best.append((score, index))
                    if best.count >= limit * 4 {
                        best.sort { ($1.score, $0.index) < ($0.score, $1.index) }
                        best.removeSubrange(limit...)
                        floor = best[limit - 1].score
                    }
                }
                start = end
            }
        }
        best.sort { ($1.score, $0.index) < ($0.score, $1.index) }
        return best.prefix(limit).map { columnNames[$0.index] }
    }
}

/// How well typed letters fit a name, both in lower case.
enum FuzzyBytes {
    /// Higher is better; nil where a letter is missing. Beginnings, words and runs count most, and
    /// of alike fits the shorter name.
    static func score(_ wanted: [UInt8], _ name: UnsafeBufferPointer<UInt8>) -> Int? {
        var (next, score, run, wordStart) = (0, 0, 0, true)
        for (index, byte) in name.enumerated() {
            if byte == wanted[next] {
                run += 1
                score += run * 2 + (wordStart ? 8 : 0) + (index == next ? 6 : 0)
                next += 1
                if next == wanted.count { return score * 16 - name.count }
            } else {
                run = 0
            }
            wordStart = byte == 0x5F || byte == 0x2E || byte == 0x20
        }
        return nil
    }

    static func score(_ wanted: String, _ name: String) -> Int? {
        let wanted = Array(wanted.lowercased().utf8)
        guard !wanted.isEmpty else { return 0 }
        var name = name.lowercased()
        return name.withUTF8 { score(wanted, $0) }
    }
}

/// The list of what the word at the cursor may become.
struct Completion: Hashable, Sendable {
    struct Item: Hashable, Sendable {
        var text: String
        /// What it is: `table`, a column's type and table, `keyword`.
        var note: String
    }

    var items: [Item]
    var cursor = 0
    /// How many characters before the cursor an item replaces.
    var prefixLength: Int
    /// What has been typed of the word, without quotes.
    private var typed: String

    static let limit = 50

    /// Whether the item that would be taken stands there already, letter for letter.
    var isTyped: Bool { !typed.isEmpty && items[cursor].text.lowercased() == typed }

    /// What fits at the cursor of a text, best first.
    init(text: String, cursor: Int, dialect: SQLDialect, schema: SchemaIndex?) {
        let script = SQLScript(text, dialect)
        let scope = SQLScope(script, cursor: cursor)
        let lexer = SQLLexer(dialect)
        prefixLength = script.text(scope.replaced).count
        typed = scope.prefix.lowercased()
        var pool: [(item: Item, bonus: Int)] = []
        func add(_ name: String, _ note: String, bonus: Int, isName: Bool = true) {
            pool.append((Item(text: isName ? lexer.quoted(name) : name, note: note), bonus))
        }
        func addColumns(_ source: SQLScope.Source, bonus: Int) {
            if source.table.isEmpty || !source.columns.isEmpty {
                for column in source.columns { add(column, source.name, bonus: bonus) }
                for origin in source.origins {
                    for column in schema?.table(origin)?.columns ?? [] {
                        add(column.name, "\(source.name) \(column.type)", bonus: bonus)
                    }
                }
            } else if let table = schema?.table(source.table) {
                for column in table.columns {
                    add(column.name, "\(source.name) \(column.type)", bonus: bonus)
                }
            }
        }
        switch scope.wanted {
        case .nothing, .newName: break
        case .statement:
            let first = [
                "SELECT", "WITH", "INSERT INTO", "UPDATE", "DELETE FROM", "CREATE TABLE",
                "EXPLAIN", "VALUES", "ALTER TABLE", "DROP TABLE", "BEGIN", "COMMIT",
            ]
            for word in first { add(word, "keyword", bonus: 0, isName: false) }
        case .table:
            for table in scope.commonTables { add(table.name, "with", bonus: 40) }
            for table in schema?.tables ?? [] { add(table.name, table.kind, bonus: 20) }
            for name in Set(schema?.tables.map(\.schema) ?? []).sorted() {
                add(name, "schema", bonus: 0)
            }
        case .member(let path):
            let name = path.last?.lowercased() ?? ""
            let sources = scope.sources.filter { $0.name.lowercased() == name }
            for source in sources.prefix(1) { addColumns(source, bonus: 0) }
            if sources.isEmpty {
                if let table = schema?.table(path) {
                    for column in table.columns { add(column.name, column.type, bonus: 0) }
                }
                for table in schema?.tables ?? [] where table.schema.lowercased() == name {
                    add(table.name, table.kind, bonus: 0)
                }
            }
        case .expression:
            for source in scope.sources {
                addColumns(source, bonus: 60)
                add(source.name, "table", bonus: 20)
            }
            // Of no table, or of none that is known: the columns of all.
            let isKnown = scope.sources.contains {
                !$0.columns.isEmpty || !$0.origins.isEmpty || schema?.table($0.table) != nil
            }
            if !isKnown, let schema, !scope.prefix.isEmpty {
                for name in schema.columns(matching: scope.prefix, limit: Self.limit) {
                    add(name, "column", bonus: 40)
                }
            }
            for name in SQLWords.functions(of: dialect) {
                add(name + "(", "function", bonus: 10, isName: false)
            }
            for word in SQLWords.keywords.sorted() {
                add(word.uppercased(), "keyword", bonus: 0, isName: false)
            }
        }
        var found: [(score: Int, order: Int)] = []
        for (order, entry) in pool.enumerated() {
            let name =
                entry.item.text.hasPrefix("\"")
                ? String(entry.item.text.dropFirst()) : entry.item.text
            if let score = FuzzyBytes.score(scope.prefix, name) {
                found.append((score + entry.bonus, order))
            }
        }
        found.sort { ($1.score, $0.order) < ($0.score, $1.order) }
        var seen: Set<String> = []
        items = []
        for entry in found where items.count < Self.limit {
            let item = pool[entry.order].item
            if seen.insert(item.text).inserted { items.append(item) }
        }
    }
}
