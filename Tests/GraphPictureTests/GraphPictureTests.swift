import Domain
import GraphLayout
import GraphPicture
import Testing

@Suite("The graph as text")
struct GraphPictureTests {
    @Test("a diamond is a diamond")
    func diamond() throws {
        let names = ["extract", "clean", "check", "load"]
        let dag = try DAG(
            nodeCount: 4,
            edges: [
                .init(from: 0, to: 1), .init(from: 0, to: 2), .init(from: 1, to: 3),
                .init(from: 2, to: 3),
            ])
        let layout = GraphLayout(
            dag,
            sizes: names.map {
                GraphDensity.box.extent(labelWidth: $0.utf8.count, detailWidth: 0)
            }, options: GraphDensity.box.options(.leftToRight))
        let text = GraphText.text(GraphPicture(layout)) { .init(label: names[$0], sign: "✔") }
        #expect(
            text == """
                                ╭─────────╮
                ╭───────────╮ ╭▶│ ✔ clean ├─╮ ╭────────╮
                │ ✔ extract ├─┤ ╰─────────╯ ├▶│ ✔ load │
                ╰───────────╯ │ ╭─────────╮ │ ╰────────╯
                              ╰▶│ ✔ check ├─╯
                                ╰─────────╯

                """)
    }
}
