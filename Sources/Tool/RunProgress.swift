import Domain
import SchedulerCore
import Session
import Store

/// Tells how a run goes on: a line for each task that begins or ends, and on a terminal a last line
/// that is rewritten with what is running.
struct RunProgress: RunObserver {
    private let descriptor: Int32
    private let isTerminal: Bool
    private let total: Int
    private var settled: Set<TaskID> = []
    private var running: [TaskID] = []

    /// - Parameter toError: keeps standard output free for JSON.
    init(taskCount: Int, toError: Bool) {
        descriptor = toError ? 2 : 1
        isTerminal = toError ? Console.isErrorTerminal : Console.isOutputTerminal
        total = taskCount
    }

    mutating func began(_ run: RunID) { line(SystemClock.now(), "run \(run) began") }

    mutating func changed(_ task: TaskID, to state: TaskState, _ detail: TaskDetail) {
        running.removeAll { $0 == task }
        settled.remove(task)
        switch state {
        case .running:
            running.append(task)
            let attempt = detail.attemptCount > 1 ? " (attempt \(detail.attemptCount))" : ""
            line(detail.at, "\(task) began\(attempt)")
        case .success, .failed, .skipped, .upstreamFailed, .upForRetry, .removed:
            if state.isSettled { settled.insert(task) }
            let words = state.rawValue.replacing("_", with: " ")
            line(detail.at, "\(task) \(words)" + (detail.note.map { ": \($0)" } ?? ""))
        case .none, .scheduled, .queued, .restarting, .upForReschedule, .deferred: return
        }
        showStatus()
    }

    mutating func ended(_ run: RunRow) {
        clearStatus()
        let took = run.startedAt.flatMap { start in run.endedAt?.since(start).humanText }
        line(
            run.endedAt ?? SystemClock.now(),
            "run \(run.id) \(run.state.rawValue)" + (took.map { " in \($0)" } ?? "")
                + ": \(run.settledCount) of \(run.taskCount) tasks settled, \(run.failedCount) failed"
        )
    }

    mutating func stalled(_ error: StoreError) {
        line(SystemClock.now(), "nothing new starts: \(error.problem) \(error.remedy)")
        showStatus()
    }

    mutating func resumed() {
        line(SystemClock.now(), "the state can be written again")
        showStatus()
    }

    mutating func did(_ summary: String) {
        line(SystemClock.now(), summary)
        showStatus()
    }

    mutating func attention(_ text: String?) {
        if isTerminal { Console.write("\u{7}", to: descriptor) }
        if let text { line(SystemClock.now(), text) }
        showStatus()
    }

    mutating func logIncomplete(_ attempt: AttemptID, reason: String) {
        line(SystemClock.now(), "the log of \(attempt.task) has a gap: \(reason)")
        showStatus()
    }

    private func line(_ at: Instant, _ text: String) {
        clearStatus()
        Console.write(
            CivilTime(utc: at).clockText + "  " + text.printable + "\n", to: descriptor)
    }

    private func clearStatus() {
        if isTerminal { Console.write("\r\u{1B}[K", to: descriptor) }
    }

    private func showStatus() {
        guard isTerminal else { return }
        let names = running.prefix(3).map(\.name.printable).joined(separator: ", ")
        let more = running.count > 3 ? " and \(running.count - 3) more" : ""
        Console.write(
            "\(settled.count)/\(total) settled"
                + (running.isEmpty ? "" : " · running \(names)\(more)"), to: descriptor)
    }
}
