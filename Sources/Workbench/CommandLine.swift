import Domain

/// The `:` line: every action by its name, and some words that take arguments.
enum CommandLine {
    /// A word with arguments, and how help explains it.
    struct Word: Hashable {
        let name: String
        let arguments: String
        let title: String
    }

    static let words = [
        Word(name: "trigger", arguments: "PIPELINE [KEY=VALUE …]", title: "start a run"),
        Word(name: "task", arguments: "TASK", title: "go to a task"),
        Word(name: "pipeline", arguments: "PIPELINE", title: "go to a pipeline"),
        Word(name: "search", arguments: "TEXT", title: "search the log"),
        Word(name: "theme", arguments: "NAME", title: "choose a theme"),
    ]

    /// Every word that may stand first.
    static var names: [String] {
        words.map(\.name) + ShellAction.allCases.map(\.rawValue)
            + RunsPane.Action.allCases.map(\.rawValue).filter { $0 != "trigger" }
            + GraphPane.Action.allCases.map(\.rawValue) + LogPane.Action.allCases.map(\.rawValue)
    }

    static func run(_ state: inout WorkbenchState, _ text: String) -> [Effect] {
        let parts = text.split(separator: " ").map(String.init)
        guard let name = parts.first else { return [] }
        let arguments = Array(parts.dropFirst())
        if let effects = runWord(&state, name, arguments) { return effects }
        if let action = ShellAction(rawValue: name) { return Workbench.perform(&state, action) }
        if let action = RunsPane.Action(rawValue: name) { return Workbench.perform(&state, action) }
        if let action = GraphPane.Action(rawValue: name) {
            return Workbench.perform(&state, action)
        }
        if let action = LogPane.Action(rawValue: name) { return Workbench.perform(&state, action) }
        let nearest = nearestName(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
        return say(&state, .error, "There is no command '\(name)'.\(nearest)")
    }

    private static func runWord(
        _ state: inout WorkbenchState, _ name: String, _ arguments: [String]
    ) -> [Effect]? {
        switch name {
        case "trigger": return trigger(&state, arguments)
        case "task":
            guard let wanted = arguments.first else {
                return say(&state, .info, "Say which task: 'task NAME'.")
            }
            guard GraphPane.find(&state.graph, wanted, state.model, step: 0) else {
                let near = nearestName(to: wanted, among: state.model.tasks.map(\.id.name))
                return say(
                    &state, .error,
                    "There is no task '\(wanted)' here."
                        + (near.map { " Did you mean '\($0)'?" } ?? ""))
            }
            return Workbench.settleTask(&state) + Workbench.focus(&state, .graph)
        case "pipeline":
            guard let wanted = arguments.first,
                let row = state.model.pipelines.first(where: { $0.name.name == wanted })
            else {
                return say(&state, .error, "There is no pipeline '\(arguments.first ?? "")' here.")
            }
            state.runs.cursor = .pipeline(row.name)
            return Workbench.followCursor(&state)
        case "search":
            state.log.search = LogPane.Search(pattern: arguments.joined(separator: " "))
            return LogPane.find(&state.log, .forward) + Workbench.focus(&state, .log)
        case "theme":
            guard let wanted = arguments.first else {
                return say(&state, .info, "Say which theme: 'theme NAME'.")
            }
            return [.chooseTheme(wanted)]
        default: return nil
        }
    }

    private static func trigger(
        _ state: inout WorkbenchState, _ arguments: [String]
    ) -> [Effect] {
        let name = arguments.first.map { PipelineName($0) } ?? state.model.pipeline
        guard let name, let row = state.model.pipelines.first(where: { $0.name == name }) else {
            return say(&state, .error, "There is no pipeline '\(arguments.first ?? "")' here.")
        }
        var params: [String: String] = [:]
        for argument in arguments.dropFirst() {
            guard let equals = argument.firstIndex(of: "=") else {
                return say(
                    &state, .error, "'\(argument)' is no KEY=VALUE; nothing was started.")
            }
            params[String(argument[..<equals])] =
                String(argument[argument.index(after: equals)...])
        }
        let known = row.params.map(\.name)
        if let unknown = params.keys.sorted().first(where: { !known.contains($0) }) {
            let near = nearestName(to: unknown, among: known)
            return say(
                &state, .error,
                "\(name) has no parameter '\(unknown)'; nothing was started."
                    + (near.map { " Did you mean '\($0)'?" } ?? ""))
        }
        return [.trigger(name, params: params)]
    }

    private static func say(
        _ state: inout WorkbenchState, _ kind: Notice.Kind, _ text: String
    ) -> [Effect] {
        state.notices.add(Notice(kind, text), at: state.now)
        return []
    }

    /// The line with its last word completed as far as the candidates agree.
    static func completed(_ line: LineEditor, _ state: WorkbenchState) -> LineEditor {
        let candidates = candidates(for: line.text, state)
        guard let first = candidates.first else { return line }
        var shared = first
        for candidate in candidates.dropFirst() {
            shared = String(zip(shared, candidate).prefix { $0 == $1 }.map(\.0))
        }
        let head = line.text.lastIndex(of: " ").map { String(line.text[...$0]) } ?? ""
        return LineEditor(head + shared + (candidates.count == 1 ? " " : ""))
    }

    /// What the last word of `text` may become, best first.
    static func candidates(for text: String, _ state: WorkbenchState) -> [String] {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let last = parts.last else { return names }
        let pool: [String]
        switch (parts.count, parts.first) {
        case (1, _): pool = names
        case (2, "trigger"), (2, "pipeline"): pool = state.model.pipelines.map(\.name.name)
        case (2, "task"): pool = state.model.tasks.map(\.id.name)
        case (2, "theme"): pool = state.themeNames
        case (_, "trigger"):
            let row = state.model.pipelines.first { $0.name.name == parts[1] }
            pool = row?.params.map { $0.name + "=" } ?? []
        default: pool = []
        }
        return pool.filter { $0.hasPrefix(last) }.sorted()
    }
}
