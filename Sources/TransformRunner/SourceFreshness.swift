public import Transform

/// How old the newest row of a source is, against what its configuration allows.
public struct SourceFreshness: Hashable, Sendable {
    public var uniqueID: String
    /// `pass`, `warn`, `error`, or `runtime error`.
    public var status: String
    public var message: String?
    /// The newest row's time and the time of the check, as `YYYY-MM-DDTHH:MM:SS+00:00`.
    public var maxLoadedAt: String?
    public var snapshottedAt: String?
    public var ageSeconds: Double?
    public var seconds = 0.0

    /// Checks one source table; nil where it has no freshness to check.
    ///
    /// - Parameters:
    ///   - now: `YYYY-MM-DD HH:MM:SS` in UTC.
    ///   - rewrite: makes SQL of the project what SQLite takes.
    public static func check(
        _ node: TransformNode, on database: any RunDatabase, now: String,
        rewrite: (String) -> String = { $0 }
    ) -> SourceFreshness? {
        guard node.kind == .source, let freshness = node.config["freshness"]?.map,
            let relation = node.relation
        else { return nil }
        let limits = ["warn_after", "error_after"].map { limit(freshness[$0]?.map) }
        var result = SourceFreshness(uniqueID: node.uniqueID, status: "pass")
        for (key, limit) in zip(["warn_after", "error_after"], limits) {
            guard limit == nil, let rule = freshness[key]?.map, rule["count"] != nil,
                rule["count"] != .null
            else { continue }
            result.status = "runtime error"
            result.message =
                "\(key) of \(node.name) is no length of time. Write count as a whole number, and "
                + "period as minute, hour or day."
            return result
        }
        guard limits.contains(where: { $0 != nil }) else { return nil }
        guard
            let field = node.config["loaded_at_field"]?.string
                ?? node.config["loaded_at_query"]?.string
        else {
            result.status = "runtime error"
            result.message =
                "\(node.name) has a freshness, and nothing tells when its rows came. Add "
                + "loaded_at_field (or loaded_at_query) to the source, or write 'freshness: null'."
            return result
        }
        func adapted(_ sql: String) -> String {
            database.dialect == .sqlite ? rewrite(sql) : sql
        }
        let condition = freshness["filter"]?.string.map { " where \(adapted($0))" } ?? ""
        let newest =
            node.config["loaded_at_field"] == nil
            ? "(\(adapted(field)))"
            : "(select max(\(adapted(field))) from \(relation.sql)\(condition))"
        do {
            let row = try database.query(database.dialect.age(of: newest, now: now)).rows.first
            guard let row, case .text(let time) = row[0], case .double(let age) = row[1] else {
                result.status = "runtime error"
                result.message = "max(\(field)) of \(relation.sql) is no time: are there rows?"
                return result
            }
            result.maxLoadedAt = time
            result.ageSeconds = (age * 1_000).rounded() / 1_000
            if case .text(let text) = row[2] { result.snapshottedAt = text }
            if let most = limits[1], age > most {
                result.status = "error"
            } else if let most = limits[0], age > most {
                result.status = "warn"
            }
        } catch {
            result.status = "runtime error"
            result.message = TransformRun.words(of: error)
        }
        return result
    }

    private static func limit(_ rule: ConfigMap?) -> Double? {
        guard let count = rule?["count"]?.int, let period = rule?["period"]?.string else {
            return nil
        }
        let seconds = ["minute": 60.0, "hour": 3_600, "day": 86_400][period]
        return seconds.map { Double(count) * $0 }
    }
}

/// `sources.json` in dbt's shape.
public enum SourcesFile {
    public static func text(
        _ results: [SourceFreshness], of project: TransformProject, generatedAt: String,
        invocationID: String, elapsed: Double
    ) -> String {
        var writer = ArtifactWriter()
        writer.object { writer in
            writer.object("metadata") { writer in
                writer.string(
                    "dbt_schema_version", "https://schemas.getdbt.com/dbt/sources/v3.json")
                writer.string("dbt_version", "1.11.0")
                writer.string("generated_at", generatedAt)
                writer.string("invocation_id", invocationID)
                writer.object("env") { _ in }
            }
            writer.array("results") { writer in
                for result in results {
                    writer.object { writer in
                        writer.string("unique_id", result.uniqueID)
                        writer.string("status", result.status)
                        if let message = result.message { writer.string("error", message) }
                        guard result.status != "runtime error" else { return }
                        writer.string("max_loaded_at", result.maxLoadedAt)
                        writer.string("snapshotted_at", result.snapshottedAt)
                        writer.number("max_loaded_at_time_ago_in_s", result.ageSeconds ?? 0)
                        writer.value(
                            "criteria", project.node(result.uniqueID)?.config["freshness"])
                        writer.object("adapter_response") { _ in }
                        writer.array("timing") { _ in }
                        writer.string("thread_id", "Thread-1")
                        writer.number("execution_time", result.seconds)
                    }
                }
            }
            writer.number("elapsed_time", elapsed)
        }
        return writer.text
    }
}
