/// What other schedulers call the keys of pipeline files: likeness of letters would find a wrong one
/// (`depends_on` is no `depends_on_past`), or none.
extension PipelineKeys {
    /// What to write instead of a key that tasks and groups do not know; nil where nothing is known.
    static func remedy(forTaskKey name: String) -> String? {
        if let remedy = remedy(for: name, among: taskSynonyms) { return remedy }
        return pipelineOnly.contains(name)
            ? "It belongs to the pipeline: write it at the top of the file." : nil
    }

    /// The same for a key of `defaults`.
    static func remedy(forDefault name: String) -> String? {
        if let remedy = remedy(for: name, among: taskSynonyms) { return remedy }
        if taskOnly.contains(name) { return "It belongs to a task: write it there." }
        return remedy(forTaskKey: name)
    }

    /// The same for a key at the top of a file.
    static func remedy(forPipelineKey name: String) -> String? {
        if defaults.contains(name) {
            return "Write it in a task, or for all of them: defaults: { \(name): … }."
        }
        if let remedy = remedy(for: name, among: pipelineSynonyms) { return remedy }
        return taskOnly.contains(name) ? "It belongs to a task: write it there." : nil
    }

    private static let pipelineOnly = Set(pipeline).subtracting(task)
    private static let taskOnly = Set(task).subtracting(pipeline).subtracting(defaults)

    private static func remedy(for name: String, among synonyms: [String: String]) -> String? {
        // `dependsOn`, `depends-on` and `DEPENDS_ON` are `depends_on`.
        var word = ""
        var last: Character = "_"
        for character in name.prefix(60) {
            if character.isUppercase, last.isLowercase { word += "_" }
            word += character == "-" ? "_" : character.lowercased()
            last = character
        }
        guard let meant = synonyms[word] else { return nil }
        return meant.contains(" ") ? meant : "Write '\(meant)'."
    }

    /// A key, or a sentence where one word does not say it.
    private static let taskSynonyms: [String: String] = [
        // Airflow, Dagu, GitHub's and GitLab's, Prefect, Luigi, make.
        "depends_on": "needs", "depends": "needs", "dependencies": "needs", "upstream": "needs",
        "upstream_tasks": "needs", "requires": "needs", "after": "needs", "deps": "needs",
        "command": "run", "commands": "run", "cmd": "run", "bash_command": "run", "bash": "run",
        "script": "run", "shell": "run", "exec": "run", "execute": "run", "entrypoint": "run",
        "python_callable": "Write run: python3 FILE.py.",
        "python": "Write run: python3 FILE.py.",
        "steps": "Write each step as a task of its own, with 'needs'.",
        "type": "Leave it out: the key that says what it does (run, sql, …) says the kind.",
        "operator": "Leave it out: the key that says what it does (run, sql, …) says the kind.",
        "image": "Containers are run by a command: run: docker run --rm IMAGE COMMAND.",
        "container": "Containers are run by a command: run: docker run --rm IMAGE COMMAND.",
        "execution_timeout": "timeout", "timeout_seconds": "timeout", "timeout_sec": "timeout",
        "timeout_minutes": "Write 'timeout' with a unit, such as 10m.",
        "time_limit": "timeout", "max_runtime": "timeout",
        "retry": "retries", "max_retries": "retries", "max_attempts": "retries",
        "attempts": "retries", "retry_interval": "retry_delay", "retry_wait": "retry_delay",
        "retry_delay_seconds": "retry_delay", "backoff": "retry_backoff",
        "retry_policy": "Write 'retries' and 'retry_delay'.",
        "retry_exponential_backoff": "Write retry_backoff: true, or a factor.",
        "max_retry_delay": "retry_max_delay", "retry_delay_max": "retry_max_delay",
        "retry_jitter_factor": "retry_jitter",
        "sla": "Write 'deadline' at the top of the file: it is for the whole run.",
        "priority_weight": "priority", "queue": "pool",
        "max_active_tis_per_dag": "Write 'pool', or 'max_active' beside a 'map'.",
        "max_active_tis_per_dagrun": "max_active", "concurrency": "Write 'pool'.",
        "max_parallel": "max_active", "parallelism": "max_active",
        "working_dir": "cwd", "workdir": "cwd", "working_directory": "cwd", "dir": "cwd",
        "directory": "cwd", "chdir": "cwd",
        "environment": "env", "env_vars": "env", "variables": "env", "vars": "env",
        "doc": "description", "doc_md": "description", "desc": "description",
        "comment": "description", "label": "description",
        "task_group": "group", "task_group_id": "group", "group_id": "group", "stage": "group",
        "expand": "map", "matrix": "map", "foreach": "map", "for_each": "map",
        "with_items": "map", "with_param": "map", "parallel": "map",
        "rule": "trigger_rule", "when": "Write 'trigger_rule', or a task with 'short_circuit'.",
        "if": "Write 'trigger_rule', or a task with 'short_circuit'.",
        "condition": "Write a task with 'short_circuit' before it.",
        "preconditions": "Write a task with 'short_circuit' before it.",
        "continue_on": "Give what follows trigger_rule: all_done.",
        "continue_on_error": "Give what follows trigger_rule: all_done.",
        "allow_failure": "Give what follows trigger_rule: all_done.",
        "on_failure_callback": "on_failure", "on_success_callback": "on_success",
        "on_retry_callback": "on_retry", "on_skipped_callback": "on_skipped",
        "sensor": "wait", "wait_for": "wait", "poke": "poke_interval",
        "interval": "poke_interval", "is_setup": "setup", "is_teardown": "teardown",
        "trigger_dag_id": "pipeline", "dag": "pipeline", "sub_dag": "pipeline",
        "conf": "params", "parameters": "params", "conn_id": "connection",
        "conn": "connection", "query": "sql", "sql_file": "sql", "database": "connection",
        "memory": "Write limits: { memory: 2g }.", "mem_limit": "Write limits: { memory: 2g }.",
        "cpu_time": "Write limits: { cpu_time: 10m }.", "nice": "Write limits: { nice: 5 }.",
        "resources": "limits", "inlets": "Write 'schedule: { assets: […] }' at the top.",
        "assets": "outlets", "produces": "outlets", "sources": "inputs", "targets": "outputs",
        "generates": "outputs", "skip_on_exit_code": "skip_exit_code", "dbt": "transform",
        "id": "Leave it out: the key before the ':' is the task's id.",
        "task_id": "Leave it out: the key before the ':' is the task's id.",
        "name": "Leave it out: the key before the ':' is the task's id.",
    ]

    private static let pipelineSynonyms: [String: String] = [
        "schedule_interval": "schedule", "cron": "schedule", "crontab": "schedule",
        "timetable": "schedule",
        "interval": "Write data_interval: previous, or every: 15m for the schedule.",
        "on": "schedule",
        "dag_id": "name", "id": "name", "tz": "timezone", "time_zone": "timezone",
        "default_args": "defaults", "steps": "tasks", "jobs": "tasks", "nodes": "tasks",
        "stages": "tasks", "task": "tasks", "targets": "tasks", "dag": "tasks",
        "dagrun_timeout": "run_timeout", "sla": "deadline", "concurrency": "max_active_tasks",
        "max_parallel": "max_active_tasks", "parallelism": "max_active_tasks",
        "max_active_steps": "max_active_tasks", "parameters": "params", "inputs": "params",
        "environment": "env", "variables": "env", "vars": "env", "doc_md": "description",
        "desc": "description", "start": "start_date", "end": "end_date",
        "on_failure_callback": "on_failure", "on_success_callback": "on_success",
        "connection": "connections", "task_groups": "groups",
        "pools": "Write 'pools' in spillway.yml: they are for all pipelines.",
        "pool": "Write it in a task, or for all of them: defaults: { pool: … }.",
        "tags": "Remove it: name pipelines so that they sort together.",
        "owner": "Remove it, or say it in 'description'.",
        "handler_on": "Write 'on_success' and 'on_failure'.",
    ]
}
