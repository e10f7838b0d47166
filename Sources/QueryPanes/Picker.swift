import PaneKit

/// A list above the editor that is filtered by typing.
struct Picker: Hashable, Sendable {
    enum Kind: Hashable, Sendable { case history, connections, snippets, tables }

    struct Item: Hashable, Sendable {
        var title: String
        var note: String
        /// How far it is set in.
        var depth = 0
        /// What it stands for: a text to insert, or a name.
        var value: String
    }

    var kind: Kind
    var line = LineEditor()
    var cursor = 0
    /// Tables whose columns are shown.
    var expanded: Set<String> = []

    var title: String {
        switch kind {
        case .history: "History"
        case .connections: "Connections"
        case .snippets: "Snippets"
        case .tables: "Tables"
        }
    }

    /// Pieces of SQL that are typed often; the cursor goes to `▮`.
    static let snippets: [(name: String, text: String)] = [
        ("select", "SELECT *\nFROM ▮\nLIMIT 100;"),
        ("count by", "SELECT ▮, count(*) AS n\nFROM t\nGROUP BY 1\nORDER BY n DESC;"),
        ("with", "WITH a AS (\n    SELECT ▮\n)\nSELECT *\nFROM a;"),
        ("duplicates", "SELECT ▮, count(*) AS n\nFROM t\nGROUP BY 1\nHAVING count(*) > 1;"),
        (
            "latest of each",
            "SELECT *\nFROM (\n    SELECT *, row_number() OVER (PARTITION BY ▮ ORDER BY updated_at DESC) AS rn\n    FROM t\n) AS ranked\nWHERE rn = 1;"
        ),
        ("running total", "SELECT ▮, sum(amount) OVER (ORDER BY day) AS total\nFROM t;"),
        ("insert", "INSERT INTO ▮ (a, b)\nVALUES (1, 2);"),
        ("update", "UPDATE ▮\nSET a = 1\nWHERE id = 1;"),
        ("join", "JOIN ▮ ON x.id = y.id"),
        ("case", "CASE WHEN ▮ THEN 1 ELSE 0 END"),
        ("explain", "EXPLAIN ▮"),
    ]

    /// What there is to choose, filtered.
    func items(_ state: QueryDesk.State) -> [Item] {
        let all: [Item]
        switch kind {
        case .history:
            all = state.history.reversed().map { entry in
                let line = entry.sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                return Item(
                    title: String(line.prefix(300)), note: entry.connection, value: entry.sql)
            }
        case .connections:
            all = state.connections.map {
                Item(
                    title: $0.name,
                    note: $0.address + ($0.isReadOnly ? " · read-only" : "")
                        + (state.connectionNotes[$0.name].map { " · " + $0 } ?? ""),
                    value: $0.name)
            }
        case .snippets:
            all = Self.snippets.map { snippet in
                let line = snippet.text.split(whereSeparator: \.isWhitespace)
                    .joined(separator: " ").replacing("▮", with: "…")
                return Item(title: snippet.name, note: line, value: snippet.text)
            }
        case .tables: return tableItems(state)
        }
        return Self.filter(all, line.text)
    }

    private static func filter(_ all: [Item], _ wanted: String) -> [Item] {
        guard !wanted.isEmpty else { return all }
        var found: [(score: Int, order: Int)] = []
        for (order, item) in all.enumerated() {
            if let score = FuzzyBytes.score(wanted, item.title) { found.append((score, order)) }
        }
        found.sort { ($1.score, $0.order) < ($0.score, $1.order) }
        return found.map { all[$0.order] }
    }

    private func tableItems(_ state: QueryDesk.State) -> [Item] {
        guard let schema = state.connection.flatMap({ state.schemas[$0] }) else { return [] }
        var items: [Item] = []
        for table in schema.tables {
            guard line.text.isEmpty || FuzzyBytes.score(line.text, table.name) != nil else {
                continue
            }
            var notes = [table.kind]
            if let rows = table.rows { notes.append("\(GridText.humanised(Double(rows))) rows") }
            if let bytes = table.bytes { notes.append(GridText.bytes(bytes)) }
            let key = table.schema + "." + table.name
            items.append(
                Item(title: table.name, note: notes.joined(separator: " · "), value: key))
            guard expanded.contains(key) else { continue }
            items += table.columns.map {
                Item(title: $0.name, note: $0.type, depth: 1, value: $0.name)
            }
        }
        return items
    }
}
