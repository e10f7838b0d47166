internal import Domain
internal import YAMLReading

/// Data intervals, clock changes and limits of time.
extension PipelineReader {
    mutating func readTiming(_ found: [String: DocumentReader.Entry]) {
        if let entry = found["data_interval"] { readInterval(entry.value) }
        if let entry = found["dst"] { readClockChanges(entry.value) }
        if let entry = found["run_timeout"] {
            pipeline.timing.runTimeout = positive(entry.value, "run_timeout")
        }
        if let entry = found["deadline"] { readDeadline(entry.value) }
    }

    private mutating func readInterval(_ node: Int) {
        let expected = "'point', 'previous' or a duration such as 1d"
        guard let text = document.text(node, "data_interval", expected: expected) else { return }
        switch text {
        case "point": pipeline.timing.dataInterval = .point
        case "previous": pipeline.timing.dataInterval = .previous
        default:
            guard let length = Span(durationText: text), length > .zero else {
                let nearest = document.log.nearest(to: text, among: ["point", "previous"])
                document.error(
                    at: node, "'\(text.short)' is no data interval",
                    nearest.map { "Write '\($0)'." } ?? "Write \(expected).")
                return
            }
            pipeline.timing.dataInterval = .length(length)
        }
    }

    private mutating func readClockChanges(_ node: Int) {
        guard let text = document.text(node, "dst", expected: "'vixie' or 'airflow'") else {
            return
        }
        if let policy = ClockChangePolicy(rawValue: text) {
            pipeline.timing.clockChanges = policy
            return
        }
        let names = ClockChangePolicy.allCases.map(\.rawValue)
        document.error(
            at: node, "unknown policy '\(text.short)'",
            document.log.nearest(to: text, among: names).map { "Write '\($0)'." }
                ?? "Write 'vixie' (as Debian's cron) or 'airflow'.")
    }

    /// `2h`, or `{ after: 2h, from: logical_date }`.
    private mutating func readDeadline(_ node: Int) {
        let target = document.tree.resolved(node)
        guard document.tree.nodes[target].kind == .mapping else {
            pipeline.timing.deadline = positive(node, "deadline").map { RunDeadline(after: $0) }
            return
        }
        var after: Span?
        var from = RunDeadline.Reference.queued
        let entries = document.entries(of: node, "deadline") ?? []
        for entry in entries {
            switch entry.name {
            case "after": after = positive(entry.value, "after")
            case "from":
                let names = RunDeadline.Reference.allCases.map(\.rawValue)
                guard let text = document.text(entry.value, "from") else { continue }
                if let reference = RunDeadline.Reference(rawValue: text) {
                    from = reference
                } else {
                    document.error(
                        at: entry.value, "a deadline is not counted from '\(text.short)'",
                        document.log.nearest(to: text, among: names).map { "Write '\($0)'." }
                            ?? "Write \(names.joined(separator: " or ")).")
                }
            default: document.unknownKey(entry, in: "'deadline'", among: ["after", "from"])
            }
        }
        if !entries.contains(where: { $0.name == "after" }) {
            document.error(
                at: node, "the deadline does not say how long", "Add 'after: 2h', for example.")
        }
        pipeline.timing.deadline = after.map { RunDeadline(after: $0, from: from) }
    }

    private mutating func positive(_ node: Int, _ name: String) -> Span? {
        guard let length = document.duration(node, name) else { return nil }
        if length > .zero { return length }
        document.error(
            at: node, "a '\(name)' of zero ends at once",
            "Leave it out for none, or give a duration such as 2h.")
        return nil
    }
}
