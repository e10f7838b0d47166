import Domain
import PaneKit

// Marking tasks and backfilling pipelines: the keys open the `:` line with all that is needed, to be
// looked over, changed and sent.
extension Monitor {
    static let markWords = ["success", "failed", "skipped"]

    static func askToMark(_ state: State, _ task: TaskID) -> Requests {
        guard state.model.run != nil, let row = state.model.task(task) else {
            return say("There is no run whose tasks could be marked.")
        }
        return [.command("mark \(task) " + (row.state == .success ? "failed" : "success"))]
    }

    static func mark(_ state: State, _ arguments: [String]) -> Requests {
        guard let run = state.model.run else {
            return say("There is no run whose tasks could be marked.")
        }
        guard arguments.count == 2 else {
            return say("Say which task and which state: 'mark TASK success'.")
        }
        let task = TaskID(arguments[0])
        guard state.model.task(task) != nil else {
            return complain(
                "There is no task '\(task)' here.", task.name, state.model.tasks.map(\.id.name))
        }
        guard markWords.contains(arguments[1]), let wanted = TaskState(rawValue: arguments[1])
        else {
            return complain(
                "A task cannot be marked '\(arguments[1])'.", arguments[1], markWords)
        }
        return [.perform(.mark(run, task, wanted))]
    }

    /// Names what would be taken back before it is.
    static func askToUndo(_ act: LastAct?) -> Requests {
        guard let act else { return say("You have done nothing that could be taken back.") }
        let words = act.words.prefix(1).uppercased() + act.words.dropFirst()
        guard let undo = act.undoWords else {
            return say("\(words): that cannot be taken back any more.")
        }
        return [.confirm("\(words): \(undo)?", [.undo])]
    }

    static func askToBackfill(_ state: State, _ name: PipelineName) -> Requests {
        guard let row = state.model.pipelines.first(where: { $0.name == name }) else { return [] }
        guard row.isRead else { return say("\(name) is still to be read: try again in a moment.") }
        guard row.schedule != nil else {
            return say("\(name) has no schedule, so there is no stretch of it to run.")
        }
        let last = row.recentRuns.first.map { String($0.logicalDate.iso8601.prefix(10)) }
        return [.command("backfill \(name) " + (last.map { "\($0) \($0)" } ?? ""))]
    }

    static func backfill(_ state: State, _ arguments: [String]) -> Requests {
        guard arguments.count == 3 else {
            return say(
                "Say which pipeline, from and to when: 'backfill NAME 2026-01-01 2026-01-31'.")
        }
        let name = PipelineName(arguments[0])
        guard state.model.pipelines.contains(where: { $0.name == name }) else {
            return complain(
                "There is no pipeline '\(name)' here.", name.name,
                state.model.pipelines.map(\.name.name))
        }
        guard let from = Instant(iso8601: arguments[1]), let to = Instant(iso8601: arguments[2])
        else {
            return complain(
                "Dates are written 2026-01-31 or 2026-01-31T06:00:00Z; nothing was started.", "", []
            )
        }
        guard from <= to else {
            return complain("The second date lies before the first; nothing was started.", "", [])
        }
        return [.perform(.backfill(name, from: from, to: to))]
    }
}
