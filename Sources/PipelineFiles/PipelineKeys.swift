internal import Domain

/// The keys of pipeline files: those that mean something, and those that will.
enum PipelineKeys {
    static let pipeline = [
        "name", "description", "schedule", "every", "timezone", "dst", "start_date", "end_date",
        "catchup", "data_interval", "run_timeout", "deadline", "depends_on_past",
        "wait_for_downstream", "max_active_tasks", "max_active_runs", "params", "env",
        "connections", "defaults", "tasks",
    ]
    static let task = [
        "run", "sql", "transform", "check", "spark", "connection", "project_dir", "csv", "table",
        "needs", "retries", "retry_delay", "timeout", "trigger_rule",
        "env", "cwd", "pool", "group", "description", "depends_on_past", "wait_for_downstream",
    ]
    static let defaults = [
        "retries", "retry_delay", "timeout", "trigger_rule", "env", "cwd", "pool",
        "depends_on_past", "wait_for_downstream",
    ]
    static let param = ["type", "default", "enum", "description"]

    /// Refused, not ignored: a pipeline that counts on them would do something else here.
    static let laterInPipeline: Set<String> = [
        "interval", "secrets", "limits", "hooks", "on_failure", "on_success",
        "on_retry", "groups", "generate", "inputs", "outputs", "assets",
    ]
    static let laterInTask: Set<String> = laterActions.union([
        "retry_backoff", "retry_max_delay",
        "retry_jitter", "pool_slots", "priority", "weight_rule", "poke_interval", "soft_fail",
        "map", "max_active", "setup", "teardown", "inputs", "outputs", "secrets", "limits",
        "hooks", "on_failure", "on_success", "on_retry", "on_skipped", "on_execute", "deadline",
        "run_timeout", "idempotent", "skip_exit_code", "fail_exit_code",
    ])
    /// What else a task may do one day.
    static let laterActions: Set<String> = [
        "wait", "pipeline", "generate", "branch", "short_circuit",
    ]
    static let laterInDefaults: Set<String> = laterInTask.subtracting(laterActions)
}

extension DocumentReader {
    mutating func notSupportedYet(_ entry: Entry) {
        error(
            at: entry.key, "not supported yet: '\(entry.name.short)'",
            "Remove it: this version would run the pipeline without it.")
    }
}
