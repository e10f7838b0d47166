import Domain
import GraphLayout
import Testing

@Suite("The layered layout")
struct GraphLayoutTests {
    @Test("a diamond's branches leave and enter in the middle, without crossings")
    func diamond() throws {
        let dag = try DAG(
            nodeCount: 4,
            edges: [
                .init(from: 0, to: 1), .init(from: 0, to: 2), .init(from: 1, to: 3),
                .init(from: 2, to: 3),
            ])
        let layout = GraphLayout(dag, sizes: Array(repeating: .init(width: 5, height: 3), count: 4))
        #expect(layout.nodes.map(\.y) == [1, 0, 3, 1])
        #expect(layout.nodes.map(\.x) == [0, 8, 8, 16])
        #expect(LineCrossings(layout) == LineCrossings([]))
    }
}
