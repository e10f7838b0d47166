import Domain
import PaneKit

// What is done to runs, asked first where it changes something.
extension Monitor {
    /// Starts a run at once; where the pipeline has parameters, their values are asked for first.
    static func trigger(_ state: inout State, _ name: PipelineName) -> Requests {
        guard let row = state.model.pipelines.first(where: { $0.name == name }) else { return [] }
        guard row.isRead else { return wait(&state, AwaitedTrigger(name, arguments: nil)) }
        guard row.problems.isEmpty else {
            let words = "\(name) cannot run: its file has \(row.problems.count) problem(s)."
            return [.notice(Notice(.error, words))]
        }
        guard row.params.isEmpty else {
            let params = row.params.map { "\($0.name)=\($0.defaultValue ?? "")" }
            return [.command("trigger \(name) " + params.joined(separator: " "))]
        }
        return [.perform(.trigger(name, params: [:]))]
    }

    static func cancel(_ run: RunRow) -> Requests {
        guard !run.state.isSettled else {
            return [.notice(Notice(.info, "\(run.id) has ended: there is nothing to cancel."))]
        }
        return [.confirm("Cancel \(run.id) of \(run.pipeline)?", [.cancelRun(run.id)])]
    }

    static func rerunFailed(_ run: RunRow) -> Requests {
        guard run.state == .failed || run.state == .cancelled || run.failedCount > 0 else {
            return [.notice(Notice(.info, "\(run.id) has no failed task to run again."))]
        }
        let what = "Run the failed tasks of \(run.id) again, and what comes after them?"
        return [.confirm(what, [.rerunFailed(run.id)])]
    }

    static func togglePause(_ state: State, _ name: PipelineName) -> Requests {
        guard let row = state.model.pipelines.first(where: { $0.name == name }) else { return [] }
        return [.perform(.setPaused(name, !row.isPaused))]
    }

    static func cancelTask(_ state: State, _ task: TaskID) -> Requests {
        guard let run = state.model.run else { return [] }
        if let row = state.model.task(task), row.state.isSettled {
            let words = "\(task) is \(row.state.words): there is nothing to cancel."
            return [.notice(Notice(.info, words))]
        }
        return [.confirm("Cancel task \(task)?", [.cancelTask(run, task)])]
    }

    static func clear(_ state: State, _ tasks: [TaskID]) -> Requests {
        guard let run = state.model.run, let first = tasks.first else { return [] }
        let what = tasks.count == 1 ? "task \(first)" : "\(tasks.count) tasks"
        return [.confirm("Run \(what) again, and what comes after?", [.clear(run, tasks)])]
    }

    /// The run before or after the one shown, of the same pipeline.
    static func otherRun(_ state: inout State, _ step: Int) -> Requests {
        guard let row = state.model.pipelineRow,
            let index = row.recentRuns.firstIndex(where: { $0.id == state.model.run })
        else { return [] }
        // Newest first: the run before stands further down.
        let target = index - step
        guard row.recentRuns.indices.contains(target) else { return [] }
        return goTo(&state, .run(row.recentRuns[target].id, of: row.name))
    }

    /// Puts the cursor of the list on a row, and shows what it stands for.
    static func goTo(_ state: inout State, _ row: RunsPane.Row.ID) -> Requests {
        if case .run(_, let pipeline) = row { state.runs.expanded.insert(pipeline) }
        state.runs.cursor = row
        return followCursor(&state).requested()
    }
}
