public import PaneKit
public import QueryPlans

/// The plan explorer: one plan as a tree, by rank, node by node, or beside another plan.
public enum PlanDesk: PaneModule {
    /// What the pane shows.
    public struct State: Sendable {
        /// The plan that is asked for and not yet there.
        public internal(set) var awaited: Request?
        /// What the plan in sight was made for.
        public internal(set) var request: Request?
        public internal(set) var plan: QueryPlan?
        /// When the query's plan was another one, for people; nil where it did not change.
        public internal(set) var changeNote: String?
        /// A plan kept aside to be compared with.
        public internal(set) var pinned: QueryPlan?
        public internal(set) var view = View.tree
        var table = TableState()
        /// Nodes whose branches are folded.
        var folded: Set<Int> = []
        /// The node whose branch alone is shown; 0: the whole plan.
        var branch = 0
        var search = ""
        /// Rows in sight when last drawn into.
        var height = 10
        /// Rows of the view, made when something changes that they follow from.
        var rows: [Row] = []
        /// What each node's own time is of the whole.
        var shares: [Double?] = []
        var lastID = 0
        /// Where `e` went last.
        var lastHot: Int?

        public init() {}
    }

    /// How the plan is shown.
    public enum View: Hashable, Sendable {
        case tree
        case ranked(PlanRank)
        /// Beside the pinned plan.
        case comparison
        /// One node with everything that is known of it.
        case node(Int)
    }

    /// A plan that is wanted.
    public struct Request: Hashable, Sendable {
        public var id: Int
        public var connection: String
        public var sql: String
        /// Whether the query is really run.
        public var isAnalyzing: Bool
    }

    /// What the pane wants done in the world.
    public enum Effect: Hashable, Sendable {
        case explain(Request)
        /// Ends an `explain` that is under way.
        case cancel(Request)
    }

    /// What becomes of effects.
    public enum Answer: Sendable {
        /// The plan; `changeNote` says when the query had another one.
        case explained(Request, QueryPlan, changeNote: String?)
        case cancelled(Request)
    }

    public static let panes: [Pane<State, Effect>] = [PlanPane.pane]

    public static func take(
        _ state: inout State, _ answer: Answer, _ context: PaneContext
    ) -> Requests {
        switch answer {
        case .explained(let request, let plan, let note):
            guard request == state.awaited else { return [] }
            state.awaited = nil
            show(&state, plan, request, note)
            guard let note else { return [] }
            return [.notice(Notice(.warning, "The plan changed: \(note)"))]
        case .cancelled(let request):
            guard request == state.awaited else { return [] }
            state.awaited = nil
            return [.notice(Notice(.info, "Cancelled."))]
        }
    }

    public static func failed(
        _ state: inout State, _ effect: Effect, problem: String, _ context: PaneContext
    ) -> Requests {
        if case .explain(let request) = effect, request == state.awaited { state.awaited = nil }
        return []
    }

    /// Shows a plan, its cursor on the hottest node where the plan is measured.
    static func show(_ state: inout State, _ plan: QueryPlan, _ request: Request, _ note: String?) {
        state.plan = plan
        state.request = request
        state.changeNote = note
        state.folded = []
        state.branch = 0
        let whole = plan.nodes.reduce(0) { $0 + ($1.exclusiveMS ?? 0) }
        state.shares = plan.nodes.map { node in
            whole > 0 ? node.exclusiveMS.map { min(1, $0 / whole) } : nil
        }
        if state.view != .comparison { state.view = .tree }
        state.table = TableState()
        PlanPane.remakeRows(&state)
        state.lastHot = plan.isMeasured ? plan.hottest : nil
        if let hottest = state.lastHot { PlanPane.moveCursor(&state, to: hottest) }
    }

    public static func open(
        _ state: inout State, _ link: Link, _ context: PaneContext
    ) -> Requests? {
        guard case .plan(let connection, let sql, let isAnalyzing) = link else { return nil }
        return ask(&state, connection: connection, sql: sql, isAnalyzing: isAnalyzing)
    }

    static func ask(
        _ state: inout State, connection: String, sql: String, isAnalyzing: Bool
    ) -> Requests {
        var requests: Requests = []
        if let earlier = state.awaited { requests.append(.perform(.cancel(earlier))) }
        state.lastID += 1
        let request = Request(
            id: state.lastID, connection: connection, sql: sql, isAnalyzing: isAnalyzing)
        state.awaited = request
        return requests + [.focus(PlanPane.name), .perform(.explain(request))]
    }

    public static let words = [
        CommandWord("explain", "CONNECTION SQL", "show the plan of a query"),
        CommandWord("analyze", "CONNECTION SQL", "run a query and show its plan"),
    ]

    public static func run(
        _ state: inout State, word: String, _ arguments: [String], _ context: PaneContext
    ) -> Requests {
        guard arguments.count >= 2 else {
            return [.notice(Notice(.error, "Write: \(word) CONNECTION SQL"))]
        }
        return ask(
            &state, connection: arguments[0], sql: arguments.dropFirst().joined(separator: " "),
            isAnalyzing: word == "analyze")
    }

    public static func typed(
        _ state: inout State, _ purpose: String, _ event: PromptEvent, _ context: PaneContext
    ) -> Requests {
        guard purpose == PlanPane.searchPurpose, case .accepted(let text) = event else { return [] }
        state.search = text
        return PlanPane.find(&state, step: 1)
    }

    public static func crumbs(
        _ state: State, in pane: PaneName, _ context: PaneContext
    ) -> [String] {
        state.request.map { [$0.connection] } ?? []
    }

    public static func interrupt(_ state: inout State, _ context: PaneContext) -> Requests? {
        state.awaited.map { [.perform(.cancel($0))] }
    }
}
