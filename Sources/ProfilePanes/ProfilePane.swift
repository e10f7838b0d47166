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
        Binding(["c"], .compare, "compare with the one before; in What if: correct by other runs"),
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
        case .compare:
            if state.views.last == .whatIf { return correct(state) }
            if state.views.last?.isOfApplication ?? true { return compareApplication(state) }
            return compare(state)
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
    static func row(_ state: Profile.State) -> Int? {
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
    static func headerHeight(_ state: Profile.State, _ height: Int) -> Int {
        let wanted = state.shown.header.count + 1
        return min(wanted, max(1, height - 4))
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
