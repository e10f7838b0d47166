internal import Domain

/// The keys of pipeline files: those that mean something, and those that will.
enum PipelineKeys {
    static let pipeline = [
        "name", "description", "schedule", "every", "timezone", "dst", "start_date", "end_date",
        "catchup", "data_interval", "run_timeout", "deadline", "depends_on_past",
        "wait_for_downstream", "max_active_tasks", "max_active_runs", "params", "env",
        "connections", "secrets", "on_success", "on_failure", "on_deadline", "defaults", "groups",
        "tasks", "generate", "generate_timeout",
    ]
    static let task = [
        "run", "sql", "transform", "check", "spark", "wait", "pipeline", "branch", "short_circuit",
        "connection", "project_dir", "engine", "csv", "table", "params", "poke_interval",
        "soft_fail",
        "ignore_downstream_trigger_rules", "needs", "retries", "retry_delay", "timeout",
        "trigger_rule", "env", "cwd", "pool", "group", "description", "depends_on_past",
        "wait_for_downstream", "map", "max_active", "setup", "teardown", "fails_run", "outlets",
        "inputs", "outputs", "retry_backoff", "retry_max_delay", "retry_jitter", "pool_slots",
        "priority", "weight_rule", "secrets", "skip_exit_code", "fail_exit_code", "limits",
        "idempotent", "on_success", "on_failure", "on_retry", "on_skipped",
    ]
    static let limits = ["memory", "cpu_time", "nice"]
    static let defaults = [
        "retries", "retry_delay", "timeout", "trigger_rule", "env", "cwd", "pool",
        "depends_on_past", "wait_for_downstream", "retry_backoff", "retry_max_delay",
        "retry_jitter", "pool_slots", "priority", "weight_rule", "secrets", "skip_exit_code",
        "fail_exit_code", "limits", "idempotent", "on_success", "on_failure", "on_retry",
        "on_skipped",
    ]
    static let group = defaults + ["needs", "description"]
    static let param = ["type", "default", "enum", "description"]

    /// Refused, not ignored: a pipeline that counts on it would do something else here.
    static let later: Set<String> = ["on_execute"]
}

extension DocumentReader {
    mutating func notSupportedYet(_ entry: Entry) {
        error(
            at: entry.key, "not supported yet: '\(entry.name.short)'",
            "Remove it: this version would run the pipeline without it.")
    }
}
