internal import Domain

/// The names that templates know, for those who meet another one.
enum TemplateNames {
    static let all =
        TemplateVariable.allCases.map(\.rawValue)
        + ["params", "outputs", "item", "dag_run.conf"] + macros.map { "macros." + $0 }
    static let macros = ["ds_add", "ds_format"]
    static let filters =
        ["default"] + TemplateTextFilter.allCases.map(\.rawValue) + ["quote", "tojson"]
        + TemplateDateForm.allCases.map(\.rawValue)
    static let dateMembers =
        TemplateDatePart.allCases.map(\.rawValue)
        + ["strftime", "add", "subtract", "isoformat", "date", "to_date_string"]

    /// The names that are used most, as they are written.
    private static let common = [
        "ds", "ds_nodash", "ds_local", "ts", "logical_date", "data_interval_start",
        "data_interval_end", "run_id", "params.NAME", "outputs.TASK.KEY", "item", "ti.try_number",
        "dag_run.conf", "macros.ds_add(ds, -7)",
    ]

    static func example(of owner: String) -> String {
        TemplateVariable.allCases.map(\.rawValue).first { $0.hasPrefix(owner + ".") } ?? owner
    }

    static func example(ofCall name: String) -> String {
        switch name {
        case "ds_add": "macros.ds_add(ds, -7)"
        case "ds_format": "macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%Y')"
        case "default": "params.region | default('eu')"
        case "replace": "ds | replace('-', '/')"
        case "join": "outputs.list.files | join(' ')"
        case "strftime": "strftime('%Y-%m-%d')"
        default: "\(name)()"
        }
    }

    /// What to write instead of an unknown name among `names`.
    static func remedy(for what: String, _ name: String, among names: [String]) -> String {
        if let nearest = nearestName(to: name, among: names) { return "Write '\(nearest)'." }
        if names.isEmpty { return "Declare it under 'params'." }
        guard what == "name" else {
            return "Known here: \(names.prefix(16).joined(separator: ", "))."
        }
        if let dot = name.firstIndex(of: ".") {
            let members = names.filter { $0.hasPrefix(name[...dot]) }
            if !members.isEmpty { return "Known here: \(members.joined(separator: ", "))." }
        }
        return "Known here, among others: \(common.joined(separator: ", "))."
    }

    /// Names of Airflow that mean something there but not here, and what to write instead.
    static let foreign: [String: String] = [
        "execution_date": "Airflow 3 has no execution_date: write logical_date.",
        "next_ds": "Airflow 3 has no next_ds: write macros.ds_add(ds, 1).",
        "tomorrow_ds": "Airflow 3 has no tomorrow_ds: write macros.ds_add(ds, 1).",
        "prev_ds": "Airflow 3 has no prev_ds: write macros.ds_add(ds, -1).",
        "yesterday_ds": "Airflow 3 has no yesterday_ds: write macros.ds_add(ds, -1).",
        "var": "Use params, or the environment of the task.",
        "conn": "Use 'connection' of an sql task, or the environment of the task.",
        "ds_add": "Write macros.ds_add(ds, -7).",
        "ds_format": "Write macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%Y').",
        "timedelta": "Write it behind a date: logical_date - macros.timedelta(days=1).",
        "datetime": "Use logical_date with strftime, or macros.ds_format.",
        "dateutil": "Use logical_date with strftime, or macros.ds_format.",
        "triggering_asset_events": "The assets of a run are those of its pipeline's schedule.",
        "inlets": "The assets of a run are those of its pipeline's schedule.",
        "outlets": "The assets that a task makes are those of its 'outlets'.",
        "test_mode": "Runs here are all real; use a parameter.",
        "xcom_pull": "Write ti.xcom_pull('TASK'), or outputs.TASK.KEY.",
    ]
}

extension TemplateExpressionReader {
    func unknown(_ what: String, _ name: String, among names: [String], at start: Int) -> Failure {
        if what == "name" || what == "macro",
            let remedy = TemplateNames.foreign[String(name.prefix { $0 != "." })]
        {
            return Failure(at: start, problem: "'\(name)' is not supported", remedy: remedy)
        }
        return Failure(
            at: start, problem: "unknown \(what) '\(name.short)' in a template",
            remedy: TemplateNames.remedy(for: what, name, among: names))
    }
}
