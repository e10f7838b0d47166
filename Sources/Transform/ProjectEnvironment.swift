import Domain
import Jinja

/// What every render of a project shares and nothing changes: variables, target, environment.
struct ProjectEnvironment: Sendable {
    var options = TransformOptions()
    var rootPackage = ""
    /// The variables of every package by its name.
    var packageVars: [String: ConfigMap] = [:]
    var target = ConfigMap()
    var docs: [String: String] = [:]

    var defaultSchema: String { target["schema"]?.text ?? "main" }
    var database: String { target["database"]?.text ?? "main" }
    /// SQL of the project for SQLite, where it runs on that.
    func rewritten(_ sql: String, columns: ((String) -> [String]?)? = nil) -> SQLRewriter {
        let type = target["type"]?.text.lowercased() ?? "sqlite"
        // PostgreSQL and its kin divide whole numbers as SQLite does.
        let dividesReally = [
            "duckdb", "snowflake", "bigquery", "databricks", "spark", "clickhouse",
        ]
        return SQLRewriter(
            sql, isForeign: type != "sqlite", dividesReally: dividesReally.contains(type),
            columns: columns)
    }

    /// The engine that the nodes run on; `--engine` goes before the profile's type.
    var dialect: SQLDialect {
        options.dialect ?? SQLDialect(profileType: target["type"]?.text ?? "") ?? .sqlite
    }

    /// Gives the target the name of its database as dbt's adapters do: of PostgreSQL `dbname`, of
    /// DuckDB the file's name without its ending.
    mutating func nameDatabase(_ output: ConfigMap) {
        switch dialect {
        case .sqlite: return
        case .postgres:
            if let name = output["dbname"] ?? output["database"] { target["database"] = name }
        case .duckdb:
            guard output["database"] == nil || options.dialect != nil else { return }
            let isNative = SQLDialect(profileType: output["type"]?.text ?? "") == .duckdb
            // Told to run elsewhere, the project has a file named like it.
            let path = isNative ? output["path"]?.text ?? ":memory:" : rootPackage
            let file = path.split(separator: "/").last.map(String.init) ?? path
            let stem = file.split(separator: ".").first.map(String.init) ?? file
            target["database"] = .string(path == ":memory:" ? "memory" : stem)
        }
    }

    /// A variable as a node of `package` sees it.
    func variable(_ name: String, package: String) -> ConfigValue? {
        if let value = options.vars[name] { return value }
        let root = packageVars[rootPackage]
        if let value = root?[package]?.map?[name] { return value }
        if let value = root?[name], !(value.map != nil && packageVars[name] != nil) {
            return value
        }
        if package != rootPackage, let own = packageVars[package] {
            return own[package]?.map?[name] ?? own[name]
        }
        return nil
    }

    func variableNames(package: String) -> [String] {
        var names = options.vars.keys
        for map in [packageVars[rootPackage], packageVars[package]].compactMap({ $0 }) {
            names += map.keys
            names += map[package]?.map?.keys ?? []
        }
        return names
    }
}
