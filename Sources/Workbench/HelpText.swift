import PaneKit
import Screen

/// The list of keys, made from the bindings.
enum HelpText {
    enum Line: Hashable {
        case heading(String)
        case entry(keys: String, title: String, name: String)
        case blank
    }

    static func lines(for state: WorkbenchState, _ help: Overlay.ListState) -> [Line] {
        let face = Workbench.faces.first { $0.name == state.focus }
        var sections = [
            (title: face?.title ?? "", entries: entries(state.keys.table(of: state.focus)))
        ]
        sections.append(("Everywhere", entries(state.keys.shell)))
        sections.append(
            (
                "Words for the : line",
                CommandLine.words.map {
                    .entry(keys: ":" + $0.name, title: $0.title, name: $0.arguments)
                }
            ))
        var lines: [Line] = []
        for section in sections {
            let entries = section.entries.filter { matches($0, help.filter.filter) }
            guard !entries.isEmpty else { continue }
            if !lines.isEmpty { lines.append(.blank) }
            lines.append(.heading(section.title))
            lines += entries
        }
        return lines
    }

    static func entries(_ table: KeyTable) -> [Line] {
        table.rows.map { row in
            .entry(
                keys: row.sequences.map(\.label).joined(separator: ", "), title: row.title,
                name: row.action)
        }
    }

    private static func matches(_ line: Line, _ filter: TextFilter) -> Bool {
        guard case .entry(let keys, let title, let name) = line else { return true }
        return filter.passes("\(keys)  \(title)  \(name)")
    }
}
