import PaneKit
import QueryPlans

extension PlanDesk {
    /// One line of the pane.
    enum Row: Hashable, Sendable {
        case node(Int)
        case pair(PlanComparison.Pair)
        /// Of a node's own page.
        case text(String, isHeading: Bool)
        /// A line of the query; the bytes that the node is about are lit.
        case query(String, lit: [Range<Int>])
        /// Of the page of advice, and which one it belongs to.
        case advice(Int, String, isHeading: Bool)
    }
}

extension PlanPane {
    static func move(_ state: inout PlanDesk.State, to row: Int) {
        state.table.move(to: row, count: state.rows.count, height: state.height)
    }

    /// The node under the cursor.
    static func node(_ state: PlanDesk.State) -> Int? {
        if case .node(let node) = state.view { return node }
        guard state.rows.indices.contains(state.table.cursor) else { return nil }
        switch state.rows[state.table.cursor] {
        case .node(let node): return node
        case .pair(let pair): return pair.after
        case .text, .query, .advice: return nil
        }
    }

    /// The advice under the cursor that is a statement.
    static func advice(_ state: PlanDesk.State) -> PlanDesk.Advice? {
        guard state.view == .advice, state.rows.indices.contains(state.table.cursor),
            case .advice(let index, _, _) = state.rows[state.table.cursor],
            let advice = state.advice, advice.indices.contains(index)
        else { return nil }
        return advice[index]
    }

    /// Puts the cursor on a node, unfolding what hides it.
    static func moveCursor(_ state: inout PlanDesk.State, to node: Int) {
        guard let plan = state.plan else { return }
        if state.view == .tree {
            if !(state.branch..<plan.nodes[state.branch].end).contains(node) { state.branch = 0 }
            var above = plan.nodes[node].parent
            while let place = above {
                state.folded.remove(place)
                above = plan.nodes[place].parent
            }
            remakeRows(&state)
        }
        let row = state.rows.firstIndex {
            switch $0 {
            case .node(let place): place == node
            case .pair(let pair): pair.after == node
            case .text, .query, .advice: false
            }
        }
        if let row { move(&state, to: row) }
    }

    /// Makes the rows anew; the cursor stays on its row's number.
    static func remakeRows(_ state: inout PlanDesk.State) {
        state.rows = makeRows(state)
        move(&state, to: state.table.cursor)
    }

    private static func makeRows(_ state: PlanDesk.State) -> [PlanDesk.Row] {
        guard let plan = state.plan else { return [] }
        switch state.view {
        case .tree:
            var rows: [PlanDesk.Row] = []
            var place = state.branch
            let end = plan.nodes[state.branch].end
            while place < end {
                rows.append(.node(place))
                place = state.folded.contains(place) ? plan.nodes[place].end : place + 1
            }
            return rows
        case .ranked(let rank): return plan.ranked(by: rank).map(PlanDesk.Row.node)
        case .comparison:
            guard let pinned = state.pinned else { return [] }
            return PlanComparison(pinned, plan).pairs.map(PlanDesk.Row.pair)
        case .node(let node): return nodePage(plan, node, width: state.width)
        case .advice: return advicePage(state.advice ?? [], width: state.width)
        }
    }

    static func fold(_ state: inout PlanDesk.State) {
        guard state.view == .tree, let plan = state.plan, let node = node(state) else { return }
        let isLeaf = plan.nodes[node].end == node + 1
        if isLeaf || state.folded.contains(node) {
            if let parent = plan.nodes[node].parent, node != state.branch {
                moveCursor(&state, to: parent)
            }
        } else {
            state.folded.insert(node)
            remakeRows(&state)
        }
    }

    static func unfold(_ state: inout PlanDesk.State) {
        guard state.view == .tree, let plan = state.plan, let node = node(state) else { return }
        if state.folded.remove(node) != nil {
            remakeRows(&state)
        } else if plan.nodes[node].end > node + 1 {
            move(&state, to: state.table.cursor + 1)
        }
    }

    static func foldAll(_ state: inout PlanDesk.State) {
        guard state.view == .tree, let plan = state.plan else { return }
        let node = node(state)
        if state.folded.isEmpty {
            state.folded = Set(
                plan.nodes.indices.filter { $0 > 0 && plan.nodes[$0].end > $0 + 1 })
            remakeRows(&state)
        } else {
            state.folded = []
            remakeRows(&state)
            if let node { moveCursor(&state, to: node) }
        }
    }

    static func openNode(_ state: inout PlanDesk.State) {
        if case .node(let node) = state.view {
            state.view = .tree
            remakeRows(&state)
            moveCursor(&state, to: node)
        } else if let node = node(state) {
            state.view = .node(node)
            state.table = TableState()
            remakeRows(&state)
        }
    }

    /// The hottest node; pressed again there, the next hottest, and the other way back.
    static func step(_ state: inout PlanDesk.State, hotter step: Int) -> PlanDesk.Requests {
        guard let plan = state.plan else { return [] }
        if case .node = state.view { openNode(&state) }
        let ranked = plan.ranked(by: .time)
        var target = 0
        if let last = state.lastHot, last == node(state), let here = ranked.firstIndex(of: last) {
            target = min(max(0, here + step), ranked.count - 1)
        }
        state.lastHot = ranked[target]
        moveCursor(&state, to: ranked[target])
        return []
    }

    /// Tree, by time, by rows, by error, and the tree again; the cursor stays on its node.
    static func rank(_ state: inout PlanDesk.State) {
        let node = node(state)
        switch state.view {
        case .ranked(.time): state.view = .ranked(.rows)
        case .ranked(.rows): state.view = .ranked(.error)
        case .ranked(.error): state.view = .tree
        case .tree, .comparison, .node, .advice: state.view = .ranked(.time)
        }
        state.table = TableState()
        remakeRows(&state)
        if state.view == .tree, let node { moveCursor(&state, to: node) }
    }

    static func focusBranch(_ state: inout PlanDesk.State) {
        guard state.view == .tree, let node = node(state) else { return }
        let isNarrowed = state.branch != 0
        state.branch = isNarrowed ? 0 : node
        remakeRows(&state)
        moveCursor(&state, to: isNarrowed ? node : state.branch)
    }

    /// The next node whose words hold what was searched; goes round at the ends.
    static func find(_ state: inout PlanDesk.State, step: Int) -> PlanDesk.Requests {
        guard let plan = state.plan, !state.search.isEmpty else { return [] }
        if case .node = state.view { openNode(&state) }
        let wanted = state.search.lowercased()
        let count = plan.nodes.count
        let start = node(state) ?? 0
        for distance in 1...count {
            let place = ((start + step * distance) % count + count) % count
            let node = plan.nodes[place]
            let words =
                [node.title, node.detail ?? ""].joined(separator: " ").lowercased()
                + node.badges.map(\.rawValue).joined(separator: " ")
            if words.contains(wanted) {
                moveCursor(&state, to: place)
                return []
            }
        }
        return [.notice(Notice(.info, "No operator holds '\(state.search)'."))]
    }
}
