/// What the name of a plan's node tells.
struct PlanNodeTraits: OptionSet, Sendable {
    let rawValue: UInt16
    /// Exchanges between stages.
    static let exchange = PlanNodeTraits(rawValue: 1)
    static let broadcastExchange = PlanNodeTraits(rawValue: 2)
    /// Every name that ends so.
    static let namedExchange = PlanNodeTraits(rawValue: 4)
    /// Nodes that only say how others run.
    static let wrapper = PlanNodeTraits(rawValue: 8)
    /// Run by Python's workers.
    static let python = PlanNodeTraits(rawValue: 16)
    static let scan = PlanNodeTraits(rawValue: 32)
    /// Reading what was kept.
    static let kept = PlanNodeTraits(rawValue: 64)
    /// Computes something worth keeping.
    static let work = PlanNodeTraits(rawValue: 128)
    static let project = PlanNodeTraits(rawValue: 256)

    /// Of each name once: there are few, however many nodes.
    struct Names {
        private var known: [String: PlanNodeTraits] = [:]

        mutating func traits(of name: String) -> PlanNodeTraits {
            if let traits = known[name] { return traits }
            let traits = PlanNodeTraits(name: name.trimmed)
            known[name] = traits
            return traits
        }
    }

    init(rawValue: UInt16) { self.rawValue = rawValue }

    init(name: String) {
        var traits: PlanNodeTraits = []
        if name == "Exchange" || name == "ShuffleExchange" || name.hasSuffix("ColumnarExchange") {
            traits.insert(.exchange)
        }
        if name.hasSuffix("BroadcastExchange") { traits.insert(.broadcastExchange) }
        if name.hasSuffix("Exchange") { traits.insert(.namedExchange) }
        if name.hasPrefix("WholeStageCodegen") || name.hasSuffix("QueryStage")
            || Self.wrappers.contains(name)
        {
            traits.insert(.wrapper)
        }
        if PythonUDFRule.names.contains(name) { traits.insert(.python) }
        if name.hasPrefix("Scan ") || name.hasPrefix("BatchScan") { traits.insert(.scan) }
        if name.hasPrefix("InMemoryTableScan") || name.hasPrefix("ReusedExchange") {
            traits.insert(.kept)
        }
        if name == "Project" { traits.insert(.project) }
        let isWork =
            traits.contains(.exchange) || traits.contains(.scan)
            || ["Join", "Aggregate", "Python", "Pandas", "Sort", "Window"]
                .contains { name.contains($0) }
            || name == "Generate" || name.hasPrefix("MapPartitions")
        if isWork { traits.insert(.work) }
        self = traits
    }

    private static let wrappers: Set = [
        "InputAdapter", "AdaptiveSparkPlan", "AQEShuffleRead", "CustomShuffleReader",
        "ColumnarToRow", "RowToColumnar", "ResultQueryStage",
    ]
}
