import Domain
import PaneKit

/// The `:` line: every action by its name, and the words that take arguments.
enum CommandLine {
    /// Words of the shell itself.
    static let shellWords = [CommandWord("theme", "NAME", "choose a theme")]

    /// Every word that takes arguments.
    static let words = Workbench.modules.flatMap(\.words) + shellWords

    /// Every word that may stand first: those with arguments, and the actions of every context,
    /// each once.
    static let names: [String] = {
        var seen: Set<String> = []
        let tables = [Workbench.standardKeys.shell] + Workbench.faces.map(\.keys)
        let all = words.map(\.name) + tables.flatMap { $0.rows.map(\.action) }
        return all.filter { seen.insert($0).inserted }
    }()

    static func run(_ state: inout WorkbenchState, _ text: String) -> [Effect] {
        let parts = text.split(separator: " ").map(String.init)
        guard let name = parts.first else { return [] }
        let arguments = Array(parts.dropFirst())
        for module in Workbench.modules where module.words.contains(where: { $0.name == name }) {
            return module.run(&state, word: name, arguments)
        }
        if name == "theme" { return chooseTheme(&state, arguments) }
        if name == "q" || name == "q!" { return Workbench.perform(&state, .quit) }
        if let owner = owner(of: name, focus: state.focus) {
            return Workbench.perform(&state, name, of: owner)
        }
        let nearest = nearestName(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
        return say(&state, .error, "There is no command '\(name)'.\(nearest)")
    }

    /// Whose action a name is: the focused pane's, the shell's, or the first pane's that has it.
    private static func owner(of name: String, focus: PaneName) -> Workbench.Owner? {
        func has(_ table: KeyTable?) -> Bool { table?.row(of: name) != nil }
        if has(Workbench.standardKeys.panes[focus]) { return .pane(focus) }
        if has(Workbench.standardKeys.shell) { return .shell }
        return Workbench.faces.first { has($0.keys) }.map { .pane($0.name) }
    }

    private static func chooseTheme(
        _ state: inout WorkbenchState, _ arguments: [String]
    ) -> [Effect] {
        guard let wanted = arguments.first else {
            return Workbench.perform(&state, .chooseTheme)
        }
        guard state.themeNames.contains(wanted) else {
            let nearest = nearestName(to: wanted, among: state.themeNames)
            return say(
                &state, .error,
                "There is no theme '\(wanted)'. "
                    + (nearest.map { "Did you mean '\($0)'?" }
                        ?? "There are: \(state.themeNames.joined(separator: ", "))."))
        }
        state.hasChosenTheme = true
        return Workbench.show(&state, theme: wanted)
    }

    private static func say(
        _ state: inout WorkbenchState, _ kind: Notice.Kind, _ text: String
    ) -> [Effect] {
        state.notices.add(Notice(kind, text), at: state.now)
        return []
    }

    /// The line with its last word completed as far as the candidates agree.
    static func completed(_ line: LineEditor, among candidates: [String]) -> LineEditor {
        guard let first = candidates.first else { return line }
        var shared = first
        for candidate in candidates.dropFirst() {
            shared = String(zip(shared, candidate).prefix { $0 == $1 }.map(\.0))
        }
        let head = line.text.lastIndex(of: " ").map { String(line.text[...$0]) } ?? ""
        return LineEditor(head + shared + (candidates.count == 1 ? " " : ""))
    }

    /// What the last word of `text` may become, sorted.
    static func candidates(for text: String, _ state: WorkbenchState) -> [String] {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let word = parts.first, let last = parts.last else { return names }
        let pool: [String]
        if parts.count == 1 {
            pool = names
        } else if word == "theme" {
            pool = parts.count == 2 ? state.themeNames : []
        } else {
            let module = Workbench.modules.first { $0.words.contains { $0.name == word } }
            pool = module?.candidates(state, word: word, Array(parts.dropFirst())) ?? []
        }
        return pool.filter { $0.hasPrefix(last) }.sorted()
    }

    /// What the last word of a prompt may become.
    static func candidates(
        for prompt: Overlay.PromptState, _ state: WorkbenchState
    ) -> [String] {
        switch prompt.owner {
        case .command: return candidates(for: prompt.line.text, state)
        case .pane(_, let asked):
            let last = prompt.line.text.split(
                separator: " ", omittingEmptySubsequences: false
            ).last.map(String.init)
            return asked.candidates.filter { $0.hasPrefix(last ?? "") }
        }
    }
}
