import Domain
public import PaneKit

// What the `:` line and the palette can do here.
extension Monitor {
    public static let words = [
        CommandWord("trigger", "PIPELINE [KEY=VALUE …]", "start a run"),
        CommandWord("mark", "TASK STATE", "give a task of the run a state"),
        CommandWord("backfill", "PIPELINE FROM TO", "run a stretch of the schedule"),
        CommandWord("task", "TASK", "go to a task"),
        CommandWord("pipeline", "PIPELINE", "go to a pipeline"),
        CommandWord("search", "TEXT", "search the log"),
        CommandWord("at", "TIME", "go to a time in the log"),
    ]

    public static func run(
        _ state: inout State, word: String, _ arguments: [String], _ context: PaneContext
    ) -> Requests {
        switch word {
        case "trigger": return trigger(&state, arguments)
        case "mark": return mark(state, arguments)
        case "backfill": return backfill(state, arguments)
        case "task":
            guard let wanted = arguments.first else { return say("Say which task: 'task NAME'.") }
            guard GraphPane.find(&state.graph, wanted, state.model, step: 0) else {
                return complain(
                    "There is no task '\(wanted)' here.", wanted, state.model.tasks.map(\.id.name))
            }
            return settleTask(&state).requested() + [.focus(GraphPane.name)]
        case "pipeline":
            guard let wanted = arguments.first else {
                return say("Say which pipeline: 'pipeline NAME'.")
            }
            let names = state.model.pipelines.map(\.name)
            guard names.contains(PipelineName(wanted)) else {
                return complain(
                    "There is no pipeline '\(wanted)' here.", wanted, names.map(\.name))
            }
            return goTo(&state, .pipeline(PipelineName(wanted)))
        case "search":
            return LogPane.search(&state.log, arguments.joined(separator: " "))
                + [.focus(LogPane.name)]
        case "at":
            return LogPane.goToTime(&state.log, arguments.first ?? "", context.clock)
                + [.focus(LogPane.name)]
        default: return []
        }
    }

    static func trigger(_ state: inout State, _ arguments: [String]) -> Requests {
        let name = arguments.first.map { PipelineName($0) } ?? state.model.pipeline
        guard let name, let row = state.model.pipelines.first(where: { $0.name == name }) else {
            return complain(
                "There is no pipeline '\(arguments.first ?? "")' here.", arguments.first ?? "",
                state.model.pipelines.map(\.name.name))
        }
        guard row.isRead else {
            return wait(&state, AwaitedTrigger(name, arguments: arguments))
        }
        var params: [String: String] = [:]
        for argument in arguments.dropFirst() {
            guard let equals = argument.firstIndex(of: "=") else {
                return complain("'\(argument)' is no KEY=VALUE; nothing was started.", "", [])
            }
            params[String(argument[..<equals])] =
                String(argument[argument.index(after: equals)...])
        }
        let known = row.params.map(\.name)
        if let unknown = params.keys.sorted().first(where: { !known.contains($0) }) {
            return complain(
                "\(name) has no parameter '\(unknown)'; nothing was started.", unknown, known)
        }
        return [.perform(.trigger(name, params: params))]
    }

    static func say(_ text: String) -> Requests { [.notice(Notice(.info, text))] }

    static func complain(_ text: String, _ word: String, _ known: [String]) -> Requests {
        let nearest = nearestName(to: word, among: known).map { " Did you mean '\($0)'?" } ?? ""
        return [.notice(Notice(.error, text + nearest))]
    }

    public static func candidates(
        _ state: State, word: String, _ arguments: [String]
    ) -> [String] {
        switch (word, arguments.count) {
        case ("trigger", 1), ("pipeline", 1), ("backfill", 1):
            return state.model.pipelines.map(\.name.name)
        case ("mark", 2): return markWords
        case ("task", 1), ("mark", 1): return state.model.tasks.map(\.id.name)
        case ("trigger", 2...):
            let row = state.model.pipelines.first { $0.name.name == arguments[0] }
            return row?.params.map { $0.name + "=" } ?? []
        default: return []
        }
    }

    public static func open(
        _ state: inout State, _ link: Link, _ context: PaneContext
    ) -> Requests? {
        switch link {
        case .pipeline(let name):
            return goTo(&state, .pipeline(name)) + [.focus(RunsPane.name)]
        case .run(let run, let pipeline):
            return goTo(&state, .run(run, of: pipeline)) + [.focus(GraphPane.name)]
        case .task(let run, let task):
            return goTo(&state, run, task) + [.focus(GraphPane.name)]
        case .plannedTask(let task, let pipeline):
            return goTo(&state, pipeline, task) + [.focus(GraphPane.name)]
        case .group(let group, let pipeline):
            return goTo(&state, pipeline, firstTask(of: group, in: pipeline, state))
                + [.focus(GraphPane.name)]
        case .log(let run, let task, let attempt):
            var requests = goTo(&state, run, task)
            if let attempt {
                requests += LogPane.choose(&state.log, attempt: attempt).requested()
            }
            return requests + [.focus(LogPane.name)]
        default: return nil
        }
    }

    /// Shows a run and puts the graph's cursor on one of its tasks.
    private static func goTo(_ state: inout State, _ run: RunID, _ task: TaskID) -> Requests {
        var requests: Requests = []
        if state.model.run != run,
            let row = state.model.pipelines.first(where: { row in
                row.recentRuns.contains { $0.id == run }
            })
        {
            requests += goTo(&state, .run(run, of: row.name))
        }
        guard state.model.run == run else { return requests }
        (state.graph.awaitedTask, state.graph.isFollowing) = (task, false)
        return requests + settleTask(&state).requested()
    }

    /// Shows a pipeline, unless it is shown, and puts the graph's cursor on one of its tasks, or on the
    /// folded group that holds it. Of a pipeline that is shown the run stays.
    private static func goTo(
        _ state: inout State, _ pipeline: PipelineName, _ task: TaskID?
    ) -> Requests {
        var requests: Requests = []
        if state.model.pipeline != pipeline { requests += goTo(&state, .pipeline(pipeline)) }
        guard state.model.pipeline == pipeline, let task else { return requests }
        (state.graph.awaitedTask, state.graph.isFollowing) = (task, false)
        return requests + settleTask(&state).requested()
    }

    public static func typed(
        _ state: inout State, _ purpose: String, _ event: PromptEvent, _ context: PaneContext
    ) -> Requests {
        switch (purpose, event) {
        case (RunsPane.filterPrompt, _):
            RunsPane.typeFilter(&state.runs, event, state.model)
            // Graph and log follow once it is clear where the cursor comes to stand.
            if case .changed = event { return [] }
            return followCursor(&state).requested()
        case (GraphPane.filterPrompt, _):
            GraphPane.typeFilter(&state.graph, event, state.model)
            if case .changed = event { return [] }
            return settleTask(&state).requested()
        case (_, .accepted(let text)): return typed(&state, purpose, text, context)
        default: return []
        }
    }

    private static func typed(
        _ state: inout State, _ purpose: String, _ text: String, _ context: PaneContext
    ) -> Requests {
        switch purpose {
        case RunsPane.findPrompt:
            guard RunsPane.find(&state.runs, text, state.model, step: 1) else {
                return say("No row holds '\(text)'.")
            }
            return followCursor(&state).requested()
        case LogPane.searchPrompt: return LogPane.search(&state.log, text)
        case LogPane.filterPrompt: return LogPane.filter(&state.log, text)
        case LogPane.timePrompt: return LogPane.goToTime(&state.log, text, context.clock)
        case GraphPane.findPrompt:
            guard GraphPane.find(&state.graph, text, state.model, step: 1) else {
                return say("No task matches '\(text)'.")
            }
            return settleTask(&state).requested()
        default: return []
        }
    }
}
