import Domain
import GraphLayout
import GraphPicture
import Screen

/// A graph by names, drawn.
struct DrawnGraph {
    let names: [String]
    let picture: GraphPicture

    init(
        _ arrows: String..., density: GraphDensity = .box,
        direction: GraphLayout.Direction = .leftToRight, detail: String = ""
    ) throws {
        var names: [String] = []
        var edges: [DAG.Edge] = []
        func number(_ name: String) -> Int {
            if let known = names.firstIndex(of: name) { return known }
            names.append(name)
            return names.count - 1
        }
        for arrow in arrows {
            let path = arrow.split(separator: " ").map { number(String($0)) }
            edges += zip(path, path.dropFirst()).map { DAG.Edge(from: $0, to: $1) }
        }
        self.names = names
        picture = GraphPicture(
            GraphLayout(
                try DAG(nodeCount: names.count, edges: edges),
                sizes: names.map {
                    density.extent(
                        labelWidth: DisplayWidth.of($0), detailWidth: DisplayWidth.of(detail))
                }, options: density.options(direction)))
    }

    func look(_ node: Int) -> GraphPicture.NodeLook {
        .init(label: names[node], sign: "✔", role: .stateSuccess)
    }

    func text(_ charset: Charset = .unicode) -> String {
        GraphText.text(picture, charset: charset, look: look)
    }

    func node(_ name: String) -> Int? { names.firstIndex(of: name) }
}
