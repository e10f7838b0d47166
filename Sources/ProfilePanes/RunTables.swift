import Domain
import PaneKit
import RunProfiles
import Screen
import SparkAdvice

/// The views of a run's profile as tables.
struct RunTables {
    let run: RunProfile
    let charset: Charset
    let clock: LocalClock
    var leads: [TaskID: [TaskLead]] = [:]
    /// Cells of the pane.
    var width = 78

    func table(_ view: RunView) -> ProfileTable {
        var table: ProfileTable
        switch view {
        case .timeline: table = timeline
        case .path: table = path
        case .tasks: table = tasks
        case .before: table = before
        case .attempts: table = attempts
        case .slots: table = slots
        case .task(let id): return task(id)
        case .comparison: return ProfileTable()
        }
        table.header = headline + table.header
        return table
    }

    // MARK: Above every view

    /// How the run went, against those before, when it will end, and how busy the slots were.
    var headline: [[TextRun]] {
        var lines = [runLine]
        if let past = run.past {
            let isUnusual = past.elapsed.isUnusual(run.elapsed)
            let change = run.elapsed.microseconds - past.elapsed.median.microseconds
            var text =
                "median \(past.elapsed.median.humanText) of \(past.elapsed.count) runs, half of "
                + "them \(past.elapsed.lowerQuartile.humanText) to "
                + past.elapsed.upperQuartile.humanText
            if past.elapsed.count == 1 { text = "\(past.elapsed.median.humanText) in the one run" }
            if run.run.state.isSettled { text += "; this one \(Self.signed(change))" }
            lines.append(pair("before", text, isUnusual ? .warning : .plain))
        }
        if let estimate = run.estimate { lines.append(ending(estimate)) }
        lines.append(slotLine)
        return lines
    }

    private var runLine: [TextRun] {
        let row = run.run
        let took =
            row.state.isSettled
            ? "took \(run.elapsed.humanText)" : "for \(run.elapsed.humanText) so far"
        // What the frame has already comes last.
        return [
            TextRun(row.state.rawValue, Self.role(of: row.state)),
            TextRun("  \(took)  ", .strong), TextRun("\(row.pipeline) \(row.id)", .dim),
        ]
    }

    private func ending(_ estimate: RunEstimate) -> [TextRun] {
        let left = estimate.end.since(run.until)
        var text =
            "in about \(left.humanText), at \(time(estimate.end)) (\(time(estimate.early)) to "
            + "\(time(estimate.late))); \(estimate.openTasks) tasks to go"
        if estimate.unknownTasks > 0 { text += ", \(estimate.unknownTasks) of them never ran" }
        return pair("ends", text, .info)
    }

    private var slotLine: [TextRun] {
        let slots = run.slots
        guard let capacity = slots.capacity else {
            return pair("slots", "at most \(slots.peak) at once")
        }
        let all = Double(max(1, slots.busy.microseconds + slots.idle.microseconds))
        let share = Int((Double(slots.busy.microseconds) / all * 100).rounded())
        var text = "\(share) % of \(capacity) busy, at most \(slots.peak) at once"
        let isWaste = slots.idleWhileWaiting > .milliseconds(10)
        if isWaste { text += "; \(slots.idleWhileWaiting.humanText) idle while tasks waited" }
        return pair("slots", text, isWaste ? .warning : .plain)
    }

    // MARK: Words

    func pair(_ label: String, _ text: String, _ role: Role = .plain) -> [TextRun] {
        let padding = String(repeating: " ", count: max(1, 10 - label.count))
        return [TextRun(label + padding, .dim), TextRun(text, role)]
    }

    func time(_ at: Instant) -> String { clock.civilTime(at).clockText }

    func span(_ span: Span?, _ role: Role = .plain) -> ProfileTable.Cell {
        guard let span else { return .text("-", .dim) }
        return .number(
            Double(span.microseconds), span.humanText, span == .zero ? .dim : role,
            exactIn: "µs")
    }

    func size(_ bytes: Int64?) -> ProfileTable.Cell {
        guard let bytes else { return .text("-", .dim) }
        return .number(
            Double(bytes), AdviceText.size(bytes), bytes == 0 ? .dim : .plain, exactIn: "B")
    }

    /// A length of time with its sign: `+3.2s`.
    static func signed(_ microseconds: Int64) -> String {
        (microseconds > 0 ? "+" : "") + Span(microseconds: microseconds).humanText
    }

    func words(_ wait: TaskWait) -> String {
        switch wait.reason {
        case .task(let task): task.name
        case .slot(let pool): pool == .standard ? "a slot" : "a slot of \(pool)"
        case .retry: "the next attempt"
        case .condition: "its condition"
        case .run: "the run before"
        }
    }

    static func role(of state: RunState) -> Role {
        switch state {
        case .queued: .stateQueued
        case .running: .stateRunning
        case .success: .stateSuccess
        case .failed: .stateFailed
        case .cancelled: .stateSkipped
        }
    }

    static func role(of state: TaskState) -> Role {
        switch state {
        case .none, .removed: .stateNone
        case .scheduled, .queued, .deferred, .upForReschedule: .stateQueued
        case .running: .stateRunning
        case .restarting, .upForRetry: .stateRetry
        case .success: .stateSuccess
        case .skipped: .stateSkipped
        case .failed: .stateFailed
        case .upstreamFailed: .stateUpstreamFailed
        }
    }

    /// A task's name, instances below their task, with a mark on the critical path.
    func name(_ task: TaskProfile) -> ProfileTable.Cell {
        let mark = task.isCritical ? charset.pick("◆ ", ascii: "* ") : "  "
        let indent = task.id.instanceParts == nil ? "" : "  "
        return .text(mark + indent + task.id.name, task.isCritical ? .strong : .plain)
    }

    func state(_ task: TaskProfile) -> ProfileTable.Cell {
        .text(task.state.rawValue.replacing("_", with: " "), Self.role(of: task.state))
    }
}
