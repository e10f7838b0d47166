public import Connections
public import JSONText
public import QueryPlans

/// Something that would make a query faster, with the evidence that it does.
public struct PlanAdvice: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// An index to make.
        case index
        /// Statistics to refresh.
        case statistics
        /// Another way to write the query; not tried.
        case rewrite
    }

    public var kind: Kind
    /// The statement to run; for a rewrite, what to change.
    public var action: String
    public var reason: String
    /// The plan without and with it, both from the same place; nil where it was not tried.
    public var before: QueryPlan?
    public var after: QueryPlan?

    /// How many times faster the query was with it; nil where times could not be compared.
    public var speedup: Double? {
        guard let old = before?.totalMS, let new = after?.totalMS, new > 0 else { return nil }
        return old / new
    }
}

extension PlanAdvice {
    /// The advice with its documented keys; null where nothing was tried or measured.
    public var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        return .object([
            "kind": .string(kind.rawValue), "action": .string(action), "reason": .string(reason),
            "before_ms": number(before?.totalMS), "after_ms": number(after?.totalMS),
            "speedup": number(speedup), "after": after?.json ?? .null,
        ])
    }
}

/// Tries what may help a query, where nothing can be harmed: SQLite in a copy in memory, PostgreSQL
/// in a transaction that is rolled back.
public enum PlanAdvisor {
    /// Larger databases of SQLite are copied without their rows.
    private static let largestCopy: Int64 = 256 << 20
    private static let mostTrials = 6
    /// What is less than this is no help worth an index.
    private static let leastSpeedup = 1.2

    /// What helps `statement`, the most first. The query is run several times.
    ///
    /// On PostgreSQL, tables that get an index on trial cannot be written by others meanwhile; a
    /// lock that is not had within two seconds ends the trial.
    public static func advice(
        for statement: String, on connection: any DatabaseConnection,
        parameters: [String: CellValue] = [:], cancellation: Cancellation = Cancellation()
    ) throws -> [PlanAdvice] {
        let catalogue = try connection.catalogue(cancellation: cancellation)
        let uses = ColumnUses(statement, catalogue)
        let hints = RewriteHints.all(uses)
        guard let stage = try stage(connection) else { return hints }
        defer { stage.end() }
        let run = Run(
            statement: statement, parameters: parameters, cancellation: cancellation, stage: stage)
        let before = try run.plan(isAnalyzing: stage.hasRows)
        var found: [PlanAdvice] = []
        if let advice = try run.statistics(before, uses) { found.append(advice) }
        var indexes: [(columns: [String], advice: PlanAdvice)] = []
        for candidate in candidates(uses, before).prefix(mostTrials) {
            if let advice = try run.index(candidate, before) {
                indexes.append((candidate.columns, advice))
            }
        }
        // One that begins another one which brings about as much or more is superfluous.
        found += indexes.filter { one in
            !indexes.contains { other in
                other.columns.count > one.columns.count && other.columns.starts(with: one.columns)
                    && (other.advice.speedup ?? 1) * leastSpeedup >= (one.advice.speedup ?? 1)
            }
        }.map(\.advice)
        found.sort { ($0.speedup ?? 0) > ($1.speedup ?? 0) }
        return found + hints
    }

    /// Where trials are made.
    private struct Stage {
        var connection: any DatabaseConnection
        var hasRows: Bool
        var end: () -> Void
    }

    private static func stage(_ connection: any DatabaseConnection) throws -> Stage? {
        switch connection.engine {
        case .sqlite:
            guard let sqlite = connection as? SQLiteConnection else { return nil }
            let (copy, hasRows) = try sqlite.throwawayCopy(largestBytes: largestCopy)
            return Stage(connection: copy, hasRows: hasRows, end: { copy.close() })
        case .postgresql:
            try connection.execute("BEGIN; SET LOCAL lock_timeout = '2s'")
            return Stage(
                connection: connection, hasRows: true,
                end: { try? connection.execute("ROLLBACK") })
        // DuckDB keeps its own zone maps, and uses indexes for keys only.
        case .duckdb: return nil
        }
    }

    private struct Run {
        var statement: String
        var parameters: [String: CellValue]
        var cancellation: Cancellation
        var stage: Stage

        func plan(isAnalyzing: Bool) throws -> QueryPlan {
            var best: QueryPlan?
            // The first run pays for what is not cached yet.
            for round in 0..<(isAnalyzing ? 3 : 1) {
                let plan = try PlanRun.plan(
                    of: statement, on: stage.connection, parameters: parameters,
                    isAnalyzing: isAnalyzing, cancellation: cancellation)
                if let known = best?.totalMS, let time = plan.totalMS, time >= known {
                    // Nothing gained.
                } else {
                    best = plan
                }
                if round == 0, let time = plan.totalMS, time > 2_000 { break }
            }
            guard let best else { throw PlanReadingError(what: "there is none") }
            return best
        }

        /// Runs `body` and undoes it; nil where the database refuses.
        private func trying(_ statements: String) throws -> QueryPlan? {
            try stage.connection.execute("SAVEPOINT spillway_trial")
            defer {
                try? stage.connection.execute(
                    "ROLLBACK TO spillway_trial; RELEASE spillway_trial")
            }
            do {
                try stage.connection.execute(statements, cancellation: cancellation)
            } catch let error as DatabaseError where error.kind != .cancelled {
                return nil
            }
            return try plan(isAnalyzing: stage.hasRows)
        }

        func index(_ candidate: Candidate, _ before: QueryPlan) throws -> PlanAdvice? {
            guard let after = try trying(candidate.statement) else { return nil }
            let comparison = PlanComparison(before, after)
            guard comparison.isChanged else { return nil }
            let isUsed = after.nodes.contains { node in
                (node.detail ?? "").contains(candidate.name) || node.object == candidate.name
            }
            guard isUsed else { return nil }
            if stage.hasRows {
                guard (comparison.speedup ?? 0) >= leastSpeedup else { return nil }
            }
            return PlanAdvice(
                kind: .index, action: candidate.statement, reason: candidate.reason,
                before: before, after: after)
        }

        func statistics(_ before: QueryPlan, _ uses: ColumnUses) throws -> PlanAdvice? {
            let tables = uses.tables.map {
                stage.connection.engine == .sqlite
                    ? SQLQuoting.name($0.table.name)
                    : SQLQuoting.name($0.table.schema) + "." + SQLQuoting.name($0.table.name)
            }
            let isOff = before.nodes.contains {
                !Set($0.badges).isDisjoint(with: [.estimateOff100, .estimateOff1000])
            }
            let isMissing = stage.connection.engine == .sqlite && !hasStatistics
            guard !tables.isEmpty, stage.hasRows, isOff || isMissing else { return nil }
            let statement = tables.map { "ANALYZE \($0)" }.joined(separator: "; ")
            guard let after = try trying(statement) else { return nil }
            let comparison = PlanComparison(before, after)
            guard comparison.isChanged, (comparison.speedup ?? 0) >= leastSpeedup else {
                return nil
            }
            return PlanAdvice(
                kind: .statistics, action: statement,
                reason: isMissing
                    ? "The planner has no statistics of these tables."
                    : "The planner's statistics are far from the truth.",
                before: before, after: after)
        }

        private var hasStatistics: Bool {
            (try? stage.connection.rows("SELECT 1 FROM sqlite_stat1 LIMIT 1").isEmpty == false)
                ?? false
        }
    }

    /// An index that may help.
    private struct Candidate: Hashable {
        var name: String
        /// With the table before them.
        var columns: [String]
        var statement: String
        var reason: String
    }

    /// For every table that is read in whole: the columns that are compared for equality, with one
    /// range behind them; and each alone.
    private static func candidates(_ uses: ColumnUses, _ plan: QueryPlan) -> [Candidate] {
        var result: [Candidate] = []
        for (table, compared) in uses.tables {
            let equal = compared.filter(\.isEquality).map(\.column)
            let ranges = compared.filter { !$0.isEquality }.map(\.column)
            var lists: [[String]] = []
            let whole = Array(equal.prefix(3)) + ranges.prefix(1)
            if !whole.isEmpty { lists.append(whole) }
            lists += (equal + ranges).map { [$0] }
            for columns in lists where !hasIndex(table, columns) {
                let name = "idx_\(table.name)_\(columns.joined(separator: "_"))"
                let quoted = columns.map(SQLQuoting.name).joined(separator: ", ")
                let place =
                    plan.engine == "postgresql" ? SQLQuoting.name(table.schema) + "." : ""
                let candidate = Candidate(
                    name: name, columns: [table.schema, table.name] + columns,
                    statement: "CREATE INDEX \(SQLQuoting.name(name)) ON "
                        + "\(place)\(SQLQuoting.name(table.name)) (\(quoted))",
                    reason: "\(table.name) is searched by \(columns.joined(separator: ", ")).")
                if !result.contains(candidate) { result.append(candidate) }
            }
        }
        return result
    }

    private static func hasIndex(_ table: Catalogue.Table, _ columns: [String]) -> Bool {
        let wanted = columns.map { $0.lowercased() }
        let keys = table.columns.filter(\.isPrimaryKey).map { $0.name.lowercased() }
        if !keys.isEmpty, wanted == keys { return true }
        return table.indexes.contains { index in
            index.columns.map { $0.lowercased() }.starts(with: wanted)
        }
    }
}

/// What the text of a query alone says could be written better.
private enum RewriteHints {
    static func all(_ uses: ColumnUses) -> [PlanAdvice] {
        let tokens = uses.tokens
        let columns = Set(
            uses.tables.flatMap { $0.table.columns.map { $0.name.lowercased() } })
        var hints: [PlanAdvice] = []
        func add(_ action: String, _ reason: String) {
            if !hints.contains(where: { $0.action == action }) {
                hints.append(PlanAdvice(kind: .rewrite, action: action, reason: reason))
            }
        }
        for place in tokens.indices {
            let next = place + 1 < tokens.count ? tokens[place + 1] : ""
            if tokens[place] == "like", next.hasPrefix("'%") {
                add(
                    "Search without the leading %, or use a full-text or trigram index.",
                    "An index has an order from the first letter on: LIKE '%…' reads every row.")
            }
            if tokens[place] == "not", next == "in", place + 3 < tokens.count,
                tokens[place + 2] == "(", tokens[place + 3] == "select"
            {
                add(
                    "Write NOT EXISTS instead of NOT IN (SELECT …).",
                    "NOT IN must look for NULLs, so it cannot become an anti-join.")
            }
            if tokens[place] == "offset", let skipped = Int(next), skipped >= 10_000 {
                add(
                    "Go on behind the last key (WHERE key > … LIMIT …) instead of OFFSET.",
                    "OFFSET computes the rows that it skips.")
            }
            if place + 4 < tokens.count, tokens[place + 1] == "(",
                columns.contains(tokens[place + 2]),
                tokens[place + 3] == ")", ["=", "<", ">", "<=", ">="].contains(tokens[place + 4]),
                !["count", "sum", "min", "max", "avg", "in", "values"].contains(tokens[place])
            {
                add(
                    "Compare \(tokens[place + 2]) itself, or make an index on "
                        + "\(tokens[place])(\(tokens[place + 2])).",
                    "A function around a column hides it from its index.")
            }
        }
        return hints
    }
}
