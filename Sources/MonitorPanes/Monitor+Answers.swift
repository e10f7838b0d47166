import Domain
public import PaneKit

// What the answers to effects change.
extension Monitor {
    public static func take(
        _ state: inout State, _ answer: Answer, _ context: PaneContext
    ) -> Requests {
        if case .pipelinesLoaded(let rows, let unread, let first) = answer {
            let news = endedRuns(state, rows).map { PaneRequest<Effect>.notice($0) }
            state.model.unreadFiles = unread
            let effects = take(&state, pipelines: rows, first)
            return news + effects.requested() + startAwaited(&state)
        }
        if case .pauseSet(let name, let isPaused) = answer {
            let words = isPaused ? "paused: no new tasks start" : "resumed"
            return [.notice(Notice(.info, "\(name) \(words)."))]
        }
        if case .operated(let summary) = answer {
            return [.notice(Notice(.success, summary))]
        }
        if case .outlinesLoaded(let outlines) = answer {
            state.outlines = outlines
            return state.loads.end(.loadOutlines).requested() + [.paletteGrew]
        }
        if case .lastActFound(let act) = answer { return askToUndo(act) }
        if case .timeFound(let path, let time, let offset) = answer {
            return LogPane.take(&state.log, time: time, in: path, at: offset)
        }
        return take(&state, answer, context).requested()
    }

    private static func take(
        _ state: inout State, _ answer: Answer, _ context: PaneContext
    ) -> [Effect] {
        switch answer {
        case .pipelinesLoaded, .pauseSet, .operated, .timeFound, .lastActFound, .outlinesLoaded:
            return []
        case .runLoaded(let detail): return take(&state, run: detail)
        case .structureLoaded(let name, let tasks):
            let again = state.loads.end(.loadStructure(name))
            guard name == state.model.pipeline, state.model.run == nil else { return again }
            state.model.structure = tasks
            state.model.indexTasks()
            return again + refreshGraph(&state)
        case .graphLaidOut(let request, let drawing):
            GraphPane.take(&state.graph, request, drawing)
            return settleTask(&state)
        case .attemptsLoaded(let run, let task, let attempts):
            let again = state.loads.end(.loadAttempts(run, task))
            guard state.log.task == LogPane.Target(run: run, task: task) else { return again }
            return again + LogPane.take(&state.log, attempts)
        case .allAttemptsLoaded(let run, let tasks, let attempts):
            let again = state.loads.end(.loadAllAttempts(run, tasks))
            for (task, rows) in zip(tasks, attempts) where run == state.graph.attemptsRun {
                state.graph.attempts[task] = rows
            }
            return again
        case .gridLoaded(let grid, let runs):
            let again = state.loads.end(.loadGrid(grid.pipeline, runs))
            GraphPane.take(&state.graph, grid, state.model)
            return again
        case .logLoaded(let request, let slice):
            return LogPane.take(&state.log, request, slice, context.clock)
        case .logSourcesLoaded(let run, let sources):
            let again = state.loads.end(.loadLogSources(run))
            return again + LogPane.take(&state.log, run, sources)
        case .mergedLogLoaded(let request, let slice):
            return LogPane.take(&state.log, request, slice)
        case .logSearched(let search, let result):
            return LogPane.take(&state.log, search, result)
        case .mergedLogSearched(let search, let result):
            return LogPane.take(&state.log, search, result)
        case .hitsCounted(let path, let pattern, let count):
            LogPane.take(&state.log, hits: count, of: pattern, in: path)
            return []
        case .logGrew(let path):
            let isShown =
                state.log.merged == nil
                ? path == state.log.attempt?.log
                : state.log.merged?.sources?.contains { $0.path == path } == true
            return isShown ? LogPane.grew(&state.log) : []
        case .runTriggered(let run): return jump(&state, to: run)
        }
    }

    private static func take(
        _ state: inout State, pipelines rows: [PipelineRow], _ first: PipelineName?
    ) -> [Effect] {
        let again = state.loads.end(.loadPipelines)
        let known = state.model.pipelines
        let place = RunsPane.rows(state.runs, state.model)
            .firstIndex { $0.id == state.runs.cursor }
        state.model.pipelines = rows
        // Also where the one looked at has gone: its file was not there when it came to be read.
        let isLost = known.contains { known in
            known.name == state.model.pipeline && !known.isRead
                && !rows.contains { $0.name == known.name }
        }
        let wanted = rows.first { $0.name == first } ?? liveliest(rows)
        if known.isEmpty || isLost, let liveliest = wanted {
            state.runs.expanded.insert(liveliest.name)
            state.runs.cursor =
                liveliest.recentRuns.first.map { .run($0.id, of: liveliest.name) }
                ?? .pipeline(liveliest.name)
        }
        if let wanted = state.model.awaitedRun,
            let run = rows.lazy.flatMap(\.recentRuns).first(where: { $0.id == wanted })
        {
            state.model.awaitedRun = nil
            state.runs.expanded.insert(run.pipeline)
            state.runs.cursor = .run(run.id, of: run.pipeline)
        }
        RunsPane.settle(&state.runs, state.model, near: place ?? 0)
        return again + followCursor(&state)
    }

    /// The pipeline to look at first: one that runs, or the one that ran last.
    private static func liveliest(_ rows: [PipelineRow]) -> PipelineRow? {
        let running = rows.first { $0.recentRuns.contains { $0.state == .running } }
        let latest = rows.max {
            ($0.recentRuns.first?.createdAt ?? Instant(microseconds: .min))
                < ($1.recentRuns.first?.createdAt ?? Instant(microseconds: .min))
        }
        return running ?? (latest?.recentRuns.isEmpty == false ? latest : rows.first)
    }

    /// What there is to say of runs that have ended since the rows known so far.
    private static func endedRuns(_ state: State, _ rows: [PipelineRow]) -> [Notice] {
        var open: Set<RunID> = []
        for row in state.model.pipelines {
            for run in row.recentRuns where !run.state.isSettled { open.insert(run.id) }
        }
        guard !open.isEmpty else { return [] }
        var news: [Notice] = []
        for run in rows.lazy.flatMap(\.recentRuns) where run.state.isSettled {
            guard open.contains(run.id) else { continue }
            let took = run.endedAt.flatMap { end in run.startedAt.map { end.since($0).humanText } }
            let words = "\(run.pipeline) \(run.state.rawValue)" + (took.map { " in \($0)" } ?? "")
            let kind: Notice.Kind = run.state == .success ? .success : .error
            news.append(Notice(kind, words))
        }
        return news
    }

    private static func take(_ state: inout State, run detail: RunDetail) -> [Effect] {
        let again = state.loads.end(.loadRun(detail.run.id))
        guard detail.run.id == state.model.run else { return again }
        let known = state.model.detail
        state.model.detail = detail
        // The tasks of a run do not change their order; new ones may be mapped into it.
        if known?.run.id != detail.run.id || known?.tasks.count != detail.tasks.count {
            state.model.indexTasks()
        }
        state.graph.criticalPath =
            detail.run.state.isSettled ? CriticalPath.tasks(of: detail.tasks) : []
        let isSameShape =
            known?.run.id == detail.run.id && known?.tasks.count == detail.tasks.count
        var effects = again
        effects += GraphPane.loadForView(&state.graph, state.model).flatMap {
            state.loads.begin($0)
        }
        if isSameShape {
            effects += settleTask(&state)
        } else {
            effects += refreshGraph(&state)
        }
        if let merged = state.log.merged, merged.run == detail.run.id,
            detail.tasks.contains(where: { task in
                task.attemptCount > 0 && merged.sources?.contains { $0.task == task.id } != true
            })
        {
            effects += state.loads.begin(.loadLogSources(merged.run))
        }
        if let target = state.log.task, target.run == detail.run.id,
            let task = state.model.task(target.task),
            task.attemptCount != state.log.attempts.count
                || (task.endedAt != nil && state.log.attempts.last?.endedAt == nil)
        {
            effects += state.loads.begin(.loadAttempts(target.run, target.task))
        }
        return effects
    }

    /// Makes graph and log follow what the cursor in the list of runs stands on.
    static func followCursor(_ state: inout State) -> [Effect] {
        let (pipeline, run) = state.runs.target(in: state.model)
        guard pipeline != state.model.pipeline || run != state.model.run else {
            return []
        }
        if pipeline != state.model.pipeline { state.model.structure = [] }
        (state.model.pipeline, state.model.run) = (pipeline, run)
        state.model.detail = nil
        state.model.indexTasks()
        (state.graph.isFollowing, state.graph.criticalPath) = (true, [])
        if run != nil { return loadRun(&state) }
        let effects = LogPane.show(&state.log, nil)
        return effects + (pipeline.map { state.loads.begin(.loadStructure($0)) } ?? [])
    }

    static func loadRun(_ state: inout State) -> [Effect] {
        if let run = state.model.run { return state.loads.begin(.loadRun(run)) }
        return state.model.pipeline.map { state.loads.begin(.loadStructure($0)) } ?? []
    }

    /// Puts the cursor on `run` as soon as it is in the list.
    private static func jump(_ state: inout State, to run: RunID) -> [Effect] {
        state.model.awaitedRun = run
        return state.loads.begin(.loadPipelines)
    }

    private static func refreshGraph(_ state: inout State) -> [Effect] {
        let effects = GraphPane.show(&state.graph, state.model)
        return effects + settleTask(&state)
    }

    /// Lets the graph's cursor follow what happens, and the log follow the cursor.
    static func settleTask(_ state: inout State) -> [Effect] {
        GraphPane.settleCursor(&state.graph, state.model)
        guard let run = state.model.run, state.model.detail != nil,
            let task = state.graph.cursorTask
        else { return [] }
        let target = LogPane.Target(run: run, task: task)
        guard target != state.log.task else { return [] }
        return LogPane.show(&state.log, target).flatMap { effect in
            if case .loadAttempts = effect { return state.loads.begin(effect) }
            return [effect]
        }
    }
}

extension RunsPane.State {
    /// The pipeline and run that the cursor stands for.
    func target(in model: Model) -> (PipelineName?, RunID?) {
        switch cursor {
        case .run(let run, let pipeline): (pipeline, run)
        case .pipeline(let name):
            (name, model.pipelines.first { $0.name == name }?.recentRuns.first?.id)
        case nil: (nil, nil)
        }
    }
}
