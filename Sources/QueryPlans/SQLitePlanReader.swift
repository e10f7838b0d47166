/// Reads SQLite's `EXPLAIN QUERY PLAN`.
///
/// SQLite measures a statement as a whole, not its operators (only builds with
/// SQLITE_ENABLE_STMT_SCANSTATUS do), so theirs are nil; rows are estimated from its statistics.
public enum SQLitePlanReader {
    /// One line as SQLite gives it.
    public struct Line: Hashable, Sendable {
        public var id: Int
        public var parent: Int
        public var detail: String

        public init(id: Int, parent: Int, detail: String) {
            self.id = id
            self.parent = parent
            self.detail = detail
        }
    }

    /// What ANALYZE found, as `sqlite_stat1` holds it.
    public struct Statistics: Hashable, Sendable {
        /// Rows of tables, by names in small letters.
        public var rows: [String: Double]
        /// Rows of the table, then rows that share the first, the first two, … columns of an index.
        public var indexes: [String: [Double]]

        public init(rows: [String: Double] = [:], indexes: [String: [Double]] = [:]) {
            self.rows = rows
            self.indexes = indexes
        }
    }

    /// What running the statement took.
    public struct Measured: Hashable, Sendable {
        public var rows: Double
        public var milliseconds: Double
        /// SQLite's counters of the statement, in order.
        public var counters: [PlanNode.Fact]

        public init(rows: Double, milliseconds: Double, counters: [PlanNode.Fact]) {
            self.rows = rows
            self.milliseconds = milliseconds
            self.counters = counters
        }
    }

    public static func read(
        _ lines: [Line], query: String, statistics: Statistics = Statistics(),
        measured: Measured? = nil
    ) -> QueryPlan {
        var root = PlanNode(operation: "QUERY")
        root.actualRows = measured?.rows
        root.inclusiveMS = measured?.milliseconds
        root.facts = measured?.counters ?? []
        var children: [Int: [Line]] = [:]
        var known: Set<Int> = [0]
        for line in lines where line.id != line.parent {
            // A line whose parent is not there (in no plan seen yet) is not lost.
            children[known.contains(line.parent) ? line.parent : 0, default: []].append(line)
            known.insert(line.id)
        }
        let words = SQLiteNames(query)
        var builder = PlanBuilder()
        builder.begin(root)
        var pending: [Step] = [.level(0, outer: 1, isRepeated: false)]
        while let step = pending.popLast() {
            switch step {
            case .end: builder.end()
            case .node(let line, let outer, let isRepeated):
                let reading = SQLiteLine(line.detail)
                var node = reading.node
                if let outer, let rows = reading.rows(statistics, words) {
                    node.estimatedRows = rows * outer
                }
                if isRepeated, reading.isFullScan { node.badges.append(.repeatedScan) }
                builder.begin(node)
                pending.append(.end)
                let isInside = isRepeated || node.operation.hasPrefix("CORRELATED")
                pending.append(.level(line.id, outer: 1, isRepeated: isInside))
            case .level(let parent, let outer, let isRepeated):
                // Scans of one level are loops within each other, the first outermost.
                var (product, inside) = (Optional(outer), isRepeated)
                var steps: [Step] = []
                for line in children.removeValue(forKey: parent) ?? [] {
                    let reading = SQLiteLine(line.detail)
                    steps.append(.node(line, outer: product, isRepeated: inside))
                    if reading.isLoop {
                        inside = true
                        product = reading.rows(statistics, words).flatMap { rows in
                            product.map { $0 * rows }
                        }
                    }
                }
                pending += steps.reversed()
            }
        }
        var notes = [
            "SQLite measures no single operators: their rows, loops and times are not known."
        ]
        if statistics.rows.isEmpty {
            notes.append("There are no statistics, so rows are not estimated: ANALYZE makes them.")
        }
        return builder.plan(
            engine: "sqlite", query: query, totalMS: measured?.milliseconds, notes: notes)
    }

    private enum Step {
        case level(Int, outer: Double, isRepeated: Bool)
        /// `outer`: how often it is begun; nil where that is not known.
        case node(Line, outer: Double?, isRepeated: Bool)
        case end
    }
}

/// One line of a plan, taken apart.
private struct SQLiteLine {
    private let detail: String
    private(set) var node: PlanNode
    private var index: String?

    var isLoop: Bool { node.operation == "SCAN" || node.operation == "SEARCH" }

    /// A table read from its beginning; not constant rows, subqueries and indexes.
    var isFullScan: Bool {
        node.operation == "SCAN" && node.object?.hasPrefix("(") == false && index == nil
    }

    init(_ detail: String) {
        self.detail = detail
        let words = detail.split(separator: " ").map(String.init)
        guard let first = words.first, ["SCAN", "SEARCH"].contains(first) else {
            node = Self.other(detail, words)
            return
        }
        node = PlanNode(operation: first)
        var rest = detail.dropFirst(first.count + 1)
        // Before version 3.36 the kind of the source stood before its name.
        for word in ["TABLE ", "SUBQUERY "] where rest.hasPrefix(word) {
            rest = rest.dropFirst(word.count)
        }
        if rest.hasSuffix("CONSTANT ROW") || rest.hasSuffix("CONSTANT ROWS") {
            node.detail = String(rest)
            return
        }
        let ends = [" USING ", " VIRTUAL TABLE ", " LEFT-JOIN", " EXISTS"].compactMap {
            rest.firstRange(of: $0)?.lowerBound
        }
        let end = ends.min() ?? rest.endIndex
        let name = String(rest[..<end])
        node.object = name.firstRange(of: " AS ").map { String(name[..<$0.lowerBound]) } ?? name
        let more = rest[end...].drop { $0 == " " }
        if !more.isEmpty { node.detail = String(more) }
        if more.contains("AUTOMATIC") { node.badges.append(.automaticIndex) }
        if let found = more.firstRange(of: "INDEX "), !more.hasPrefix("VIRTUAL") {
            index = String(more[found.upperBound...].prefix { $0 != " " })
        }
    }

    private static func other(_ detail: String, _ words: [String]) -> PlanNode {
        if let found = detail.firstRange(of: "USE TEMP B-TREE FOR ") {
            var node = PlanNode(operation: "USE TEMP B-TREE")
            node.detail = "FOR " + detail[found.upperBound...]
            let what = detail[found.upperBound...]
            if what.contains("ORDER BY") || what.contains("GROUP BY") {
                node.badges.append(.temporarySort)
            }
            return node
        }
        for word in ["CO-ROUTINE", "MATERIALIZE", "BLOOM FILTER ON", "RIGHT-JOIN", "REUSE"]
        where detail.hasPrefix(word + " ") {
            let rest = detail.dropFirst(word.count + 1)
            let name = rest.prefix { $0 != " " }
            let more = rest.dropFirst(name.count + 1)
            return PlanNode(
                operation: word, object: String(name), detail: more.isEmpty ? nil : String(more))
        }
        return PlanNode(operation: detail)
    }

    /// Rows of one loop by the statistics; nil where they say nothing.
    func rows(_ statistics: SQLitePlanReader.Statistics, _ names: SQLiteNames) -> Double? {
        guard isLoop, let object = node.object else { return nil }
        let table = names.table(object, among: statistics.rows)
        if node.operation == "SCAN" { return table.flatMap { statistics.rows[$0] } }
        if detail.contains("(rowid=?)") { return 1 }
        let terms = detail.drop { $0 != "(" }
        let equal = terms.split(separator: "=?", omittingEmptySubsequences: false).count - 1
        let ranges =
            terms.split(separator: ">?", omittingEmptySubsequences: false).count
            + terms.split(separator: "<?", omittingEmptySubsequences: false).count - 2
        let whole = table.flatMap { statistics.rows[$0] }
        let known = index.flatMap { statistics.indexes[$0.lowercased()] }
        let base = known.flatMap { $0.indices.contains(equal) ? $0[equal] : $0.last }
        guard var rows = base ?? (equal == 0 ? whole : nil) else { return nil }
        // SQLite takes a quarter for each bound of a range.
        for _ in 0..<max(0, ranges) { rows = max(1, rows / 4) }
        return rows
    }
}

/// Which table a name of a plan is: plans give aliases.
private struct SQLiteNames {
    private let words: [String]

    init(_ query: String) {
        let isWord = { (character: Character) in
            character.isLetter || character.isNumber || character == "_"
        }
        words = query.lowercased().split { !isWord($0) }.map(String.init)
    }

    func table(_ name: String, among tables: [String: Double]) -> String? {
        let name = name.lowercased()
        if tables[name] != nil { return name }
        for (place, word) in words.enumerated() where word == name && place > 0 {
            let before = words[place - 1] == "as" && place > 1 ? words[place - 2] : words[place - 1]
            if tables[before] != nil { return before }
        }
        return nil
    }
}
