import Domain
import MonitorPanes
import PaneKit
import Screen
import Workbench

/// A workbench with a small world behind it: effects that load are answered at once from values,
/// the others are collected.
struct WorkbenchHarness {
    var state: WorkbenchState
    var pipelines: [PipelineRow] = []
    /// Files that are still to be read.
    var unreadFiles = 0
    var runs: [RunID: RunDetail] = [:]
    var structures: [PipelineName: [TaskRow]] = [:]
    var attempts: [AttemptID: AttemptRow] = [:]
    /// Text of each log by its path.
    var logs: [String: String] = [:]
    /// How often a log's file has become another.
    var generation = 0
    /// The logs that are read as one.
    var sources: [LogSource] = []
    /// Graphs are not laid out.
    var holdsLayouts = false
    /// Searches are kept unanswered until ``answerSearches()``.
    var holdsSearches = false
    private(set) var heldSearches: [LogSearch] = []
    /// Effects that reach outside, in order.
    var effects: [Effect] = []

    init(width: Int, height: Int, now: Instant = Instant(seconds: 1_767_323_045)) {
        state = WorkbenchState(
            size: Size(width: width, height: height), clock: LocalClock(now: now, offset: 0),
            workspaceName: "shop",
            themeNames: ["dark", "light", "terminal"])
    }

    mutating func start() {
        var first = state
        let effects = Workbench.start(&first)
        state = first
        perform(effects + Workbench.update(&state, .resized(state.size)))
    }

    mutating func press(_ keys: String...) {
        for text in keys.flatMap({ $0.split(separator: " ") }) {
            guard let key = Key(text: String(text)) else { preconditionFailure("no key: \(text)") }
            send(.key(key))
        }
    }

    mutating func type(_ text: String) {
        for character in text { send(.key(.character(character))) }
    }

    mutating func send(_ message: Message) {
        perform(Workbench.update(&state, message))
    }

    var screen: Grid { Workbench.draw(state).grid }

    private mutating func perform(_ effects: [Effect]) {
        for effect in effects {
            if holdsSearches, case .monitor(.searchLog(let search)) = effect {
                heldSearches.append(search)
                continue
            }
            guard case .monitor(let wanted) = effect, let answer = answer(to: wanted) else {
                self.effects.append(effect)
                continue
            }
            send(.monitor(answer))
        }
    }

    private func answer(to effect: Monitor.Effect) -> Monitor.Answer? {
        switch effect {
        case .loadPipelines: return .pipelinesLoaded(pipelines, unreadFiles: unreadFiles)
        case .loadRun(let id): return runs[id].map { .runLoaded($0) }
        case .loadStructure(let name): return .structureLoaded(name, structures[name] ?? [])
        case .loadOutlines:
            return .outlinesLoaded(
                structures.sorted { $0.key < $1.key }.map { name, tasks in
                    PipelineOutline(
                        pipeline: name,
                        tasks: tasks.map { PipelineOutline.Task(id: $0.id, group: $0.group) })
                })
        case .layOut where holdsLayouts: return nil
        case .layOut(let request): return .graphLaidOut(request, GraphDrawing(request))
        case .loadAttempts(let run, let task):
            let rows = attempts.values.filter { $0.id.run == run && $0.id.task == task }
            return .attemptsLoaded(run, task, rows.sorted { $0.id.number < $1.id.number })
        case .loadAllAttempts(let run, let tasks):
            let rows = tasks.map { task in
                attempts.values.filter { $0.id.run == run && $0.id.task == task }
                    .sorted { $0.id.number < $1.id.number }
            }
            return .allAttemptsLoaded(run, tasks, rows)
        case .loadGrid(let pipeline, let ids):
            let columns = ids.reversed().compactMap { id in
                runs[id].map { detail in
                    RunGrid.Column(
                        run: detail.run,
                        states: Dictionary(
                            detail.tasks.map { ($0.id, $0.state) },
                            uniquingKeysWith: { first, _ in first }))
                }
            }
            return .gridLoaded(RunGrid(pipeline: pipeline, columns: columns), runs: ids)
        case .loadLog(let request): return .logLoaded(request, slice(request))
        case .searchLog(let search): return .logSearched(search, find(search))
        case .loadLogSources(let run): return .logSourcesLoaded(run, sources)
        case .loadMergedLog(let request): return .mergedLogLoaded(request, slice(request))
        default: return nil
        }
    }

    /// The lines asked for, found the slow way.
    private func slice(_ request: LogRequest) -> LogSlice {
        let (all, size) = lines(of: request.path)
        let lines = all.filter { line in
            let text = String(decoding: line.bytes, as: UTF8.self)
            let filter = request.filter
            return (filter.include.isEmpty || filter.include.contains { text.contains($0) })
                && !filter.exclude.contains { text.contains($0) }
        }
        let anchor: Int
        switch request.anchor {
        case .end: anchor = lines.count
        case .byte(let offset): anchor = lines.lastIndex { $0.offset <= offset } ?? 0
        case .line(let number): anchor = min(lines.count, Int(number))
        }
        let first = max(0, anchor - request.linesBefore)
        let last = min(lines.count, anchor + request.linesAfter)
        let end = last < lines.count ? lines[last].offset : size
        return LogSlice(
            lines: Array(lines[first..<last]), fileSize: size, endOffset: end,
            generation: generation)
    }

    /// Answers the searches that were kept, and those that come of the answers.
    mutating func answerSearches() {
        holdsSearches = false
        let held = heldSearches
        heldSearches = []
        for search in held { send(.monitor(.logSearched(search, find(search)))) }
    }

    /// All lines by their first words, which are their times in these tests.
    private func slice(_ request: MergedLogRequest) -> MergedLogSlice {
        var all: [(key: String, line: MergedLogLine)] = []
        for (source, log) in request.sources.enumerated() {
            for line in lines(of: log.path).0 {
                let text = String(decoding: line.bytes, as: UTF8.self)
                all.append(
                    (
                        String(text.prefix { $0 != " " }),
                        MergedLogLine(source: source, line: line, time: nil, isTimeStated: true)
                    ))
            }
        }
        let sorted = all.sorted { $0.key < $1.key }.map(\.line)
        let ends = request.sources.map { lines(of: $0.path).1 }
        return MergedLogSlice(
            lines: sorted, start: MergedLogCut(offsets: ends.map { _ in 0 }),
            end: MergedLogCut(offsets: ends), generations: ends.map { _ in 0 })
    }

    private func lines(of path: String) -> ([LogLine], Int64) {
        let bytes = Array((logs[path] ?? "").utf8)
        var lines: [LogLine] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == 10 {
            lines.append(
                LogLine(
                    offset: Int64(start), byteCount: Int64(index - start),
                    bytes: Array(bytes[start..<index]), isComplete: true))
            start = index + 1
        }
        return (lines, Int64(bytes.count))
    }

    private func find(_ search: LogSearch) -> LogSearchResult {
        let wanted = if case .text(let text) = search.wanted { text } else { "ERROR" }
        let hits = lines(of: search.path).0.filter {
            String(decoding: $0.bytes, as: UTF8.self).contains(wanted)
        }.map(\.offset)
        switch search.direction {
        case .forward:
            if let hit = hits.first(where: {
                search.includesStart ? $0 >= search.from : $0 > search.from
            }) {
                return .found(offset: hit)
            }
            return hits.first.map { .wrapped(offset: $0) } ?? .notFound
        case .backward:
            if let hit = hits.last(where: { $0 < search.from }) { return .found(offset: hit) }
            return hits.last.map { .wrapped(offset: $0) } ?? .notFound
        }
    }
}

extension WorkbenchHarness {
    /// A workspace with a run that failed and a pipeline that never ran.
    static func shop(width: Int, height: Int) -> WorkbenchHarness {
        var harness = WorkbenchHarness(width: width, height: height)
        let start = Instant(seconds: 1_767_322_800)
        let run = RunRow(
            id: "manual__2026-01-02T03:00:00+00:00", pipeline: "orders", trigger: .manual,
            state: .failed, logicalDate: start, createdAt: start, startedAt: start,
            endedAt: start.advanced(by: .seconds(42)), taskCount: 3, settledCount: 3,
            failedCount: 1)
        func task(_ id: TaskID, _ state: TaskState, needs: [TaskID], _ seconds: Int64) -> TaskRow {
            TaskRow(
                id: id, state: state, needs: needs, attemptCount: 1, startedAt: start,
                endedAt: start.advanced(by: .seconds(seconds)), exitCode: 0)
        }
        let tasks = [
            task("extract", .success, needs: [], 7),
            task("load", .failed, needs: ["extract"], 31),
            TaskRow(id: "report", state: .upstreamFailed, needs: ["load"]),
        ]
        harness.pipelines = [
            PipelineRow(name: "hourly", taskCount: 1),
            PipelineRow(name: "orders", taskCount: 3, recentRuns: [run]),
        ]
        harness.runs = [run.id: RunDetail(run: run, tasks: tasks)]
        harness.structures = ["hourly": [TaskRow(id: "ping")]]
        let attempt = AttemptID(run: run.id, task: "load", number: 1)
        harness.attempts = [
            attempt: AttemptRow(
                id: attempt, startedAt: start, endedAt: start.advanced(by: .seconds(31)),
                outcome: .exited(code: 1), log: "/logs/load")
        ]
        harness.logs = ["/logs/load": (1...100).map { "line \($0) of load\n" }.joined()]
        harness.start()
        return harness
    }
}
