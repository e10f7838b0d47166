import Domain
import GraphLayout
import Testing

@Suite("The layered layout")
struct GraphLayoutTests {
    private func boxes(_ count: Int) -> [GraphLayout.Extent] {
        Array(repeating: .init(width: 5, height: 3), count: count)
    }

    @Test("a diamond's branches leave and enter in the middle, without crossings")
    func diamond() throws {
        let dag = try RandomGraphs.make(4, [(0, 1), (0, 2), (1, 3), (2, 3)])
        let layout = GraphLayout(dag, sizes: boxes(4))
        #expect(layout.nodes.map(\.y) == [1, 0, 3, 1])
        #expect(layout.nodes.map(\.x) == [0, 8, 8, 16])
        #expect(layout.size == .init(width: 21, height: 6))
        #expect(
            layout.points(ofEdge: 1) == [
                .init(x: 4, y: 2), .init(x: 6, y: 2), .init(x: 6, y: 4), .init(x: 8, y: 4),
            ])
        #expect(LineCrossings(layout) == LineCrossings([]))
    }

    @Test("no nodes give an empty picture, one node gives its own size")
    func smallest() throws {
        #expect(
            GraphLayout(try DAG(nodeCount: 0, edges: []), sizes: []).size
                == .init(width: 0, height: 0))
        let one = GraphLayout(try DAG(nodeCount: 1, edges: []), sizes: boxes(1))
        #expect(one.size == .init(width: 5, height: 3))
        #expect(one.nodes == [.init(x: 0, y: 0, width: 5, height: 3)])
    }

    @Test("a hub whose children each have another parent stands a rank earlier: no crossings")
    func hub() throws {
        // Node 0 leads to 11…20, and so does each of 1…10 to one of them; all meet in 21.
        var pairs: [(Int, Int)] = []
        for index in 1...10 {
            pairs += [(0, index + 10), (index, index + 10), (index + 10, 21)]
        }
        let layout = GraphLayout(try RandomGraphs.make(22, pairs), sizes: boxes(22))
        #expect(LineCrossings(layout) == LineCrossings([]))
        #expect(layout.nodes[0].x < layout.nodes[1].x)
    }

    @Test(
        "every layout of a random graph is sound, in both directions",
        arguments: Array(UInt64(0)..<30))
    func soundness(seed: UInt64) throws {
        let dag = try RandomGraphs.any(seed: seed)
        let sizes = RandomGraphs.sizes(dag.nodeCount, seed: seed).map {
            GraphLayout.Extent(width: $0.width, height: $0.height)
        }
        for direction in GraphLayout.Direction.allCases {
            for gap in 0...1 {
                let options = GraphLayout.Options(
                    direction: direction, nodeGap: gap, lineGap: gap, effort: 100_000)
                let layout = GraphLayout(dag, sizes: sizes, options: options)
                #expect(layout.nodes.map { .init(width: $0.width, height: $0.height) } == sizes)
                #expect(Soundness.problems(of: layout, dag) == [])
                #expect(layout == GraphLayout(dag, sizes: sizes, options: options))
            }
        }
    }

    @Test("hostile sizes are brought into bounds")
    func hostileSizes() throws {
        let dag = try RandomGraphs.make(3, [(0, 1), (1, 2)])
        let layout = GraphLayout(
            dag,
            sizes: [
                .init(width: -4, height: 0), .init(width: .max, height: .max),
                .init(width: 1, height: 1),
            ])
        #expect(layout.nodes[0].width == 1)
        #expect(layout.nodes[1].width == GraphLayout.largestNodeSide)
        #expect(Soundness.problems(of: layout, dag) == [])
    }
}

@Suite("Layouts of extreme graphs")
struct ExtremeGraphTests {
    private func layout(_ dag: DAG, _ direction: GraphLayout.Direction = .leftToRight)
        -> GraphLayout
    {
        GraphLayout(
            dag, sizes: Array(repeating: .init(width: 3, height: 1), count: dag.nodeCount),
            options: .init(direction: direction, effort: 2_000_000))
    }

    @Test("a chain is one straight line")
    func chain() throws {
        let dag = try RandomGraphs.make(20_000, (1..<20_000).map { ($0 - 1, $0) })
        let layout = layout(dag)
        #expect(layout.size == .init(width: 20_000 * 6 - 3, height: 1))
        #expect(layout.points(ofEdge: 9).count == 2)
    }

    @Test("a fan out and in takes one row a branch and one track a side")
    func fan() throws {
        let count = 2000
        let dag = try RandomGraphs.make(
            count + 2, (1...count).flatMap { [(0, $0), ($0, count + 1)] })
        let layout = layout(dag)
        #expect(layout.size == .init(width: 3 * 3 + 2 * 3, height: count))
        #expect(abs(layout.nodes[0].y - count / 2) <= 1)
        #expect(abs(layout.nodes[count + 1].y - count / 2) <= 1)
    }

    @Test("everything to everything is drawn without two lines on one cell")
    func bipartite() throws {
        let dag = try RandomGraphs.make(
            40, (0..<20).flatMap { a in (20..<40).map { (a, $0) } })
        #expect(Soundness.problems(of: layout(dag), dag) == [])
    }

    @Test("nodes without edges stand in a block the shape of a screen")
    func loose() throws {
        let layout = layout(try DAG(nodeCount: 2000, edges: []))
        #expect(Double(layout.size.width) / Double(layout.size.height) > 2.5)
        #expect(Double(layout.size.width) / Double(layout.size.height) < 6)
    }

    @Test("edges too long for bend points in every rank run in lanes outside")
    func lanes() throws {
        // A chain with an edge from its first node, and from others, to far ones.
        var random = RandomGraphs.Generator(state: 3)
        var pairs = (1..<600).map { ($0 - 1, $0) }
        for _ in 0..<200 {
            let from = random.next(below: 100)
            pairs.append((from, 400 + random.next(below: 199)))
        }
        let dag = try RandomGraphs.make(600, pairs)
        for direction in GraphLayout.Direction.allCases {
            #expect(Soundness.problems(of: layout(dag, direction), dag) == [])
        }
    }
}
