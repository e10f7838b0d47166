import Jinja
public import Transform

/// `run_results.json` in the shape of dbt's schema v6, so that other tools can read it.
public enum RunResultsFile {
    /// The file's text.
    ///
    /// - Parameters:
    ///   - arguments: what the command was given; `which` is its name.
    ///   - vars: `--vars`.
    ///   - generatedAt: ISO 8601 in UTC.
    ///   - elapsed: seconds of the whole command.
    public static func text(
        _ results: [NodeResult], arguments: [(String, String)], vars: ConfigMap = ConfigMap(),
        generatedAt: String, invocationID: String, elapsed: Double
    ) throws -> String {
        let entries = results.map { result in
            JinjaValue.mapping([
                ("status", .string(result.status.rawValue)), ("timing", .array([])),
                ("thread_id", .string("Thread-1")),
                ("execution_time", .double(result.seconds)),
                ("adapter_response", .mapping([])),
                ("message", result.message.map { .string($0) } ?? .none),
                ("failures", result.failures.map { .int($0) } ?? .none),
                ("unique_id", .string(result.uniqueID)),
                ("compiled", .bool(result.compiledSQL != nil)),
                ("compiled_code", result.compiledSQL.map { .string($0) } ?? .none),
                ("relation_name", result.relationName.map { .string($0) } ?? .none),
                ("batch_results", .none),
            ])
        }
        let metadata = JinjaValue.mapping([
            (
                "dbt_schema_version",
                .string("https://schemas.getdbt.com/dbt/run-results/v6.json")
            ), ("dbt_version", .string("1.11.0")), ("generated_at", .string(generatedAt)),
            ("invocation_id", .string(invocationID)), ("env", .mapping([])),
        ])
        return try JSONText.text(
            .mapping([
                ("metadata", metadata), ("results", .array(entries)),
                ("elapsed_time", .double(elapsed)),
                (
                    "args",
                    .mapping(
                        arguments.map { ($0.0, .string($0.1)) }
                            + [("vars", ConfigValue.map(vars).jinja)])
                ),
            ]))
    }
}

extension TransformProject {
    /// What `retry` runs: the nodes that an earlier run left with error, fail or skipped.
    public func unfinished(after statuses: [String: String]) -> Set<Int> {
        let open: Set = [
            "error", "fail", "skipped", "partial success", "runtime error", "pending",
        ]
        return Set(
            nodes.indices.filter { open.contains(statuses[nodes[$0].uniqueID] ?? "") })
    }
}
