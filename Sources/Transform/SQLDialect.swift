/// The engines that nodes run on, and what their SQL calls things.
///
/// What a project's people wrote runs as it is on the engine of its profile; this is about the
/// statements around it: tables, temporary tables, times, literals.
public enum SQLDialect: String, Hashable, Sendable, CaseIterable {
    case sqlite, duckdb, postgres

    /// The dialect of a profile's `type`; nil for an engine that is not here.
    public init?(profileType type: String) {
        switch type.lowercased() {
        case "sqlite": self = .sqlite
        case "duckdb": self = .duckdb
        case "postgres", "postgresql": self = .postgres
        default: return nil
        }
    }

    /// How people call the engine.
    public var title: String {
        switch self {
        case .sqlite: "SQLite"
        case .duckdb: "DuckDB"
        case .postgres: "PostgreSQL"
        }
    }

    /// The class that dbt's adapter gives to relations, which packages ask for.
    var relationType: String {
        switch self {
        case .sqlite: "SQLiteRelation"
        case .duckdb: "DuckDBRelation"
        case .postgres: "PostgresRelation"
        }
    }

    /// A query for the names and kinds (`table`, `view`) of the relations in `schema`, SQLite's
    /// with the prefix that names them there.
    func relations(in schema: String, isDefault: Bool) -> String {
        guard self == .sqlite else {
            return "select table_name, case when table_type = 'VIEW' then 'view' else 'table' end "
                + "from information_schema.tables where lower(table_schema) = "
                + SQLText.literal(schema.lowercased())
        }
        let prefix = schema + "."
        let own =
            isDefault
            ? "instr(name, '.') = 0"
            : "lower(substr(name, 1, \(prefix.count))) = \(SQLText.literal(prefix.lowercased()))"
        let shown = isDefault ? "name" : "substr(name, \(prefix.count + 1))"
        return "select \(shown), type from main.sqlite_master where type in ('table', 'view') "
            + "and name not like 'sqlite\\_%' escape '\\' and \(own)"
    }

    /// A temporary table's name in SQL.
    public func temporary(_ name: String) -> String { self == .sqlite ? "temp.\(name)" : name }

    /// `a` and `b` are the same, NULL being the same as NULL.
    func same(_ a: String, _ b: String) -> String {
        self == .sqlite ? "\(a) is \(b)" : "\(a) is not distinct from \(b)"
    }

    func different(_ a: String, _ b: String) -> String {
        self == .sqlite ? "\(a) is not \(b)" : "\(a) is distinct from \(b)"
    }

    /// A moment, `YYYY-MM-DD HH:MM:SS`, as a value that compares with the engine's times.
    public func moment(_ text: String) -> String {
        self == .sqlite ? SQLText.literal(text) : "cast(\(SQLText.literal(text)) as timestamp)"
    }

    /// An expression that compares with ``moment(_:)``.
    public func time(_ expression: String) -> String {
        self == .sqlite ? "datetime(\(expression))" : "cast(\(expression) as timestamp)"
    }

    /// The MD5 of a text, in hex digits; SQLite's are upper case, as dbt-sqlite writes them.
    func md5(_ expression: String) -> String {
        self == .sqlite ? "hex(md5(\(expression)))" : "md5(\(expression))"
    }

    func boolean(_ flag: Bool) -> String {
        self == .sqlite ? (flag ? "1" : "0") : (flag ? "true" : "false")
    }

    /// What makes a drop take along the views over the relation, where they would forbid it.
    var cascade: String { self == .postgres ? " cascade" : "" }

    /// A NULL of the type of `expression`.
    func null(like expression: String) -> String {
        self == .sqlite ? "null" : "nullif(\(expression), \(expression))"
    }

    /// The query for the newest row's time as text, its age in seconds, and `now` as text.
    public func age(of newest: String, now: String) -> String {
        switch self {
        case .sqlite:
            "select strftime('%Y-%m-%dT%H:%M:%S+00:00', newest), "
                + "(julianday(\(SQLText.literal(now))) - julianday(newest)) * 86400.0, "
                + "strftime('%Y-%m-%dT%H:%M:%S+00:00', \(SQLText.literal(now))) "
                + "from (select \(newest) as newest)"
        case .duckdb:
            "select strftime(newest, '%Y-%m-%dT%H:%M:%S+00:00'), "
                + "epoch(\(moment(now))) - epoch(newest), "
                + "strftime(\(moment(now)), '%Y-%m-%dT%H:%M:%S+00:00') "
                + "from (select cast(\(newest) as timestamp) as newest) as asked"
        case .postgres:
            "select to_char(newest, 'YYYY-MM-DD\"T\"HH24:MI:SS\"+00:00\"'), "
                + "cast(extract(epoch from (\(moment(now)) - newest)) as double precision), "
                + "to_char(\(moment(now)), 'YYYY-MM-DD\"T\"HH24:MI:SS\"+00:00\"') "
                + "from (select cast(\(newest) as timestamp) as newest) as asked"
        }
    }
}
