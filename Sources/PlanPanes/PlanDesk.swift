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
        /// Why the plan that was asked for last could not be had.
        public internal(set) var problem: String?
        /// What may help the query; nil before it was asked for.
        public internal(set) var advice: [Advice]?
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
        /// Cells in a row.
        var width = 80
        /// Rows of the view, made when something changes that they follow from.
        var rows: [Row] = []
        /// What each node's own time is of the whole.
        var shares: [Double?] = []
        /// Whether any node has a time of its own.
        var hasTimes = false
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
        /// What may help, with its evidence.
        case advice
    }

    /// Something that would make the query faster.
    public struct Advice: Hashable, Sendable {
        /// `index`, `statistics` or `rewrite`.
        public var kind: String
        /// The statement to run; of a rewrite, what to change.
        public var action: String
        public var reason: String
        /// The plan without and with it; nil where it was not tried.
        public var before: QueryPlan?
        public var after: QueryPlan?

        public init(
            kind: String, action: String, reason: String, before: QueryPlan? = nil,
            after: QueryPlan? = nil
        ) {
            self.kind = kind
            self.action = action
            self.reason = reason
            self.before = before
            self.after = after
        }
    }

    /// A plan that is wanted.
    public struct Request: Hashable, Sendable {
        public var id: Int
        public var connection: String
        public var sql: String
        /// Whether the query is really run.
        public var isAnalyzing: Bool
        /// Values as they were typed, by the parameters' names, signs included.
        public var parameters: [String: String] = [:]
        /// Whether advice is wanted, not the plan.
        var isAdvice = false
    }

    /// What the pane wants done in the world.
    public enum Effect: Hashable, Sendable {
        case explain(Request)
        /// Tries what may help.
        case advise(Request)
        /// Ends an `explain` or `advise` that is under way.
        case cancel(Request)
    }

    /// What becomes of effects.
    public enum Answer: Sendable {
        /// The plan; `changeNote` says when the query had another one.
        case explained(Request, QueryPlan, changeNote: String?)
        case advised(Request, [Advice])
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
        case .advised(let request, let advice):
            guard request == state.awaited else { return [] }
            state.awaited = nil
            guard !advice.isEmpty else {
                return [.notice(Notice(.info, "Nothing that was tried helps this query."))]
            }
            state.advice = advice
            state.view = .advice
            state.table = TableState()
            PlanPane.remakeRows(&state)
            return []
        case .cancelled(let request):
            guard request == state.awaited else { return [] }
            state.awaited = nil
            return [.notice(Notice(.info, "Cancelled."))]
        }
    }

    public static func failed(
        _ state: inout State, _ effect: Effect, problem: String, _ context: PaneContext
    ) -> Requests {
        switch effect {
        case .explain(let request), .advise(let request):
            guard request == state.awaited else { return [] }
            (state.awaited, state.problem) = (nil, problem)
        case .cancel: break
        }
        return []
    }

    /// Shows a plan, its cursor on the hottest node where the plan is measured.
    static func show(_ state: inout State, _ plan: QueryPlan, _ request: Request, _ note: String?) {
        state.plan = plan
        state.request = request
        state.changeNote = note
        (state.problem, state.advice) = (nil, nil)
        state.folded = []
        state.branch = 0
        let whole = plan.nodes.reduce(0) { $0 + ($1.exclusiveMS ?? 0) }
        state.shares = plan.nodes.map { node in
            whole > 0 ? node.exclusiveMS.map { min(1, $0 / whole) } : nil
        }
        state.hasTimes = state.shares.contains { $0 != nil }
        if state.view != .comparison { state.view = .tree }
        state.table = TableState()
        PlanPane.remakeRows(&state)
        state.lastHot = plan.isMeasured ? plan.hottest : nil
        if let hottest = state.lastHot { PlanPane.moveCursor(&state, to: hottest) }
    }

    public static func open(
        _ state: inout State, _ link: Link, _ context: PaneContext
    ) -> Requests? {
        guard case .plan(let connection, let sql, let isAnalyzing, let parameters) = link else {
            return nil
        }
        let wanted = Request(
            id: 0, connection: connection, sql: sql, isAnalyzing: isAnalyzing,
            parameters: parameters)
        return ask(&state, wanted)
    }

    /// Asks for what `wanted` says, under a number of its own; what was asked for before ends.
    static func ask(_ state: inout State, _ wanted: Request) -> Requests {
        var requests: Requests = []
        if let earlier = state.awaited { requests.append(.perform(.cancel(earlier))) }
        state.lastID += 1
        var request = wanted
        request.id = state.lastID
        state.awaited = request
        state.problem = nil
        return requests + [
            .focus(PlanPane.name),
            .perform(request.isAdvice ? .advise(request) : .explain(request)),
        ]
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
            &state,
            Request(
                id: 0, connection: arguments[0],
                sql: arguments.dropFirst().joined(separator: " "), isAnalyzing: word == "analyze"))
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
