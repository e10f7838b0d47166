import JSONText
public import PaneKit
import QueryPlans
import Screen

/// The pane of a plan: keys and what they do.
public enum PlanPane {
    public enum Action: String, NamedAction {
        case next = "plan-next"
        case previous = "plan-previous"
        case first = "plan-first"
        case last = "plan-last"
        case pageDown = "plan-page-down"
        case pageUp = "plan-page-up"
        case halfPageDown = "plan-half-page-down"
        case halfPageUp = "plan-half-page-up"
        case fold = "plan-fold"
        case unfold = "plan-unfold"
        case foldAll = "plan-fold-all"
        case open = "plan-node"
        case hottest = "plan-hottest"
        case lessHot = "plan-less-hot"
        case rank = "plan-rank"
        case focusBranch = "plan-focus-branch"
        case pin = "plan-pin"
        case compare = "plan-compare"
        case analyze = "plan-analyze"
        case advise = "plan-advise"
        case again = "plan-again"
        case editQuery = "plan-edit-query"
        case cancel = "plan-cancel"
        case search = "plan-search"
        case nextFound = "plan-next-found"
        case previousFound = "plan-previous-found"
        case copyNode = "plan-copy-node"
        case copyPlan = "plan-copy"
    }

    static let name: PaneName = "plan"
    static let searchPurpose = "search-plan"

    public static let keymap = Keymap<Action>([
        Binding(["j", "down"], .next, "next"),
        Binding(["k", "up"], .previous, "previous"),
        Binding(["g g", "home"], .first, "first"),
        Binding(["G", "end"], .last, "last"),
        Binding(["pgdn", "^f"], .pageDown, "page down"),
        Binding(["pgup", "^b"], .pageUp, "page up"),
        Binding(["^d"], .halfPageDown, "half a page down"),
        Binding(["^u"], .halfPageUp, "half a page up"),
        Binding(["h", "left"], .fold, "fold, or go to parent"),
        Binding(["l", "right"], .unfold, "unfold, or go to child"),
        Binding(["z M"], .foldAll, "fold or unfold all"),
        Binding(["enter"], .open, "node", inKeyBar: true),
        Binding(["e"], .hottest, "hottest", inKeyBar: true),
        Binding(["E"], .lessHot, "less hot"),
        Binding(["s"], .rank, "rank", inKeyBar: true),
        Binding(["f"], .focusBranch, "this branch alone, or all"),
        Binding(["space"], .pin, "pin to compare"),
        Binding(["d"], .compare, "compare with pinned", inKeyBar: true),
        Binding(["a"], .analyze, "run and measure", inKeyBar: true),
        Binding(["A"], .advise, "advice: what would help", inKeyBar: true),
        Binding(["r"], .again, "ask again"),
        Binding(["o"], .editQuery, "edit the query"),
        Binding(["x"], .cancel, "cancel"),
        Binding(["/"], .search, "find operator"),
        Binding(["n"], .nextFound, "next found"),
        Binding(["N"], .previousFound, "previous found"),
        Binding(["y"], .copyNode, "copy node"),
        Binding(["Y"], .copyPlan, "copy plan as JSON"),
    ])

    static let pane = Pane<PlanDesk.State, PlanDesk.Effect>(
        name, digit: "5", title: "Plan", keymap: keymap,
        update: { state, action, _ in update(&state, action) },
        draw: { state, area, context, grid in
            draw(state, in: area, context, on: &grid)
            return nil
        }, caption: { state, _ in caption(state) },
        mouse: { state, event, _ in
            switch event.action {
            case .press(.left): move(&state, to: state.table.top + event.at.y - headingRows(state))
            case .wheelDown: move(&state, to: state.table.cursor + 3)
            case .wheelUp: move(&state, to: state.table.cursor - 3)
            default: break
            }
            return []
        },
        resized: { state, size, _ in
            state.height = max(1, size.height - headingRows(state))
            state.width = size.width
            remakeRows(&state)
            return []
        }, back: { state, _ in back(&state) })

    /// One line above the rows, where figures stand.
    static func headingRows(_ state: PlanDesk.State) -> Int {
        switch state.view {
        case .node, .advice: 0
        case .tree, .ranked, .comparison: 1
        }
    }

    static func update(_ state: inout PlanDesk.State, _ action: Action) -> PlanDesk.Requests {
        switch action {
        case .next: move(&state, to: state.table.cursor + 1)
        case .previous: move(&state, to: state.table.cursor - 1)
        case .first: move(&state, to: 0)
        case .last: move(&state, to: state.rows.count - 1)
        case .pageDown: move(&state, to: state.table.cursor + state.height)
        case .pageUp: move(&state, to: state.table.cursor - state.height)
        case .halfPageDown: move(&state, to: state.table.cursor + max(1, state.height / 2))
        case .halfPageUp: move(&state, to: state.table.cursor - max(1, state.height / 2))
        case .fold: fold(&state)
        case .unfold: unfold(&state)
        case .foldAll: foldAll(&state)
        case .open: openNode(&state)
        case .hottest: return step(&state, hotter: 1)
        case .lessHot: return step(&state, hotter: -1)
        case .rank: rank(&state)
        case .focusBranch: focusBranch(&state)
        case .search:
            return [.prompt(Prompt(searchPurpose, sign: "/", text: state.search))]
        case .nextFound: return find(&state, step: 1)
        case .previousFound: return find(&state, step: -1)
        case .pin, .compare, .analyze, .advise, .again, .editQuery, .cancel, .copyNode, .copyPlan:
            return request(&state, action)
        }
        return []
    }

    /// What is done with the plan as a whole.
    private static func request(
        _ state: inout PlanDesk.State, _ action: Action
    ) -> PlanDesk.Requests {
        if action == .cancel { return state.awaited.map { [.perform(.cancel($0))] } ?? [] }
        guard let plan = state.plan, let request = state.request else {
            return [.notice(Notice(.info, "There is no plan yet: F7 in the query asks for one."))]
        }
        switch action {
        case .pin:
            state.pinned = plan
            return [.notice(Notice(.info, "Pinned: d compares the next plan with this one."))]
        case .compare: return compare(&state)
        case .analyze, .again:
            var wanted = request
            wanted.isAnalyzing = action == .analyze || request.isAnalyzing
            return PlanDesk.ask(&state, wanted)
        case .advise:
            var wanted = request
            wanted.isAdvice = true
            return PlanDesk.ask(&state, wanted)
        case .editQuery:
            let sql = advice(state).map { $0.action + ";\n" } ?? request.sql
            return [.open(.statement(connection: request.connection, sql: sql))]
        case .copyNode where state.view == .advice:
            return advice(state).map { [.copy($0.action)] } ?? []
        case .copyNode: return node(state).map { [.copy(nodeText(plan, $0))] } ?? []
        case .copyPlan: return [.copy(plan.json.text)]
        default: return []
        }
    }

    private static func compare(_ state: inout PlanDesk.State) -> PlanDesk.Requests {
        guard state.pinned != nil else {
            return [.notice(Notice(.info, "Pin a plan first, with the blank."))]
        }
        state.view = state.view == .comparison ? .tree : .comparison
        state.table = TableState()
        remakeRows(&state)
        return []
    }

    private static func back(_ state: inout PlanDesk.State) -> PlanDesk.Requests? {
        if case .node(let node) = state.view {
            state.view = .tree
            remakeRows(&state)
            moveCursor(&state, to: node)
            return []
        }
        if state.view != .tree {
            let node = node(state)
            state.view = .tree
            remakeRows(&state)
            if let node { moveCursor(&state, to: node) }
            return []
        }
        guard state.branch != 0 else { return nil }
        focusBranch(&state)
        return []
    }
}
