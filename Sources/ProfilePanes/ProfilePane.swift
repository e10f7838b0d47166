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
        case inFull = "show-row"
        case toJob = "job-of-row"
        case toPlan = "plan-of-row"
    }

    public static let keymap = Keymap<Action>(
        TableMotion.bindings(TableMotion.ofRows, of: "profile") + views
            + TableMotion.bindings(
                TableMotion.ofColumns, of: "profile", inKeyBar: [.sortAscending])
            + others)

    private static let views: [Binding<Action>] = [
        Binding(["enter"], .open, "look into it", inKeyBar: true),
        Binding(["o"], .inFull, "row in full", inKeyBar: true),
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
        Binding(["J"], .toJob, "job of the stage"),
        Binding(["p"], .toPlan, "plan of the stage or job"),
        Binding(["r"], .reload, "read again"),
        Binding(["v"], .nextMetric, "next distribution of a stage"),
        Binding(["A"], .apply, "apply the finding and run again", inKeyBar: true),
        Binding(["c"], .compare, "compare with before, correct What if"),
    ]

    // MARK: Update

    public static func update(
        _ state: inout Profile.State, _ action: Action, _ context: PaneContext
    ) -> Profile.Requests {
        switch action {
        case .next, .previous, .pageDown, .pageUp, .first, .last, .nextColumn, .previousColumn,
            .sortAscending, .sortDescending:
            guard let motion = TableMotion(action, of: "profile") else { return [] }
            if move(&state, motion, context.size) { sortRows(&state) }
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
            if let stage = stage(state) { push(&state, .tasks(stage), context) }
        case .inFull: showRow(&state, context)
        case .toJob:
            guard let opened = state.opened, let stage = stage(state),
                let job = opened.profile.jobOfStage[stage]
            else { return [.notice(Notice(.info, "No stage of a job is in sight here."))] }
            push(&state, .job(job), context)
        case .toPlan:
            guard let plan = plan(state) else {
                return [.notice(Notice(.info, "No stage or job of a query is in sight here."))]
            }
            push(&state, plan, context)
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
        if state.views.isEmpty, state.rows.isEmpty, state.opened != nil {
            push(&state, .overview, context)
            return []
        }
        guard let row = row(state) else { return [] }
        if state.views.isEmpty { return open(&state, path: state.rows[row].path, context) }
        if state.views == [.runs] { return openRun(&state, state.recentRuns[row].id.name) }
        if let link = state.shown.rows[row].link { return [.open(link)] }
        guard let target = state.shown.rows[row].target else {
            showRow(&state, context)
            return []
        }
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

    static func push(
        _ state: inout Profile.State, _ view: ProfileView, _ context: PaneContext
    ) {
        state.views.append(view)
        show(&state, context)
    }

    private static func tab(_ state: inout Profile.State, by step: Int, _ context: PaneContext) {
        guard let first = state.views.first, first.base != .runs, first.base != .applications
        else {
            // The two lists lie side by side.
            state.views = state.views.first?.base == .runs ? [] : [.runs]
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

    /// Builds the table of the view in sight for the width of the pane; the cursor stays on its row.
    static func show(_ state: inout Profile.State, _ context: PaneContext) {
        let width = context.size?.width ?? 78
        let isSame = state.shownView == .some(state.views.last)
        let known = isSame ? row(state).map { identity($0, state) } : nil
        state.shown = table(of: state.views.last, state, context)
        state.shown.wrapHeader(width: width, isLow: (context.size?.height ?? 24) < 16)
        state.shown.measure()
        state.shownView = .some(state.views.last)
        sortRows(&state)
        if let known, let place = state.order.firstIndex(where: { identity($0, state) == known }) {
            state.table.cursor = place
        }
        settle(&state, height: height(state, context.size))
    }

    static func table(
        of view: ProfileView?, _ state: Profile.State, _ context: PaneContext
    ) -> ProfileTable {
        let charset = context.charset
        let width = context.size?.width ?? 78
        switch view {
        case .row(let outer, let row):
            return rowInFull(of: outer, row, state, context, charset).table(width: width)
        case .comparison: return state.compared?.table(charset, width: width) ?? ProfileTable()
        case .runs: return RunList.table(state.recentRuns, clock: context.clock)
        case .run(.comparison): return state.runPair?.table(charset) ?? ProfileTable()
        case .run(let view):
            guard let run = state.run else { return ProfileTable() }
            return RunTables(
                run: run, charset: charset, clock: context.clock, leads: state.leads, width: width
            ).table(view)
        case nil, .applications: return ApplicationList.table(state.rows, clock: context.clock)
        case .some(let view):
            guard let opened = state.opened else { return ProfileTable() }
            return ProfileTables(
                profiled: opened, charset: charset, distribution: state.distribution,
                width: width, isBeingRead: state.loading?.path == opened.path && state.isSharpening
            ).table(view)
        }
    }

    /// What a row is known by while figures around it change.
    private static func identity(_ row: Int, _ state: Profile.State) -> RowIdentity {
        let shown = state.shown.rows[row]
        let isList = state.views.isEmpty || state.views == [.runs]
        guard shown.target != nil || isList else { return RowIdentity(place: row) }
        return RowIdentity(target: shown.target, copy: shown.copy)
    }

    private struct RowIdentity: Equatable {
        var place: Int?
        var target: ProfileView?
        var copy: String?
    }

    static func sortRows(_ state: inout Profile.State) {
        let shown = state.shown
        state.order = TableOrder.rows(
            count: shown.rows.count, state.table, text: { shown.filterText($0) },
            key: { shown.sortKey($0, $1) })
        if state.table.sort == nil, shown.ranks.count == shown.rows.count {
            state.order.sort { left, right in
                let (one, other) = (shown.ranks[left], shown.ranks[right])
                return one == other ? left < right : one > other
            }
        }
        state.columns = shown.columns(sortedBy: state.table.sort)
    }

    static func settle(_ state: inout Profile.State, height: Int) {
        state.table.settle(count: state.order.count, height: height)
    }
}

extension ProfileView {
    /// Whether it shows a run of a pipeline.
    var isOfRun: Bool { if case .run = base { true } else { false } }

    /// The view that a row seen in full stands in; any other view itself.
    var base: ProfileView { if case .row(let view, _) = self { view } else { self } }

    /// Whether it shows the application that is open.
    var isOfApplication: Bool {
        switch base {
        case .run, .runs, .applications: false
        default: true
        }
    }
}
