public import Domain

/// A part of a DAG, or a folded one, as a smaller DAG of its own, with the way back.
///
/// Views are made from views: fold first, then focus on a node of what is left, or the other way.
public struct GraphView: Equatable, Sendable {
    /// What a node of the view stands for.
    public enum Subject: Hashable, Sendable {
        /// A node of the whole graph.
        case node(Int)
        /// A folded group, by its number. One that waits for its own nodes by way of others cannot
        /// be one node of a DAG: it is shown as several, in the order of `part` (from 0).
        case group(Int, part: Int)
    }

    /// Which nodes to keep, as seen from one.
    public enum Focus: Hashable, Sendable {
        /// Those that can be reached over at most this many edges, in any direction.
        case around(hops: Int)
        /// All that the node waits for, and itself.
        case upstream
        /// All that wait for the node, and itself.
        case downstream
        case upstreamAndDownstream
    }

    public let dag: DAG
    public let subjects: [Subject]
    private let memberStarts: [Int32]
    private let memberList: [Int32]
    private let viewNodes: [Int32]

    /// The whole of `dag`, unfolded.
    public init(_ dag: DAG) {
        self.dag = dag
        subjects = (0..<dag.nodeCount).map { .node($0) }
        memberStarts = (0...Int32(dag.nodeCount)).map { $0 }
        memberList = (0..<Int32(dag.nodeCount)).map { $0 }
        viewNodes = memberList
    }

    private init(dag: DAG, subjects: [Subject], members: [[Int32]], wholeCount: Int) {
        self.dag = dag
        self.subjects = subjects
        var starts: [Int32] = [0]
        var list: [Int32] = []
        var back = [Int32](repeating: -1, count: wholeCount)
        for (number, nodes) in members.enumerated() {
            for node in nodes { back[Int(node)] = Int32(number) }
            list += nodes
            starts.append(Int32(list.count))
        }
        (memberStarts, memberList, viewNodes) = (starts, list, back)
    }

    /// The nodes of the whole graph that `node` of the view stands for, ascending.
    public func members(of node: Int) -> ArraySlice<Int32> {
        memberList[Int(memberStarts[node])..<Int(memberStarts[node + 1])]
    }

    /// The node of the view in which a node of the whole graph is shown; nil where it is left out.
    public func viewNode(showing node: Int) -> Int? {
        viewNodes[node] >= 0 ? Int(viewNodes[node]) : nil
    }

    /// The view with each of `folded` groups as one node (or a few: see ``Subject``), edges merged.
    /// O(nodes + edges).
    ///
    /// - Parameter groups: the group of each node of the whole graph, by any number; nil for none.
    /// - Precondition: one entry a node of the whole graph.
    public func folding(_ folded: Set<Int>, groups: [Int?]) -> GraphView {
        precondition(groups.count == viewNodes.count, "one group a node of the whole graph")
        // Blocks are groups to fold or single nodes.
        var block = [Int32](repeating: -1, count: dag.nodeCount)
        var groupOfBlock: [Int?] = []
        var blockOfGroup: [Int: Int32] = [:]
        for node in 0..<dag.nodeCount {
            guard case .node(let whole) = subjects[node], let group = groups[whole],
                folded.contains(group)
            else {
                block[node] = Int32(groupOfBlock.count)
                groupOfBlock.append(nil)
                continue
            }
            if let known = blockOfGroup[group] {
                block[node] = known
            } else {
                blockOfGroup[group] = Int32(groupOfBlock.count)
                block[node] = Int32(groupOfBlock.count)
                groupOfBlock.append(group)
            }
        }
        let stages = stages(of: block, count: groupOfBlock.count)
        // A node of the new view for each block and stage, in the order of their first nodes.
        var numbers: [SIMD2<Int32>: Int] = [:]
        var members: [[Int32]] = []
        var kinds: [(node: Int, group: Int?, stage: Int32)] = []
        var target = [Int](repeating: 0, count: dag.nodeCount)
        for node in 0..<dag.nodeCount {
            let group = groupOfBlock[Int(block[node])]
            let key = SIMD2(block[node], group == nil ? 0 : stages[node])
            if let known = numbers[key] {
                target[node] = known
            } else {
                target[node] = members.count
                numbers[key] = members.count
                members.append([])
                kinds.append((node, group, stages[node]))
            }
            members[target[node]] += self.members(of: node)
        }
        var parts: [Int: [Int32]] = [:]
        for kind in kinds {
            if let group = kind.group { parts[group, default: []].append(kind.stage) }
        }
        for group in parts.keys { parts[group]?.sort() }
        let shown = kinds.map { kind in
            kind.group.map { group in
                Subject.group(group, part: parts[group]?.firstIndex(of: kind.stage) ?? 0)
            } ?? self.subjects[kind.node]
        }
        let edges = dag.edges.compactMap { edge -> DAG.Edge? in
            let (from, to) = (target[edge.from], target[edge.to])
            return from == to ? nil : DAG.Edge(from: from, to: to)
        }
        return rebuilt(shown, members.map { $0.sorted() }, edges)
    }

    /// The view reduced to what `focus` keeps, seen from `node` of this view.
    public func focused(_ focus: Focus, on node: Int) -> GraphView {
        precondition(subjects.indices.contains(node), "node \(node) of \(subjects.count)")
        var keeps = [Bool](repeating: false, count: subjects.count)
        keeps[node] = true
        switch focus {
        case .upstream:
            for other in dag.ancestors(of: [node]) { keeps[other] = true }
        case .downstream:
            for other in dag.descendants(of: [node]) { keeps[other] = true }
        case .upstreamAndDownstream:
            for other in dag.ancestors(of: [node]) { keeps[other] = true }
            for other in dag.descendants(of: [node]) { keeps[other] = true }
        case .around(let hops):
            var edge = [Int32(node)]
            var left = hops
            while left > 0, !edge.isEmpty {
                left -= 1
                var next: [Int32] = []
                for one in edge {
                    for other in [dag.children(of: Int(one)), dag.parents(of: Int(one))].joined()
                    where !keeps[Int(other)] {
                        keeps[Int(other)] = true
                        next.append(other)
                    }
                }
                edge = next
            }
        }
        let kept = keeps.indices.filter { keeps[$0] }
        var numbers = [Int](repeating: -1, count: keeps.count)
        for (number, node) in kept.enumerated() { numbers[node] = number }
        let edges = dag.edges.compactMap { edge -> DAG.Edge? in
            keeps[edge.from] && keeps[edge.to]
                ? DAG.Edge(from: numbers[edge.from], to: numbers[edge.to]) : nil
        }
        return rebuilt(
            kept.map { subjects[$0] }, kept.map { Array(members(of: $0)) }, edges)
    }

    private func rebuilt(
        _ subjects: [Subject], _ members: [[Int32]], _ edges: [DAG.Edge]
    ) -> GraphView {
        do {
            let dag = try DAG(nodeCount: subjects.count, edges: edges)
            return GraphView(
                dag: dag, subjects: subjects, members: members, wholeCount: viewNodes.count)
        } catch {
            preconditionFailure("folding made the cycle \(error.path)")
        }
    }

    /// For each node how many blocks lie before it on the longest way through those blocks that
    /// take part in cycles; 0 for all others. Nodes of one block and stage make no cycle: between
    /// blocks of the cyclic core each edge leads to a higher stage.
    private func stages(of block: [Int32], count: Int) -> [Int32] {
        var stages = [Int32](repeating: 0, count: dag.nodeCount)
        let edges = dag.edges.compactMap { edge -> (from: Int32, to: Int32)? in
            let (from, to) = (block[edge.from], block[edge.to])
            return from == to ? nil : (from, to)
        }
        let isCyclic = Self.cyclicCore(edges, count: count)
        guard isCyclic.contains(true) else { return stages }
        for node in dag.topologicalOrder() where isCyclic[Int(block[node])] {
            for child in dag.children(of: node) where isCyclic[Int(block[Int(child)])] {
                let step: Int32 = block[node] == block[Int(child)] ? 0 : 1
                stages[Int(child)] = max(stages[Int(child)], stages[node] + step)
            }
        }
        return stages
    }

    /// What is left after blocks that nothing enters, and blocks that nothing leaves, are taken
    /// away again and again.
    private static func cyclicCore(_ edges: [(from: Int32, to: Int32)], count: Int) -> [Bool] {
        var isLeft = [Bool](repeating: true, count: count)
        for (starts, ends) in [
            (edges.map(\.from), edges.map(\.to)), (edges.map(\.to), edges.map(\.from)),
        ] {
            let rows = Rows.build(count: count, keys: starts, values: ends)
            var waiting = [Int32](repeating: 0, count: count)
            for end in ends { waiting[Int(end)] += 1 }
            var free = (0..<count).filter { waiting[$0] == 0 }
            while let one = free.popLast() {
                isLeft[one] = false
                for entry in Int(rows.starts[one])..<Int(rows.starts[one + 1]) {
                    let other = Int(rows.list[entry])
                    waiting[other] -= 1
                    if waiting[other] == 0 { free.append(other) }
                }
            }
        }
        return isLeft
    }
}
