internal import Domain
internal import YAMLReading

extension PipelineReader {
    mutating func readSchedule(_ found: [String: DocumentReader.Entry]) {
        if let entry = found["schedule"] { readSchedule(entry.value) }
        if let entry = found["every"] {
            if pipeline.schedule != nil {
                document.error(
                    at: entry.key, "both 'schedule' and 'every' say when it runs",
                    "Remove one of them.")
            }
            readEvery(entry.value)
        }
        if let entry = found["timezone"] { readZone(entry.value) }
        if let entry = found["start_date"] {
            pipeline.startDate = date(entry.value, "start_date")
        }
        if let entry = found["end_date"] { pipeline.endDate = date(entry.value, "end_date") }
        if let entry = found["catchup"],
            let catchup = document.boolean(entry.value, "catchup")
        {
            pipeline.catchup = catchup
            if catchup, found["start_date"] == nil {
                document.error(
                    at: entry.key, "'catchup: true' without a 'start_date'",
                    "Say from which date on missed runs are made: start_date: 2026-01-01.")
            }
        }
        if let start = pipeline.startDate, let end = pipeline.endDate, end < start,
            let entry = found["end_date"]
        {
            document.error(
                at: entry.value, "'end_date' lies before 'start_date'",
                "Swap them, or remove one.")
        }
        readTiming(found)
    }

    private mutating func readSchedule(_ node: Int) {
        let target = document.tree.resolved(node)
        if document.tree.isNull(target) { return }
        switch document.tree.nodes[target].kind {
        case .mapping: readScheduleMapping(node)
        case .sequence:
            let items = document.items(of: node)
            if items.isEmpty {
                document.error(
                    at: node, "'schedule' is an empty list",
                    "Write cron expressions, or remove it.")
            }
            let expressions = items.compactMap { cron($0, inList: true) }
            if !expressions.isEmpty { pipeline.schedule = .cron(expressions) }
        default: readScheduleText(node)
        }
    }

    private mutating func readScheduleText(_ node: Int) {
        switch document.tree.nodes[document.tree.resolved(node)].text.lowercased() {
        case "@once": pipeline.schedule = .once
        case "@continuous": pipeline.schedule = .continuous
        case "none", "@none":
            document.error(
                at: node, "no schedule is written by leaving it out",
                "Remove 'schedule': the pipeline then runs by hand only.")
        default: if let text = cron(node, inList: false) { pipeline.schedule = .cron([text]) }
        }
    }

    private mutating func readScheduleMapping(_ node: Int) {
        let entries = document.entries(of: node, "schedule") ?? []
        for entry in entries {
            switch entry.name {
            case "every" where entries.count == 1: readEvery(entry.value)
            case "cron" where entries.count == 1: readSchedule(entry.value)
            case "every", "cron":
                document.error(
                    at: entry.key, "'schedule' has more than one form", "Keep one of them.")
            case "assets" where entries.count == 1: readAssets(entry)
            case "assets":
                document.error(
                    at: entry.key, "'schedule' has more than one form", "Keep one of them.")
            case "any", "all":
                document.error(
                    at: entry.key, "'\(entry.name)' stands below 'assets'",
                    "Write schedule: { assets: { \(entry.name): […] } }.")
            default:
                document.unknownKey(entry, in: "'schedule'", among: ["cron", "every", "assets"])
            }
        }
        if entries.isEmpty {
            document.error(
                at: node, "'schedule' is empty",
                "Write a cron expression such as \"0 6 * * *\", or { every: 15m }.")
        }
    }

    private mutating func readEvery(_ node: Int) {
        guard let length = document.duration(node, "every") else { return }
        guard length >= .seconds(1) else {
            document.error(
                at: node, "a schedule cannot run more often than once a second",
                "Write a longer duration, such as 15m.")
            return
        }
        pipeline.schedule = .every(length)
    }

    private mutating func cron(_ node: Int, inList isInList: Bool) -> String? {
        let target = document.tree.resolved(node)
        guard document.tree.isScalar(target), !(isInList && document.tree.isNull(target)) else {
            document.refuseType(
                of: node, "schedule", expected: "a cron expression such as \"0 6 * * *\"")
            return nil
        }
        let text = document.tree.nodes[target].text
        if let refusal = checks.checkCron(text) {
            document.error(
                at: SourcePlace(line: 1, column: max(1, refusal.column)), insideText: node,
                of: "expression", refusal.problem, refusal.remedy)
        }
        return text
    }

    /// A list of assets that are all wanted, or `{ any: […] }`, `{ all: […] }` in each other.
    private mutating func readAssets(_ entry: DocumentReader.Entry) {
        guard let condition = assets(entry.value, depth: 0) else { return }
        if condition.assets.isEmpty {
            document.error(
                at: entry.value, "'assets' names none",
                "Name those that a run waits for: schedule: { assets: [orders] }.")
        }
        pipeline.schedule = .assets(condition)
    }

    private mutating func assets(_ node: Int, depth: Int) -> AssetCondition? {
        let target = document.tree.resolved(node)
        // Aliases may stand for far more than is written.
        mappedValues += 1
        guard depth < 16, mappedValues <= 4 * TaskMapping.limit else { return nil }
        switch document.tree.nodes[target].kind {
        case .sequence:
            return .all(
                document.tree.children(of: target).compactMap { assets($0, depth: depth + 1) })
        case .mapping:
            var parts: [AssetCondition] = []
            for entry in document.entries(of: node, "assets") ?? [] {
                guard entry.name == "any" || entry.name == "all" else {
                    document.unknownKey(entry, in: "'assets'", among: ["any", "all"])
                    continue
                }
                let inner = document.items(of: entry.value).compactMap {
                    assets($0, depth: depth + 1)
                }
                parts.append(entry.name == "any" ? .any(inner) : .all(inner))
            }
            return parts.count == 1 ? parts[0] : .all(parts)
        default: return asset(node).map { .asset($0) }
        }
    }

    private mutating func readZone(_ node: Int) {
        guard let name = document.text(node, "timezone", expected: "a time zone's name") else {
            return
        }
        pipeline.timezone = name
        let isName =
            name.utf8.count <= 64 && !name.hasPrefix("/")
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty
                    && $0.utf8.allSatisfy { byte in
                        switch byte {
                        case 48...57, 65...90, 97...122: true
                        default: byte == 43 || byte == 45 || byte == 95
                        }
                    }
            }
        if !isName || !checks.zoneExists(name) {
            document.error(
                at: node, "unknown time zone '\(name.short)'",
                "Write a name of the IANA database, such as Europe/Berlin or UTC.")
        }
    }

    private mutating func date(_ node: Int, _ name: String) -> Instant? {
        guard let text = document.text(node, name, expected: "a date such as 2026-01-31") else {
            return nil
        }
        if let date = Instant(iso8601: text) {
            return checks.localInstant(text, pipeline.timezone) ?? date
        }
        document.error(
            at: node, "'\(text.short)' is no date",
            "Write 2026-01-31, or 2026-01-31T06:00:00+01:00.")
        return nil
    }
}
