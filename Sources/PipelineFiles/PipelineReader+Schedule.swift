internal import Domain

extension PipelineReader {
    mutating func readSchedule(_ found: [String: DocumentReader.Entry]) {
        if let entry = found["schedule"] { readCron(entry.value) }
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
    }

    private mutating func readCron(_ node: Int) {
        let target = document.tree.resolved(node)
        if document.tree.isNull(target) { return }
        guard document.tree.isScalar(target) else {
            let isMapping = document.tree.nodes[target].kind == .mapping
            let keys = isMapping ? document.entries(of: node, "schedule") ?? [] : []
            let form = isMapping ? "{\(keys.first?.name.short ?? ""): …}" : "a list"
            document.error(
                at: node, "not supported yet: 'schedule' as \(form)",
                "Write a cron expression such as \"0 6 * * *\", or @daily.")
            return
        }
        let text = document.tree.nodes[target].text
        if let refusal = checks.checkCron(text) {
            document.error(
                at: SourcePlace(line: 1, column: max(1, refusal.column)), insideText: node,
                of: "expression", refusal.problem, refusal.remedy)
        }
        pipeline.schedule = .cron(text)
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
        if let date = Instant(iso8601: text) { return date }
        document.error(
            at: node, "'\(text.short)' is no date",
            "Write 2026-01-31, or 2026-01-31T06:00:00+01:00.")
        return nil
    }
}
