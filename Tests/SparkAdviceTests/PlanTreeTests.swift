import SparkLog
import Testing

@testable import SparkAdvice

@Suite("Plans as rules see them")
struct PlanTreeTests {
    /// A node as the log tells it, and what is expected of it.
    private final class Made {
        let name: String
        var children: [Made] = []
        var metrics: [(id: Int, name: String, stages: [Int])] = []
        init(_ name: String) { self.name = name }

        var json: String {
            #"{"nodeName":"\#(name)","simpleString":"\#(name) x","children":["#
                + children.map(\.json).joined(separator: ",") + #"],"metadata":{},"metrics":["#
                + metrics.map {
                    #"{"name":"\#($0.name)","accumulatorId":\#($0.id),"metricType":"sum"}"#
                }.joined(separator: ",") + "]}"
        }

        var inOrder: [Made] { [self] + children.flatMap(\.inOrder) }

        func ownStages() -> Set<Int> {
            let writers = ["shuffle bytes written", "shuffle records written", "data size"]
            let own = metrics.filter { !name.hasSuffix("Exchange") || writers.contains($0.name) }
            return Set(own.flatMap(\.stages))
        }
    }

    @Test(
        "children, stages and figures are those of the tree, however it is grown",
        arguments: 0..<50)
    func tree(seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let names = [
            "Exchange", "BroadcastExchange", "GpuColumnarExchange", "Project", "SortMergeJoin",
            "WholeStageCodegen (1)", "BatchEvalPython", "Scan parquet ", "InputAdapter",
        ]
        let metricNames = [
            "shuffle bytes written", "data size", "records read", "duration",
            "number of files read", "number of written files",
        ]
        var lines: [String] = []
        var roots: [Made] = []
        var updates: [(id: Int, stage: Int)] = []
        // More than are worth two threads.
        for execution in 0..<70 {
            let root = Made(names[next(names.count)])
            var all = [root]
            for _ in 0..<next(12) {
                let child = Made(names[next(names.count)])
                all[next(all.count)].children.append(child)
                all.append(child)
            }
            for node in all {
                for _ in 0..<next(4) {
                    let id = updates.count + 1_000 * execution + next(3) * 100_000
                    let stages = (0..<next(3)).map { _ in next(9) }
                    node.metrics.append((id, metricNames[next(metricNames.count)], stages))
                    updates += stages.map { (id, $0) }
                    updates.append((-1, 0))
                }
            }
            roots.append(root)
            lines.append(
                #"{"Event":"x.SparkListenerSQLExecutionStart","executionId":\#(execution),"#
                    + #""sparkPlanInfo":\#(root.json),"time":5}"#)
        }
        // Stage 0 first, so that positions are ids.
        lines += (0..<9).map { Self.taskEnd(stage: $0, id: nil) }
        lines += updates.filter { $0.id >= 0 }.map { Self.taskEnd(stage: $0.stage, id: $0.id) }
        var reader = EventLogReader()
        reader.feed(Array((lines.joined(separator: "\n") + "\n").utf8))
        let plans = PlanProfile.all(of: reader.currentApplication)
        #expect(plans.map(\.id) == (0..<70).map { Int64($0) })
        for (plan, root) in zip(plans, roots) { Self.compare(plan, root) }
    }

    private static func compare(_ plan: PlanProfile, _ root: Made) {
        let order = root.inOrder
        #expect(plan.nodes.map(\.detail) == order.map { $0.name + " x" })
        var expected: [Set<Int>] = [Set<Int>](repeating: [], count: order.count)
        for (position, made) in order.enumerated() {
            let node = plan.nodes[position]
            let children = node.children.map { plan.nodes[$0].detail }
            #expect(children == made.children.map { $0.name + " x" })
            for (child, madeChild) in zip(node.children, made.children) {
                #expect(order[child] === madeChild)
            }
            let parent = order.firstIndex { $0.children.contains { $0 === made } }
            let isExchange = made.name == "Exchange" || made.name == "GpuColumnarExchange"
            expected[position] = made.ownStages()
            if expected[position].isEmpty, !isExchange, let parent {
                expected[position] = expected[parent]
            }
            #expect(node.stages == expected[position].sorted())
            #expect(node.isExchange == isExchange)
            #expect(node.name == (made.name.hasSuffix(" ") ? "Scan parquet" : made.name))
            let sum = made.metrics.first { $0.name == "data size" && !$0.stages.isEmpty }
            #expect(node.total("data size") == sum.map { Int64($0.stages.count) })
            let reads = made.metrics.first { $0.name == "records read" && $0.stages.contains(4) }
            #expect(node.isUpdated(inStage: 4, ["records read"]) == (reads != nil))
        }
        let two = order.indices.filter { order[$0].children.count == 2 }
        #expect(plan.places.joins == two)
        let reading = order.indices.filter {
            order[$0].metrics.contains { $0.name == "number of files read" && !$0.stages.isEmpty }
        }
        #expect(plan.places.readers == reading)
        #expect(
            plan.places.python == order.indices.filter { order[$0].name == "BatchEvalPython" })
    }

    private static func taskEnd(stage: Int, id: Int?) -> String {
        let update = id.map { #"{"ID":\#($0),"Name":"n","Update":"1","Value":"1"}"# } ?? ""
        return #"{"Event":"SparkListenerTaskEnd","Stage ID":\#(stage),"Stage Attempt ID":0,"#
            + #""Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":1,"Index":0,"#
            + #""Launch Time":1400,"Executor ID":"1","Host":"h1","Finish Time":1500,"#
            + #""Accumulables":[\#(update)]}}"#
    }
}
