import PaneKit
import Screen

/// Everything that can be gone to or done, found by typing parts of its name.
enum Palette {
    /// What an entry stands for.
    enum Target: Hashable {
        case action(String, of: Workbench.Owner)
        case link(Link)
    }

    struct Entry: Hashable {
        var target: Target
        var name: String
        /// What it is, and the keys that do the same.
        var note: String
    }

    /// The most entries that are shown.
    static let limit = 200

    /// The palette with nothing typed: objects before actions, as they are now.
    static func opened(_ state: WorkbenchState) -> Overlay.PaletteState {
        let all = objects(state) + actions(state)
        return Overlay.PaletteState(all: all, found: Array(all.prefix(limit)), count: all.count)
    }

    /// Takes up what has come to be known since the palette was opened; what was typed stays, and so
    /// does an entry that was gone to.
    static func refresh(_ state: inout WorkbenchState) {
        guard case .palette(let before) = state.overlay else { return }
        var palette = opened(state)
        palette.line = before.line
        find(&palette)
        if before.cursor > 0, before.found.indices.contains(before.cursor) {
            let chosen = before.found[before.cursor].target
            palette.cursor = palette.found.firstIndex { $0.target == chosen } ?? 0
        }
        state.overlay = .palette(palette)
    }

    /// Looks for what is typed among the entries, best first; O(entries × length of their words).
    static func find(_ palette: inout Overlay.PaletteState) {
        let wanted = palette.line.text
        palette.cursor = 0
        guard !wanted.isEmpty else {
            (palette.found, palette.count) = (Array(palette.all.prefix(limit)), palette.all.count)
            return
        }
        let pattern = FuzzyPattern(wanted)
        var found: [(score: Int, order: Int)] = []
        for (order, entry) in palette.all.enumerated() {
            if let score = pattern.score(in: entry.name) {
                found.append((score, order))
            } else if let score = pattern.score(in: entry.note) {
                found.append((score / 2 - 100, order))
            }
        }
        palette.count = found.count
        found.sort { ($1.score, $0.order) < ($0.score, $1.order) }
        palette.found = found.prefix(limit).map { palette.all[$0.order] }
    }

    private static func objects(_ state: WorkbenchState) -> [Entry] {
        Workbench.modules.flatMap { $0.paletteEntries(state) }.map { entry in
            Entry(target: .link(entry.link), name: entry.name, note: entry.note)
        }
    }

    private static func actions(_ state: WorkbenchState) -> [Entry] {
        let panes = Workbench.faces.flatMap { face in
            actions(state.keys.table(of: face.name), .pane(face.name), face.title.lowercased())
        }
        return panes + actions(state.keys.shell, .shell, "everywhere")
    }

    private static func actions(
        _ table: KeyTable, _ owner: Workbench.Owner, _ context: String
    ) -> [Entry] {
        table.rows.map { row in
            let keys = row.sequences.map(\.label).joined(separator: " ")
            return Entry(
                target: .action(row.action, of: owner), name: row.action,
                note: "\(context): \(row.title)  \(keys)")
        }
    }

    /// Does what the entry stands for.
    static func open(_ entry: Entry, _ state: inout WorkbenchState) -> [Effect] {
        switch entry.target {
        case .action(let name, let owner): Workbench.perform(&state, name, of: owner)
        case .link(let link): Workbench.open(&state, link)
        }
    }
}
