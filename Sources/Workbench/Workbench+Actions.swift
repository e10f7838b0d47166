import Domain
import Screen

// What the panes' actions mean for the rest of the workbench.
extension Workbench {
    static func perform(_ state: inout WorkbenchState, _ action: RunsPane.Action) -> [Effect] {
        switch RunsPane.update(&state.runs, action, state.model) {
        case .none: return followCursor(&state)
        case .open: return followCursor(&state) + focus(&state, .graph)
        case .trigger(let name): return trigger(&state, name)
        case .cancel(let run): return cancel(&state, run)
        case .rerunFailed(let run): return rerunFailed(&state, run)
        case .pause(let name): return togglePause(&state, name)
        case .copy(let text): return copy(&state, text)
        }
    }

    static func perform(_ state: inout WorkbenchState, _ action: GraphPane.Action) -> [Effect] {
        switch GraphPane.update(&state.graph, action, state.model) {
        case .none: return settleTask(&state)
        case .effects(let effects): return effects + settleTask(&state)
        case .openLog: return settleTask(&state) + focus(&state, .log)
        case .trigger:
            return state.model.pipeline.map { trigger(&state, $0) } ?? []
        case .cancel(let task):
            guard let run = state.model.run else { return [] }
            if let row = state.model.task(task), row.state.isSettled {
                let words = "\(task) is \(row.state.words): there is nothing to cancel."
                state.notices.add(Notice(.info, words), at: state.now)
            } else {
                ask(&state, "Cancel task \(task)?", [.cancelTask(run, task)])
            }
            return []
        case .clear(let tasks):
            guard let run = state.model.run else { return [] }
            let what = tasks.count == 1 ? "task \(tasks[0])" : "\(tasks.count) tasks"
            ask(&state, "Run \(what) again, and what comes after?", [.clear(run, tasks)])
            return []
        case .otherRun(let step): return otherRun(&state, step)
        case .copy(let text): return copy(&state, text)
        case .search:
            prompt(&state, .search(.graph))
            return []
        }
    }

    static func perform(_ state: inout WorkbenchState, _ action: LogPane.Action) -> [Effect] {
        if action == .search {
            prompt(&state, .search(.log))
            return []
        }
        if action == .filter {
            let typed = state.log.filter?.text ?? ""
            state.overlay = .prompt(
                Overlay.Prompt(purpose: .filter, line: LineEditor(typed)))
            return []
        }
        if action == .copy {
            let effects = LogPane.update(&state.log, action)
            if case .copy(let text) = effects.first { return copy(&state, text) }
            return effects
        }
        return LogPane.update(&state.log, action)
    }

    static func prompt(_ state: inout WorkbenchState, _ purpose: Overlay.Prompt.Purpose) {
        state.overlay = .prompt(Overlay.Prompt(purpose: purpose, line: LineEditor()))
    }

    /// Starts a run at once; where the pipeline has parameters, their values are asked for first.
    static func trigger(_ state: inout WorkbenchState, _ name: PipelineName) -> [Effect] {
        guard let row = state.model.pipelines.first(where: { $0.name == name }) else { return [] }
        guard row.problems.isEmpty else {
            let words = "\(name) cannot run: its file has \(row.problems.count) problem(s)."
            state.notices.add(Notice(.error, words), at: state.now)
            return []
        }
        guard row.params.isEmpty else {
            let params = row.params.map { "\($0.name)=\($0.defaultValue ?? "")" }
            let line = LineEditor("trigger \(name) " + params.joined(separator: " "))
            state.overlay = .prompt(Overlay.Prompt(purpose: .command, line: line))
            return []
        }
        return [.trigger(name, params: [:])]
    }

    static func cancel(_ state: inout WorkbenchState, _ run: RunRow) -> [Effect] {
        guard !run.state.isSettled else {
            let words = "\(run.id) has ended: there is nothing to cancel."
            state.notices.add(Notice(.info, words), at: state.now)
            return []
        }
        ask(&state, "Cancel \(run.id) of \(run.pipeline)?", [.cancelRun(run.id)])
        return []
    }

    static func rerunFailed(_ state: inout WorkbenchState, _ run: RunRow) -> [Effect] {
        guard run.state == .failed || run.state == .cancelled || run.failedCount > 0 else {
            let words = "\(run.id) has no failed task to run again."
            state.notices.add(Notice(.info, words), at: state.now)
            return []
        }
        let what = "Run the failed tasks of \(run.id) again, and what comes after them?"
        ask(&state, what, [.rerunFailed(run.id)])
        return []
    }

    static func togglePause(_ state: inout WorkbenchState, _ name: PipelineName) -> [Effect] {
        guard let row = state.model.pipelines.first(where: { $0.name == name }) else { return [] }
        return [.setPaused(name, !row.isPaused)]
    }

    static func copy(_ state: inout WorkbenchState, _ text: String) -> [Effect] {
        let short = text.count > 60 ? String(text.prefix(60)) + "…" : text
        state.notices.add(Notice(.info, "Copied: \(short)"), at: state.now)
        return [.copy(text)]
    }

    /// The run before or after the one shown, of the same pipeline.
    private static func otherRun(_ state: inout WorkbenchState, _ step: Int) -> [Effect] {
        guard let row = state.model.pipelineRow,
            let index = row.recentRuns.firstIndex(where: { $0.id == state.model.run })
        else { return [] }
        // Newest first: the run before stands further down.
        let target = index - step
        guard row.recentRuns.indices.contains(target) else { return [] }
        state.runs.expanded.insert(row.name)
        state.runs.cursor = .run(row.recentRuns[target].id, of: row.name)
        return followCursor(&state)
    }
}
