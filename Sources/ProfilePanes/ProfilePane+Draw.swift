import Domain
import PaneKit
import RunProfiles
import Screen
import SparkAdvice
import SparkLog

extension ProfilePane {
    static func caption(_ state: Profile.State) -> PaneCaption {
        let count = state.order.count
        var footer = state.table.footer(count: count)
        if let loading = state.loading {
            footer = "reading \(AdviceText.percent(loading.share))"
        }
        if state.proving != nil { footer = "running again; Ctrl-C ends it" }
        if case .run(let view)? = state.views.last {
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
        if area.height < 3 { return drawLow(state, in: area, on: &grid) }
        let (header, list) = area.split(top: headerHeight(state, area.height))
        var line = 1
        if state.views.last == .comparison {
            grid.write(
                [TextRun("[Comparison]", .title), TextRun("  Esc goes back", .dim)], row: 0,
                of: header, overflow: .ellipsis)
        } else if let view = state.views.first, view != .runs {
            drawTabs(view.tab, in: header, on: &grid)
        } else {
            drawRoots(isRuns: state.views == [.runs], in: header, on: &grid)
        }
        for text in state.shown.header.prefix(max(0, header.height - line)) {
            grid.write(text, row: line, of: header, overflow: .ellipsis)
            line += 1
        }
        let widths = ScrollingTable.widths(
            state.shown.columns, in: list.width, showing: state.table.column)
        let charset = grid.charset
        var table = state.table
        table.settle(count: state.order.count, height: max(1, list.height - 1))
        ScrollingTable.draw(
            state.shown.columns, count: state.order.count, table, in: list,
            isFocused: context.isFocused, on: &grid
        ) { row in
            state.shown.cells(state.order[row], widths: widths, charset: charset)
        }
    }

    /// A line or two, as on a screen of 20×5: the row under the cursor, or what stands above the rows.
    private static func drawLow(
        _ state: Profile.State, in area: Rect, on grid: inout Grid
    ) {
        var runs: [TextRun] = []
        if state.order.indices.contains(state.table.cursor) {
            let row = state.order[state.table.cursor]
            let widths = state.shown.columns.map { _ in 0 }
            for cell in state.shown.cells(row, widths: widths, charset: grid.charset) {
                let shown = cell.runs.filter { !$0.text.isEmpty }
                if !runs.isEmpty, !shown.isEmpty { runs.append(TextRun("  ", .plain)) }
                runs += shown
            }
        } else {
            runs = state.shown.header.first { !$0.isEmpty } ?? []
        }
        if area.height > 1, let view = state.views.first, view != .runs {
            drawTabs(view.tab, in: area, on: &grid)
        }
        grid.write(runs, row: area.height - 1, of: area, overflow: .ellipsis)
    }

    /// Why a list is empty; nil where it is not.
    private static func emptiness(_ state: Profile.State) -> String? {
        if state.views.isEmpty, state.rows.isEmpty {
            guard state.loading == nil else { return "Reading the log…" }
            let place = state.folder == "." ? "this folder" : state.folder
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

    /// The names of all views; those before the selected one give way where they do not all fit.
    private static func drawTabs(_ selected: ProfileView, in area: Rect, on grid: inout Grid) {
        var tabs = selected.siblings[...]
        let place = tabs.firstIndex(of: selected) ?? 0
        func width(upTo last: Int) -> Int {
            tabs[tabs.startIndex...last].reduce(0) { $0 + $1.title.count + 3 }
        }
        while tabs.startIndex < place, width(upTo: place) > area.width - 2 { tabs.removeFirst() }
        let runs = tabs.flatMap { tab -> [TextRun] in
            let isSelected = tab == selected
            return [
                TextRun(
                    isSelected ? "[\(tab.title)]" : " \(tab.title) ",
                    isSelected ? .title : .dim),
                TextRun(" ", .plain),
            ]
        }
        grid.write(runs, row: 0, of: area, overflow: .ellipsis)
    }
}
