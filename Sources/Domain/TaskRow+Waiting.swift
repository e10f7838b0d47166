extension TaskRow {
    /// What a task that has not begun waits for, in words; nil where it has, and where its own note says
    /// it.
    ///
    /// - Parameter find: gives the tasks of the same run.
    /// - Parameter run: the state of that run; nil for none.
    public func waitingFor(in run: RunState?, _ find: (TaskID) -> TaskRow?) -> String? {
        guard note == nil, let run else { return nil }
        switch state {
        case .none:
            if run == .queued {
                return
                    "the run has not started: it is paused, waits for its turn, or nobody schedules"
            }
            if run.isSettled { return nil }
            let open = needs.filter { find($0)?.state.isSettled == false }
            // Whatever its rule says, a setup further up comes first.
            return open.isEmpty
                ? "waits for a setup above it" : "waits for " + Self.list(open.map(\.name))
        case .scheduled:
            return pool == .standard
                ? "waits for a free slot"
                : "waits for a free slot of pool \(pool)"
        case .upForRetry:
            return retryAt.map { "next try at \($0.iso8601)" }
        default: return nil
        }
    }

    private static func list(_ names: [String]) -> String {
        let first = names.prefix(3).joined(separator: ", ")
        return names.count > 3 ? "\(first) and \(names.count - 3) more" : first
    }
}

extension [TaskRow] {
    /// These, those that wait with a note that says for what.
    public func tellingWaits(in run: RunState) -> [TaskRow] {
        let known = Dictionary(map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        return map { row in
            var row = row
            row.note = row.note ?? row.waitingFor(in: run) { known[$0] }
            return row
        }
    }
}
