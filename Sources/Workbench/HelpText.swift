import Screen

/// The list of keys, made from the bindings.
enum HelpText {
    enum Line: Hashable {
        case heading(String)
        case entry(keys: String, title: String, name: String)
        case blank
    }

    static func lines(for state: WorkbenchState, _ help: Overlay.HelpState) -> [Line] {
        var sections: [(title: String, entries: [Line])]
        switch state.focus {
        case .runs: sections = [("Runs", entries(RunsPane.keymap))]
        case .graph: sections = [("Graph", entries(GraphPane.keymap))]
        case .log: sections = [("Log", entries(LogPane.keymap))]
        }
        sections.append(("Everywhere", entries(ShellAction.keymap)))
        sections.append(
            (
                "Words for the : line",
                CommandLine.words.map {
                    .entry(keys: ":" + $0.name, title: $0.title, name: $0.arguments)
                }
            ))
        var lines: [Line] = []
        for section in sections {
            let entries = section.entries.filter { matches($0, help.filter) }
            guard !entries.isEmpty else { continue }
            if !lines.isEmpty { lines.append(.blank) }
            lines.append(.heading(section.title))
            lines += entries
        }
        return lines
    }

    static func entries<Action>(_ keymap: Keymap<Action>) -> [Line] {
        keymap.bindings.map { binding in
            .entry(
                keys: binding.sequences.map(\.label).joined(separator: ", "),
                title: binding.title, name: binding.action.rawValue)
        }
    }

    private static func matches(_ line: Line, _ filter: String) -> Bool {
        guard !filter.isEmpty, case .entry(let keys, let title, let name) = line else {
            return true
        }
        let wanted = filter.lowercased()
        return [keys, title, name].contains { $0.lowercased().contains(wanted) }
    }
}
