import JSONText

/// Finds what each node of PostgreSQL's plan took by itself.
///
/// A node's time holds that of its children. Two kinds of children are different, since they run
/// when something else asks for them: a CTE runs within the scans that read it, an InitPlan within
/// the first node that needs its value. Their time is taken from those, and not from the parent.
struct TimesOfNodes {
    private enum Kind: Equatable {
        case ordinary
        case cte(String)
        /// With the parameters that it gives: `$0`.
        case initPlan([String])
    }

    private var kinds: [Kind] = []
    private var scannedCTEs: [String?] = []
    /// The expressions of each node, for the parameters in them.
    private var expressions: [String] = []

    mutating func add(_ json: JSONValue, _ node: PlanNode) {
        kinds.append(Self.kind(json))
        scannedCTEs.append(
            json["Node Type"]?.string == "CTE Scan" ? json["CTE Name"]?.string : nil)
        let keys = [
            "Filter", "Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter",
            "One-Time Filter", "TID Cond", "Output", "Sort Key", "Group Key", "Function Call",
        ]
        expressions.append(
            keys.compactMap { json[$0]?.planText }.joined(separator: " "))
    }

    private static func kind(_ json: JSONValue) -> Kind {
        guard json["Parent Relationship"]?.string == "InitPlan",
            let name = json["Subplan Name"]?.string
        else { return .ordinary }
        if name.hasPrefix("CTE ") { return .cte(String(name.dropFirst(4))) }
        // `InitPlan 1 (returns $0,$1)`; since version 17 `InitPlan 1`, used as `(InitPlan 1).col1`.
        guard let open = name.firstIndex(of: "(") else { return .initPlan(["(\(name))"]) }
        let inside = name[open...].split { "(), ".contains($0) }.filter { $0.hasPrefix("$") }
        return .initPlan(inside.map(String.init))
    }

    /// Sets the own time of every node.
    func setExclusive(in plan: inout QueryPlan) {
        var own = plan.nodes.map { $0.inclusiveMS ?? 0 }
        for place in plan.nodes.indices {
            let time = plan.nodes[place].inclusiveMS ?? 0
            guard let parent = plan.nodes[place].parent, time > 0 else { continue }
            switch kinds[place] {
            case .ordinary: own[parent] -= time
            case .cte(let name):
                let within = plan.nodes.indices.filter { scannedCTEs[$0] == name }
                share(time, among: within, plan, &own)
            case .initPlan(let parameters):
                share(time, among: users(of: parameters, place, parent, plan), plan, &own)
            }
        }
        for place in plan.nodes.indices where plan.nodes[place].inclusiveMS != nil {
            // Clocks are read apart, so a difference of nothing may be a little below.
            plan.nodes[place].exclusiveMS = max(0, own[place])
        }
    }

    /// Takes `time` from those who waited for it: by how long each ran, the first alone where only
    /// one can have.
    private func share(
        _ time: Double, among users: [Int], _ plan: QueryPlan, _ own: inout [Double]
    ) {
        let whole = users.reduce(0) { $0 + (plan.nodes[$1].inclusiveMS ?? 0) }
        guard whole > 0 else { return }
        for user in users {
            own[user] -= time * (plan.nodes[user].inclusiveMS ?? 0) / whole
        }
    }

    /// The node that ran an InitPlan: of those below its parent that use its value, the one that
    /// took the longest by itself; the parent where none of them does.
    private func users(
        of parameters: [String], _ place: Int, _ parent: Int, _ plan: QueryPlan
    ) -> [Int] {
        let inside = place..<plan.nodes[place].end
        let found = (parent..<plan.nodes[parent].end).filter { node in
            !inside.contains(node) && plan.nodes[node].loops != 0
                && parameters.contains { Self.mentions($0, in: expressions[node]) }
        }
        let ownTime = { (node: Int) -> Double in
            let below = plan.children(of: node).filter { kinds[$0] == .ordinary }
            return (plan.nodes[node].inclusiveMS ?? 0)
                - below.reduce(0) { $0 + (plan.nodes[$1].inclusiveMS ?? 0) }
        }
        return [found.max { ownTime($0) < ownTime($1) } ?? parent]
    }

    /// Whether `$1` stands in `text`, and not just as the beginning of `$12`.
    private static func mentions(_ parameter: String, in text: String) -> Bool {
        var rest = text[...]
        while let found = rest.firstRange(of: parameter) {
            rest = rest[found.upperBound...]
            if parameter.hasPrefix("(") { return true }
            if rest.first.map({ !$0.isNumber }) ?? true { return true }
        }
        return false
    }
}
