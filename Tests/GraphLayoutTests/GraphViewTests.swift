import Domain
import GraphLayout
import Testing

@Suite("Folded and focused graphs")
struct GraphViewTests {
    // extract → (clean → check) → load → report, with the pair in group 1
    private func chain() throws -> GraphView {
        GraphView(try RandomGraphs.make(5, [(0, 1), (1, 2), (2, 3), (3, 4)]))
    }

    @Test("a folded group is one node with the edges of its members")
    func fold() throws {
        let view = try chain().folding([1], groups: [nil, 1, 1, nil, nil])
        #expect(view.subjects == [.node(0), .group(1, part: 0), .node(3), .node(4)])
        #expect(
            view.dag.edges == [.init(from: 0, to: 1), .init(from: 1, to: 2), .init(from: 2, to: 3)])
        #expect(Array(view.members(of: 1)) == [1, 2])
        #expect(view.viewNode(showing: 2) == 1)
        #expect(view.viewNode(showing: 4) == 3)
    }

    @Test("groups that are not folded stay as they are")
    func open() throws {
        #expect(try chain().folding([], groups: [nil, 1, 1, nil, nil]) == chain())
    }

    @Test("a group that waits for itself by way of another task is shown in parts")
    func cycle() throws {
        let view = try chain().folding([7], groups: [nil, 7, nil, 7, nil])
        #expect(
            view.subjects == [
                .node(0), .group(7, part: 0), .node(2), .group(7, part: 1), .node(4),
            ])
        #expect(view.dag.edgeCount == 4)
    }

    @Test("any folding of any graph is free of cycles and loses no node", arguments: UInt64(0)..<80)
    func random(seed: UInt64) throws {
        let dag = try RandomGraphs.any(seed: seed)
        var random = RandomGraphs.Generator(state: seed)
        let groups = (0..<dag.nodeCount).map { _ -> Int? in
            let group = random.next(below: 6)
            return group == 0 ? nil : group
        }
        let view = GraphView(dag).folding([1, 2, 3, 4], groups: groups)
        let shown = view.subjects.indices.flatMap { view.members(of: $0).map { Int($0) } }
        #expect(shown.sorted() == Array(0..<dag.nodeCount))
        for edge in dag.edges {
            let from = try #require(view.viewNode(showing: edge.from))
            let to = try #require(view.viewNode(showing: edge.to))
            #expect(from == to || view.dag.children(of: from).contains(Int32(to)))
        }
    }

    @Test("a focus keeps what it names and maps back")
    func focus() throws {
        let view = try chain()
        #expect(view.focused(.upstream, on: 2).subjects == [.node(0), .node(1), .node(2)])
        #expect(view.focused(.downstream, on: 3).subjects == [.node(3), .node(4)])
        #expect(view.focused(.around(hops: 1), on: 2).subjects == [.node(1), .node(2), .node(3)])
        #expect(view.focused(.around(hops: 0), on: 2).subjects == [.node(2)])
        #expect(view.focused(.upstreamAndDownstream, on: 1) == view)
        let near = view.focused(.around(hops: 1), on: 4)
        #expect(near.viewNode(showing: 4) == 1)
        #expect(near.viewNode(showing: 0) == nil)
        #expect(near.dag.edges == [.init(from: 0, to: 1)])
    }
}
