import Domain
public import PaneKit
import RunProfiles
import Screen
import SparkAdvice
import SparkLog

/// The profiler's one pane: a list of applications, then views of the one that is open.
public enum ProfilePane {
    public enum Action: String, NamedAction {
        case next = "profile-next-row"
        case previous = "profile-previous-row"
        case pageDown = "profile-page-down"
        case pageUp = "profile-page-up"
        case first = "profile-first-row"
        case last = "profile-last-row"
        case open = "profile-open"
        case nextTab = "next-view"
        case previousTab = "previous-view"
        case nextColumn = "profile-next-column"
        case previousColumn = "profile-previous-column"
        case sortAscending = "profile-sort"
        case sortDescending = "profile-sort-descending"
        case filter = "filter-profile"
        case copy = "copy-profile-row"
        case nextFinding = "next-finding"
        case olderPlan = "older-plan"
        case newerPlan = "newer-plan"
        case allTasks = "all-tasks"
        case reload = "reload-profile"
        case apply = "apply-finding"
        case nextMetric = "next-distribution"
        case compare = "compare-run"
    }

    public static let keymap = Keymap<Action>(
        TableMotion.bindings(TableMotion.ofRows, of: "profile") + views
            + TableMotion.bindings(
                TableMotion.ofColumns, of: "profile", inKeyBar: [.sortAscending])
            + others)

    private static let views: [Binding<Action>] = [
        Binding(["enter"], .open, "look into it", inKeyBar: true),
        Binding(["]"], .nextTab, "next view", inKeyBar: true),
        Binding(["["], .previousTab, "previous view"),
    ]

    private static let others: [Binding<Action>] = [
        Binding(["&"], .filter, "filter rows", inKeyBar: true),
        Binding(["y"], .copy, "copy"),
        Binding(["e"], .nextFinding, "next finding"),
        Binding(["{"], .olderPlan, "plan before"),
        Binding(["}"], .newerPlan, "plan after"),
        Binding(["t"], .allTasks, "tasks of the stage"),
        Binding(["r"], .reload, "read again"),
        Binding(["v"], .nextMetric, "next distribution of a stage"),
        Binding(["A"], .apply, "apply the finding and run again", inKeyBar: true),
        Binding(["c"], .compare, "compare the run with the one before"),
    ]

    // MARK: Update

    public static func update(
        _ state: inout Profile.State, _ action: Action, _ context: PaneContext
    ) -> Profile.Requests {
        switch action {
        case .next, .previous, .pageDown, .pageUp, .first, .last, .nextColumn, .previousColumn,
            .sortAscending, .sortDescending:
            guard let motion = TableMotion(action, of: "profile") else { return [] }
            let isSorted = state.table.apply(
                motion, count: state.order.count, columns: state.shown.columns.count,
                height: height(state, context.size))
            if isSorted { sortRows(&state) }
        case .open: return enter(&state, context)
        case .nextTab: tab(&state, by: 1, context)
        case .previousTab: tab(&state, by: -1, context)
        case .filter:
            return [.prompt(Prompt("filter", sign: "&", text: state.table.filter, isLive: true))]
        case .copy:
            guard let row = row(state) else { return [] }
            return [.copy(state.shown.rows[row].copy)]
        case .nextFinding: nextFinding(&state, context)
        case .olderPlan: step(&state, by: 1, context)
        case .newerPlan: step(&state, by: -1, context)
        case .allTasks:
            if case .stage(let index)? = state.views.last { push(&state, .tasks(index), context) }
        case .reload:
            if let opened = state.opened, state.views.last?.isOfApplication ?? false {
                return open(&state, path: opened.path, context)
            }
            if case .run? = state.views.last, let run = state.run {
                return openRun(&state, run.run.id.name)
            }
            if state.views.last == .runs { return [.perform(.listRuns)] }
            return [.perform(.list(folder: state.folder))]
        case .compare: return compare(state)
        case .apply: return apply(state)
        case .nextMetric:
            guard case .stage? = state.views.last else { return [] }
            state.distribution = state.distribution.next
            show(&state, context)
        }
        return []
    }

    /// Asks whether the task is to be run again with the settings of the finding in sight.
    private static func apply(_ state: Profile.State) -> Profile.Requests {
        guard let opened = state.opened, let index = finding(state) else {
            return [.notice(Notice(.info, "Go to a finding first: e"))]
        }
        let finding = opened.findings[index]
        guard let arguments = finding.submitArguments else {
            return [
                .notice(
                    Notice(
                        .info,
                        "This is cured in the program: change it, run it again, and compare "
                            + "both logs with :spark-diff"))
            ]
        }
        guard state.proving == nil else {
            return [.notice(Notice(.info, "A task is being run again already."))]
        }
        return [
            .confirm(
                "Run the task again with \(arguments)?",
                [.prove(path: opened.path, finding.rule, stage: finding.stage)])
        ]
    }

    /// The finding in sight or under the cursor.
    private static func finding(_ state: Profile.State) -> Int? {
        guard let opened = state.opened else { return nil }
        var index: Int?
        if case .finding(let place)? = state.views.last { index = place }
        if index == nil, let row = row(state),
            case .finding(let place)? = state.shown.rows[row].target
        {
            index = place
        }
        return index.flatMap { opened.findings.indices.contains($0) ? $0 : nil }
    }

    /// Shows two runs side by side.
    static func show(
        _ runs: ComparedRuns, _ state: inout Profile.State, _ context: PaneContext
    ) -> Profile.Requests {
        state.compared = runs
        state.views.append(.comparison)
        show(&state, context)
        return []
    }

    /// The row of the shown table under the cursor.
    private static func row(_ state: Profile.State) -> Int? {
        state.order.indices.contains(state.table.cursor) ? state.order[state.table.cursor] : nil
    }

    private static func enter(
        _ state: inout Profile.State, _ context: PaneContext
    ) -> Profile.Requests {
        guard let row = row(state) else { return [] }
        if state.views.isEmpty { return open(&state, path: state.rows[row].path, context) }
        if state.views == [.runs] { return openRun(&state, state.recentRuns[row].id.name) }
        if let link = state.shown.rows[row].link { return [.open(link)] }
        guard let target = state.shown.rows[row].target else { return [] }
        push(&state, target, context)
        guard case .run(.task(let task)) = target, let run = state.run else { return [] }
        return [.perform(.leads(run.run.id, task))]
    }

    /// Reads the profile of the run that `name` names.
    static func openRun(_ state: inout Profile.State, _ name: String) -> Profile.Requests {
        state.loadingRun = name
        return [.perform(.loadRun(name))]
    }

    /// The run in sight, or under the cursor, beside the one before it.
    private static func compare(_ state: Profile.State) -> Profile.Requests {
        if case .run? = state.views.last, let run = state.run {
            guard let before = run.past?.runs.first else {
                return [.notice(Notice(.info, "No run of this pipeline succeeded before it."))]
            }
            return [.perform(.compareRuns(before: before.name, after: run.run.id.name))]
        }
        guard state.views == [.runs], let row = row(state) else {
            return [.notice(Notice(.info, "Go to a run first: :profile RUN"))]
        }
        let run = state.recentRuns[row]
        let earlier = state.recentRuns[(row + 1)...].first {
            $0.pipeline == run.pipeline && $0.state.isSettled
        }
        guard let earlier else {
            return [.notice(Notice(.info, "There is no run of \(run.pipeline) before it."))]
        }
        return [.perform(.compareRuns(before: earlier.id.name, after: run.id.name))]
    }

    static func open(
        _ state: inout Profile.State, path: String, _ context: PaneContext
    ) -> Profile.Requests {
        state.loading = (path, 0)
        state.isSharpening = false
        return [.perform(.load(path: path))]
    }

    private static func push(
        _ state: inout Profile.State, _ view: ProfileView, _ context: PaneContext
    ) {
        state.views.append(view)
        show(&state, context)
    }

    private static func tab(_ state: inout Profile.State, by step: Int, _ context: PaneContext) {
        guard let first = state.views.first, first != .runs else {
            // The two lists lie side by side.
            state.views = state.views.isEmpty ? [.runs] : []
            return show(&state, context)
        }
        let tab = first.tab
        let tabs = tab.siblings
        let place = tabs.firstIndex(of: tab) ?? 0
        state.views = [tabs[(place + step + tabs.count) % tabs.count]]
        show(&state, context)
    }

    private static func nextFinding(_ state: inout Profile.State, _ context: PaneContext) {
        guard let opened = state.opened, !opened.findings.isEmpty else { return }
        var next = 0
        if case .finding(let index)? = state.views.last {
            next = (index + 1) % opened.findings.count
        }
        state.views = [.findings, .finding(next)]
        show(&state, context)
    }

    private static func step(_ state: inout Profile.State, by step: Int, _ context: PaneContext) {
        guard case .plan(let index, let version)? = state.views.last, let opened = state.opened,
            opened.application.sqlExecutions.indices.contains(index)
        else { return }
        let count = opened.application.sqlExecutions[index].plans.count
        let next = min(max(0, version + step), max(0, count - 1))
        state.views[state.views.count - 1] = .plan(index, version: next)
        show(&state, context)
    }

    static func back(
        _ state: inout Profile.State, _ context: PaneContext
    ) -> Profile.Requests? {
        guard !state.views.isEmpty else { return nil }
        state.views.removeLast()
        show(&state, context)
        return []
    }

    /// Builds the table of the view in sight.
    static func show(_ state: inout Profile.State, _ context: PaneContext) {
        let charset: Charset = state.isUnicode ? .unicode : .ascii
        if state.views.last == .comparison, let compared = state.compared {
            state.shown = compared.table(charset)
        } else if state.views.last == .runs {
            state.shown = RunList.table(state.recentRuns, clock: context.clock)
        } else if case .run(.comparison)? = state.views.last, let pair = state.runPair {
            state.shown = pair.table(charset)
        } else if case .run(let view)? = state.views.last, let run = state.run {
            state.shown = RunTables(
                run: run, charset: charset, clock: context.clock, leads: state.leads
            ).table(view)
        } else if let view = state.views.last, let opened = state.opened {
            state.shown = ProfileTables(
                profiled: opened, charset: charset, distribution: state.distribution
            ).table(view)
        } else {
            state.shown = ApplicationList.table(state.rows, clock: context.clock)
        }
        sortRows(&state)
        settle(&state, height: height(state, context.size))
    }

    static func sortRows(_ state: inout Profile.State) {
        let shown = state.shown
        state.order = TableOrder.rows(
            count: shown.rows.count, state.table, text: { shown.filterText($0) },
            key: { shown.sortKey($0, $1) })
    }

    static func settle(_ state: inout Profile.State, height: Int) {
        state.table.settle(count: state.order.count, height: height)
    }

    /// Rows of the table in sight.
    static func height(_ state: Profile.State, _ size: Size?) -> Int {
        guard let size else { return 20 }
        return max(1, size.height - headerHeight(state, size.height) - 1)
    }

    /// The tab line and what of the header leaves the table four lines.
    private static func headerHeight(_ state: Profile.State, _ height: Int) -> Int {
        let wanted = state.shown.header.count + 1
        return min(wanted, max(1, height - 4))
    }

    // MARK: Draw

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
            grid.write(text, row: 1, of: area, role: .dim)
            return
        }
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
        let widths = ScrollingTable.widths(state.shown.columns, in: list.width)
        let charset = grid.charset
        var table = state.table
        // The column that sorts is marked by the table itself; the one to be sorted by is named.
        table.settle(count: state.order.count, height: max(1, list.height - 1))
        ScrollingTable.draw(
            state.shown.columns, count: state.order.count, table, in: list,
            isFocused: context.isFocused, on: &grid
        ) { row in
            state.shown.cells(state.order[row], widths: widths, charset: charset)
        }
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

extension ProfileView {
    /// Whether it shows a run of a pipeline.
    var isOfRun: Bool { if case .run = self { true } else { false } }

    /// Whether it shows the application that is open.
    var isOfApplication: Bool {
        switch self {
        case .run, .runs: false
        default: true
        }
    }
}

/// The runs of all pipelines.
enum RunList {
    static func table(_ runs: [RunRow], clock: LocalClock) -> ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("PIPELINE", .flexible(least: 14, weight: 1)),
            TableColumn("STATE", .fixed(9)), TableColumn("TOOK", .fixed(7), .right),
            TableColumn("TASKS", .fixed(9), .right), TableColumn("BEGAN", .fixed(19)),
            TableColumn("RUN", .flexible(least: 20, weight: 2)),
        ]
        table.rows = runs.map { run in
            let took = run.startedAt.map { (run.endedAt ?? clock.now).since($0) }
            let began = run.startedAt ?? run.createdAt
            let civil = clock.civilTime(began)
            return ProfileTable.Row(
                cells: [
                    .text(run.pipeline.name, .strong),
                    .text(run.state.rawValue, RunTables.role(of: run.state)),
                    took.map { .number(Double($0.microseconds), $0.humanText, .plain) }
                        ?? .text("-", .dim),
                    .number(
                        Double(run.taskCount),
                        run.failedCount > 0
                            ? "\(run.failedCount) failed" : "\(run.settledCount)/\(run.taskCount)",
                        run.failedCount > 0 ? .stateFailed : .dim),
                    .number(
                        Double(began.microseconds), civil.isoDate + " " + civil.clockText, .dim),
                    .text(run.id.name, .dim),
                ], target: nil, copy: run.id.name)
        }
        return table
    }
}

/// The event logs of a folder.
enum ApplicationList {
    static func table(_ rows: [ApplicationRow], clock: LocalClock) -> ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("APPLICATION", .flexible(least: 16, weight: 1)),
            TableColumn("NAME", .flexible(least: 12, weight: 1)), TableColumn("SPARK", .fixed(8)),
            TableColumn("TOOK", .fixed(9), .right), TableColumn("STATE", .fixed(12)),
            TableColumn("FINDING", .fixed(20)), TableColumn("SIZE", .fixed(9), .right),
        ]
        table.rows = rows.map { row in
            let time = row.start.flatMap { start in row.end.map { $0 - start } }
            return ProfileTable.Row(
                cells: [
                    .text(row.id, .plain), .text(row.name, .plain), .text(row.version, .dim),
                    time.map { .number(Double($0), AdviceText.time($0), .plain) }
                        ?? .text("-", .dim),
                    .text(
                        row.isInProgress ? "no clean end" : "ended",
                        row.isInProgress ? .stateRunning : .dim),
                    .text(
                        row.finding ?? "",
                        row.finding == "none" ? .stateSuccess : .warning),
                    .number(Double(row.bytes), AdviceText.size(row.bytes), .plain),
                ], target: nil, copy: row.path)
        }
        return table
    }
}
