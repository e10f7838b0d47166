import Domain
import PaneKit
import RunProfiles
import Screen
import SparkAdvice
import SparkLog

extension ProfilePane {
    static func caption(
        _ state: Profile.State, _ context: PaneContext? = nil
    ) -> PaneCaption {
        let count = state.order.count
        var footer = state.table.footer(count: count)
        if let context, let size = context.size {
            let below = layout(state, size.height).below
            if below > 0 {
                let word = below == 1 ? "line" : "lines"
                let parts = ["\(context.charset.pick("↓", ascii: "v")) \(below) \(word)", footer]
                footer = parts.filter { !$0.isEmpty }.joined(separator: " · ")
            }
        }
        if let loading = state.loading {
            // What was read is then analysed, which takes its time, too.
            footer =
                loading.share < 0.995
                ? "reading \(AdviceText.percent(loading.share))" : "analysing"
        }
        if state.proving != nil {
            footer = state.isEndingProof ? "being ended" : "running again; Ctrl-C ends it"
        }
        if case .run(let view)? = state.views.last?.base {
            let run = view == .comparison ? state.runPair?.after.run : state.run?.run
            return PaneCaption(
                run.map { "Profiler: \($0.pipeline) \($0.id)" } ?? "Profiler", footer: footer)
        }
        guard let opened = state.opened, state.views.last?.isOfApplication ?? false else {
            return PaneCaption("Profiler", footer: footer)
        }
        let name = opened.application.name ?? opened.application.id ?? opened.path
        let isGoingOn = opened.facts.isInProgress && opened.application.endedAt == nil
        if isGoingOn, state.loading == nil, state.proving == nil {
            footer = footer.isEmpty ? "following" : "following · " + footer
        }
        return PaneCaption("Profiler: \(name)", footer: footer)
    }

    static func draw(
        _ state: Profile.State, in area: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        guard area.height > 0, area.width > 0 else { return }
        if let text = emptiness(state) {
            drawRoots(isRuns: state.views == [.runs], in: area, on: &grid)
            grid.write(text, row: min(1, area.height - 1), of: area, role: .dim)
            return
        }
        let layout = layout(state, area.height)
        if layout.hasTabs { drawWay(state, in: area, on: &grid) }
        let first = layout.hasTabs ? 1 : 0
        for (line, text) in state.shown.header.dropFirst(layout.top).prefix(layout.shown)
            .enumerated()
        {
            grid.write(text, row: first + line, of: area, overflow: .ellipsis)
        }
        guard layout.table > 0, !state.shown.rows.isEmpty else { return }
        if area.height <= ProfileLayout.lowest { return drawLow(state, in: area, on: &grid) }
        let list = area.split(top: first + layout.shown).rest
        let widths = ScrollingTable.widths(
            state.columns, in: list.width, showing: state.table.column)
        let charset = grid.charset
        var table = state.table
        table.settle(count: state.order.count, height: max(1, list.height - 1))
        ScrollingTable.draw(
            state.columns, count: state.order.count, table, in: list,
            isFocused: context.isFocused, on: &grid
        ) { row in
            state.shown.cells(state.order[row], widths: widths, charset: charset)
        }
    }

    /// The first line: where the view in sight lies among its siblings.
    private static func drawWay(
        _ state: Profile.State, in area: Rect, on grid: inout Grid
    ) {
        if state.views.last == .comparison {
            grid.write(
                [TextRun("[Comparison]", .title), TextRun("  Esc goes back", .dim)], row: 0,
                of: area, overflow: .ellipsis)
        } else if let view = state.views.first, view.isOfApplication || view.isOfRun {
            drawTabs(view.tab, in: area, on: &grid)
        } else {
            drawRoots(isRuns: state.views.first?.base == .runs, in: area, on: &grid)
        }
    }

    /// One line, as on a screen of 20×5: the row under the cursor, from the column under the cursor on.
    private static func drawLow(
        _ state: Profile.State, in area: Rect, on grid: inout Grid
    ) {
        guard state.order.indices.contains(state.table.cursor) else { return }
        let row = state.order[state.table.cursor]
        let widths = state.shown.columns.map { _ in 0 }
        var runs: [TextRun] = []
        let cells = state.shown.cells(row, widths: widths, charset: grid.charset)
        for (column, cell) in cells.enumerated()
        where column == 0 || column >= state.table.column {
            let shown = cell.runs.filter { !$0.text.isEmpty }
            guard !shown.isEmpty else { continue }
            if !runs.isEmpty { runs.append(TextRun("  ", .plain)) }
            if column > 0, column == state.table.column {
                runs.append(TextRun(state.shown.columns[column].title + " ", .dim))
            }
            runs += shown
        }
        grid.write(runs, row: area.height - 1, of: area, overflow: .ellipsis)
    }

    /// Why a list is empty; nil where it is not.
    private static func emptiness(_ state: Profile.State) -> String? {
        if state.views.isEmpty, state.rows.isEmpty {
            guard state.loading == nil else { return "Reading the log…" }
            let place = state.folder == "." ? "this folder" : state.folder
            if let opened = state.opened {
                return "Enter goes back to \(opened.application.name ?? opened.path)"
            }
            return state.listing == .answered
                ? "No Spark event log in \(place): write :spark LOG to open one"
                : "Looking for Spark event logs in \(place)…"
        }
        if state.views == [.runs], state.recentRuns.isEmpty { return "Nothing has run yet." }
        return nil
    }

    /// The two lists that the profiler begins with.
    private static func drawRoots(isRuns: Bool, in area: Rect, on grid: inout Grid) {
        let names = [("Spark applications", !isRuns), ("Runs", isRuns)]
        grid.write(
            names.map { name, isSelected in
                TextRun(
                    isSelected ? "[\(name)] " : " \(name)  ", isSelected ? .title : .dim)
            }, row: 0, of: area, overflow: .ellipsis)
    }

    /// The names of all views; where they do not all fit, shorter ones, and where those do not either,
    /// those around the selected one.
    private static func drawTabs(_ selected: ProfileView, in area: Rect, on grid: inout Grid) {
        let tabs = selected.siblings
        let place = tabs.firstIndex(of: selected) ?? 0
        func cells(_ names: [String], blank: String) -> [String] {
            names.enumerated().map { $0 == place ? "[\($1)]" : blank + $1 + blank }
        }
        func taken(_ cells: ArraySlice<String>) -> Int {
            cells.reduce(max(0, cells.count - 1)) { $0 + DisplayWidth.of($1) }
        }
        var names = cells(tabs.map(\.title), blank: " ")
        if taken(names[...]) > area.width { names = cells(tabs.map(\.title), blank: "") }
        if taken(names[...]) > area.width { names = cells(tabs.map(\.shortTitle), blank: "") }
        var first = 0
        let next = min(place + 1, names.count - 1)
        while first < place, taken(names[first...next]) + (first > 0 ? 2 : 0) > area.width {
            first += 1
        }
        var runs: [TextRun] = first > 0 ? [TextRun(grid.charset.pick("… ", ascii: "~ "), .dim)] : []
        for index in names.indices.dropFirst(first) {
            let isLast = index == names.count - 1
            runs.append(TextRun(names[index], index == place ? .title : .dim))
            if !isLast { runs.append(TextRun(" ", .plain)) }
        }
        grid.write(runs, row: 0, of: area, overflow: .ellipsis)
    }
}
