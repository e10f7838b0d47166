import Domain

/// One connected part of a DAG under numbers of its own, `0..<nodeCount`.
struct ComponentGraph {
    /// The number that each node and each edge has in the whole graph.
    let nodes: [Int32]
    let edges: [Int32]
    let edgeFrom: [Int32]
    let edgeTo: [Int32]
    private let childStarts: [Int32]
    private let childList: [Int32]
    private let parentStarts: [Int32]
    private let parentList: [Int32]

    var nodeCount: Int { nodes.count }
    var edgeCount: Int { edgeFrom.count }

    init(nodes: [Int32], edges: [Int32], edgeFrom: [Int32], edgeTo: [Int32]) {
        self.nodes = nodes
        self.edges = edges
        self.edgeFrom = edgeFrom
        self.edgeTo = edgeTo
        (childStarts, childList) = Rows.build(
            count: nodes.count, keys: edgeFrom, values: edgeTo)
        (parentStarts, parentList) = Rows.build(
            count: nodes.count, keys: edgeTo, values: edgeFrom)
    }

    func children(_ node: Int32) -> ArraySlice<Int32> {
        childList[Int(childStarts[Int(node)])..<Int(childStarts[Int(node) + 1])]
    }

    func parents(_ node: Int32) -> ArraySlice<Int32> {
        parentList[Int(parentStarts[Int(node)])..<Int(parentStarts[Int(node) + 1])]
    }

    func parentCount(_ node: Int32) -> Int {
        Int(parentStarts[Int(node) + 1] - parentStarts[Int(node)])
    }

    func topologicalOrder() -> [Int32] {
        var waiting = (0..<nodeCount).map { parentCount(Int32($0)) }
        var order = (0..<Int32(nodeCount)).filter { waiting[Int($0)] == 0 }
        order.reserveCapacity(nodeCount)
        var next = 0
        while next < order.count {
            for child in children(order[next]) {
                waiting[Int(child)] -= 1
                if waiting[Int(child)] == 0 { order.append(child) }
            }
            next += 1
        }
        return order
    }

    /// The connected parts of `dag` in the order of their lowest nodes. O(nodes + edges).
    static func parts(of dag: DAG, edges: [DAG.Edge]) -> [ComponentGraph] {
        var part = [Int32](repeating: -1, count: dag.nodeCount)
        var local = [Int32](repeating: 0, count: dag.nodeCount)
        var members: [[Int32]] = []
        for start in 0..<dag.nodeCount where part[start] < 0 {
            let number = Int32(members.count)
            part[start] = number
            var found = [Int32(start)]
            var next = 0
            while next < found.count {
                let node = Int(found[next])
                next += 1
                for other in dag.children(of: node) where part[Int(other)] < 0 {
                    part[Int(other)] = number
                    found.append(other)
                }
                for other in dag.parents(of: node) where part[Int(other)] < 0 {
                    part[Int(other)] = number
                    found.append(other)
                }
            }
            found.sort()
            for (index, node) in found.enumerated() { local[Int(node)] = Int32(index) }
            members.append(found)
        }
        var edgeLists = [[Int32]](repeating: [], count: members.count)
        for (index, edge) in edges.enumerated() {
            edgeLists[Int(part[edge.from])].append(Int32(index))
        }
        return members.indices.map { index in
            ComponentGraph(
                nodes: members[index], edges: edgeLists[index],
                edgeFrom: edgeLists[index].map { local[edges[Int($0)].from] },
                edgeTo: edgeLists[index].map { local[edges[Int($0)].to] })
        }
    }
}

/// Lists of numbers by key in two flat arrays.
enum Rows {
    /// The values of each key in the order in which they are given: `list[starts[k]..<starts[k+1]]`.
    static func build(
        count: Int, keys: [Int32], values: [Int32]
    ) -> (starts: [Int32], list: [Int32]) {
        var starts = [Int32](repeating: 0, count: count + 1)
        for key in keys { starts[Int(key) + 1] += 1 }
        for key in 0..<count { starts[key + 1] += starts[key] }
        var fill = starts
        var list = [Int32](repeating: 0, count: keys.count)
        for (index, key) in keys.enumerated() {
            list[Int(fill[Int(key)])] = values[index]
            fill[Int(key)] += 1
        }
        return (starts, list)
    }
}
