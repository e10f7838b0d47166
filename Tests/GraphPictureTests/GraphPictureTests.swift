import Domain
import GraphLayout
import GraphPicture
import Screen
import Testing

@Suite("A window on a graph")
struct GraphPictureTests {
    @Test("any window shows just what the whole picture has there", arguments: [3, 17, 40])
    func windows(width: Int) throws {
        for direction in GraphLayout.Direction.allCases {
            let graph = try DrawnGraph(
                "in left out", "in right out", "in middle end out", "left end", "right more",
                "alone", direction: direction)
            let size = graph.picture.layout.size
            var whole = Grid(size: Size(width: size.width, height: size.height))
            graph.picture.draw(
                from: Point(x: 0, y: 0), in: whole.bounds, on: &whole, look: graph.look)
            for x in stride(from: -2, through: size.width, by: 5) {
                for y in stride(from: -2, through: size.height, by: 3) {
                    var part = Grid(size: Size(width: width + 2, height: 6))
                    let area = Rect(x: 1, y: 1, width: width, height: 4)
                    graph.picture.draw(
                        from: Point(x: x, y: y), in: area, on: &part, look: graph.look)
                    for row in 0..<6 {
                        for column in 0..<(width + 2) {
                            let inside = area.contains(Point(x: column, y: row))
                            let expected =
                                inside ? whole[x + column - 1, y + row - 1].text : " "
                            #expect(
                                part[column, row].text == expected,
                                "\(direction) window at \(x),\(y), cell \(column),\(row)")
                        }
                    }
                }
            }
        }
    }

    @Test("the edges of the node under the cursor are active, those of the path stand out")
    func accents() throws {
        let graph = try DrawnGraph("a b d", "a c d", density: .line)
        let size = graph.picture.layout.size
        var grid = Grid(size: Size(width: size.width, height: size.height))
        let cursor = try #require(graph.node("b"))
        let path = try ["a", "c", "d"].map { try #require(graph.node($0)) }
        graph.picture.draw(
            from: Point(x: 0, y: 0), in: grid.bounds, on: &grid,
            accents: .init(cursor: cursor, path: path), look: graph.look)
        #expect(
            grid.roleMap == """
                 g s aaa g s aaa g s
                      11 g s 11
                """)
        #expect(
            grid.surfaceMap == """
                        SSSSS
                """)
        #expect(grid[0, 0].emphasis == .bold)
    }

    @Test("a label that is too long ends with an ellipsis before its detail")
    func longLabel() throws {
        let dag = try DAG(nodeCount: 1, edges: [])
        let picture = GraphPicture(
            GraphLayout(dag, sizes: [GraphDensity.box.extent(labelWidth: 6, detailWidth: 3)]))
        let text = GraphText.text(picture) { _ in
            .init(label: "very\u{1B}[31m long", sign: "✔", detail: "12s")
        }
        #expect(
            text == """
                ╭──────────────╮
                │ ✔ very␛… 12s │
                ╰──────────────╯

                """)
    }

    @Test("keys walk along edges to the nearest node and across ranks to the next")
    func walking() throws {
        let graph = try DrawnGraph("a b e", "a c e", "a d e")
        let picture = graph.picture
        func go(_ name: String, _ step: GraphPicture.Step) -> String? {
            graph.node(name).flatMap { picture.neighbour(of: $0, step) }.map { graph.names[$0] }
        }
        #expect(go("a", .child) == "c")
        #expect(go("c", .child) == "e")
        #expect(go("d", .parent) == "a")
        #expect(go("a", .parent) == nil)
        #expect(go("b", .nextSibling) == "c")
        #expect(go("c", .previousSibling) == "b")
        #expect(go("b", .previousSibling) == nil)
        #expect(go("d", .nextSibling) == nil)
    }

    @Test("the node at a cell is found, and nothing between nodes")
    func hit() throws {
        let graph = try DrawnGraph("a b")
        #expect(graph.picture.node(at: Point(x: 3, y: 1)) == graph.node("a"))
        #expect(graph.picture.node(at: Point(x: 8, y: 1)) == nil)
        #expect(graph.picture.node(at: Point(x: -1, y: 0)) == nil)
    }

    @Test("the mini-map shows every node, the gravest first, and frames the window")
    func miniMap() throws {
        let graph = try DrawnGraph("a b e", "a c e", "a d e")
        var grid = Grid(size: Size(width: 14, height: 3))
        graph.picture.drawMiniMap(
            in: grid.bounds, on: &grid, window: Rect(x: 0, y: 0, width: 12, height: 9)
        ) { node in
            graph.names[node] == "d"
                ? .init(role: .stateFailed, weight: 9) : .init(role: .stateSuccess, weight: 1)
        }
        #expect(
            grid.text == """
                ┌────████
                ████ ████ ████
                └────████
                """)
        #expect(grid.roleMap.contains("f"))
    }
}
