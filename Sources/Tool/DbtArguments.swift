/// Options that dbt's commands take and that have no meaning here: they are left aside, so that a
/// script's `dbt …` runs as `spillway transform …`, wherever they stand.
enum DbtArguments {
    /// Also with `no-` before it.
    private static let switches: Set<String> = [
        "quiet", "debug", "print", "use-colors", "use-colors-file", "partial-parse",
        "version-check", "populate-cache", "cache-selected-only", "static-parser",
        "use-experimental-parser", "send-anonymous-usage-stats", "write-json", "introspect",
        "log-cache-events", "macro-debugging", "single-threaded", "show-all-deprecations",
        "use-fast-test-edges", "export-saved-queries",
    ]

    private static let valued: Set<String> = [
        "threads", "log-format", "log-format-file", "log-level", "log-level-file", "log-path",
        "log-file-max-bytes", "printer-width", "record-timing-info", "partial-parse-file-path",
    ]

    /// `arguments` of the whole program without those options, where its command is `transform`.
    static func removed(from arguments: [String]) -> [String] {
        guard arguments.first == "transform" else { return arguments }
        var kept: [String] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            guard argument.hasPrefix("--") else {
                if !["-q", "-d"].contains(argument) { kept.append(argument) }
                continue
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1)
            let name = parts.first.map(String.init) ?? ""
            if valued.contains(name) {
                if parts.count == 1 { index += 1 }
            } else if !isSwitch(name) {
                kept.append(argument)
            }
        }
        return kept
    }

    private static func isSwitch(_ name: String) -> Bool {
        if switches.contains(name) { return true }
        return name.hasPrefix("no-") && switches.contains(String(name.dropFirst(3)))
    }
}
