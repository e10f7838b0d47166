import Domain
import Foundation
import GraphLayout
import GraphPicture
import Screen

/// A graph as the files of the shared folder hold it.
private struct GraphFile: Decodable {
    var name: String
    var nodes: [String]
    var edges: [[String]]

    func dag() throws -> DAG {
        let numbers = Dictionary(
            nodes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return try DAG(
            nodeCount: nodes.count,
            edges: edges.compactMap { pair in
                guard pair.count == 2, let from = numbers[pair[0]], let to = numbers[pair[1]] else {
                    return nil
                }
                return DAG.Edge(from: from, to: to)
            })
    }
}

/// Lays out real and made-up graphs, beside graphviz on the same ones in the same run.
///
/// Arguments: `[FOLDER of graphs as JSON] [--picture NAME [--down] [--line|--cell] [--ascii]]`.
func runGraphBenchmark(arguments: [String]) throws {
    let folder = arguments.first.flatMap { $0.hasPrefix("--") ? nil : $0 } ?? "../shared/dags"
    let url = URL(filePath: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: url.path).filter {
        $0.hasSuffix(".json") && $0 != "dot-baseline.json"
    }.sorted()
    let files = try names.map {
        try JSONDecoder().decode(GraphFile.self, from: Data(contentsOf: url.appending(path: $0)))
    }
    if let index = arguments.firstIndex(of: "--picture"), index + 1 < arguments.count {
        for file in files where file.name.contains(arguments[index + 1]) {
            try printPicture(file, arguments)
        }
        return
    }
    for file in files {
        let dag = try file.dag()
        var layout: GraphLayout?
        let clock = ContinuousClock()
        let time = clock.measure { layout = lay(dag, file.nodes) }
        guard let layout else { continue }
        let crossings = dag.edgeCount <= 1600 ? LineCrossings(layout) : nil
        print(
            file.name, dag.nodeCount, dag.edgeCount, layout.size, time,
            crossings.map { "\($0.crossing) + \($0.touching)" } ?? "")
    }
}

private func lay(
    _ dag: DAG, _ names: [String], _ density: GraphDensity = .box,
    _ direction: GraphLayout.Direction = .leftToRight
) -> GraphLayout {
    GraphLayout(
        dag,
        sizes: names.map {
            density.extent(labelWidth: min(24, $0.unicodeScalars.count), detailWidth: 3)
        },
        options: density.options(direction))
}

private func printPicture(_ file: GraphFile, _ arguments: [String]) throws {
    let density: GraphDensity =
        arguments.contains("--line") ? .line : arguments.contains("--cell") ? .cell : .box
    let layout = lay(
        try file.dag(), file.nodes, density,
        arguments.contains("--down") ? .topDown : .leftToRight)
    print(file.name, layout.size.width, "×", layout.size.height)
    GraphText.write(
        GraphPicture(layout), charset: arguments.contains("--ascii") ? .ascii : .unicode,
        look: { .init(label: file.nodes[$0], sign: "✔", detail: "12s") }, emit: { print($0) })
}
