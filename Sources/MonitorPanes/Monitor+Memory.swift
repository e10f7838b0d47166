import Domain
public import PaneKit

// How the panes are set, for undo and the next session.
extension Monitor {
    public static func memory(_ state: State) -> [String: String] {
        var values: [String: String] = [:]
        switch state.runs.cursor {
        case .run(let run, let pipeline):
            (values["now.runs.pipeline"], values["now.runs.run"]) = (pipeline.name, run.name)
        case .pipeline(let name): values["now.runs.pipeline"] = name.name
        case nil: break
        }
        values["now.runs.filter"] = state.runs.filter
        let graph = state.graph
        values["graph.view"] = graph.view.rawValue
        values["graph.density"] = graph.options.density.rawValue
        values["graph.direction"] = graph.options.direction.rawValue
        values["now.graph.folded"] = graph.options.folded.map(\.name).sorted().joined(
            separator: " ")
        // While the cursor follows what happens, it moves by itself.
        if !graph.isFollowing { values["now.graph.task"] = graph.cursorTask?.name }
        let log = state.log
        values["now.log.filter"] = log.filter.text
        values["now.log.level"] = log.filter.minimumLevel.map { "\($0)" }
        let view = log.view
        values["log.view"] = [
            (view.isWrapping, "wrap"), (view.showsTimes, "times"), (view.foldsTraces, "fold"),
            (view.showsFields, "fields"),
        ].filter(\.0).map(\.1).joined(separator: " ")
        return values
    }

    public static func recall(
        _ state: inout State, _ values: [String: String], _ context: PaneContext
    ) -> Requests {
        recallLog(&state.log, values)
        let old = state.graph.options
        recallGraph(&state.graph, values)
        var effects: [Effect] = []
        if let pipeline = values["now.runs.pipeline"], !state.model.pipelines.isEmpty {
            state.runs.filter = values["now.runs.filter"] ?? ""
            let name = PipelineName(pipeline)
            state.runs.cursor =
                values["now.runs.run"].map { .run(RunID($0), of: name) }
                ?? .pipeline(name)
            RunsPane.settle(&state.runs, state.model)
            effects += followCursor(&state)
        }
        if let task = values["now.graph.task"] {
            (state.graph.awaitedTask, state.graph.isFollowing) = (TaskID(task), false)
            effects += settleTask(&state)
        }
        if state.graph.options != old { effects += GraphPane.show(&state.graph, state.model) }
        effects += GraphPane.loadForView(&state.graph, state.model)
        if state.log.window != nil { effects += LogPane.load(&state.log) }
        return effects.requested()
    }

    private static func recallGraph(_ graph: inout GraphPane.State, _ values: [String: String]) {
        graph.view = values["graph.view"].flatMap { .init(rawValue: $0) } ?? .graph
        graph.options.density = values["graph.density"].flatMap { .init(rawValue: $0) } ?? .box
        graph.options.direction =
            values["graph.direction"].flatMap { .init(rawValue: $0) } ?? .leftToRight
        let folded = values["now.graph.folded"]?.split(separator: " ") ?? []
        graph.options.folded = Set(folded.map { GroupID(String($0)) })
    }

    private static func recallLog(_ log: inout LogPane.State, _ values: [String: String]) {
        let level = LogLevel.allCases.first { "\($0)" == values["now.log.level"] }
        log.filter = LineFilter(typed: values["now.log.filter"] ?? "", minimumLevel: level)
        let words = Set(values["log.view"]?.split(separator: " ").map(String.init) ?? [])
        log.view = LogPane.View(
            isWrapping: words.contains("wrap"), showsTimes: words.contains("times"),
            foldsTraces: words.contains("fold"), showsFields: words.contains("fields"))
        log.request = nil
    }
}
