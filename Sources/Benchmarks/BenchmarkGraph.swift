import Domain
import Foundation
import GraphLayout
import GraphPicture
import Screen

/// A graph to lay out, real or made up.
struct BenchmarkGraph {
    var name: String
    var names: [String]
    var dag: DAG

    /// A graph as the files of the shared folder hold it.
    private struct File: Decodable {
        var name: String
        var nodes: [String]
        var edges: [[String]]
    }

    /// The graphs of all files in `folder` that hold one; none where there is no such folder.
    static func load(folder: String) throws -> [BenchmarkGraph] {
        let url = URL(filePath: folder)
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path).filter {
            $0.hasSuffix(".json")
        }.sorted()
        return try names.compactMap { name in
            let data = try Data(contentsOf: url.appending(path: name))
            guard let file = try? JSONDecoder().decode(File.self, from: data) else { return nil }
            let numbers = Dictionary(
                file.nodes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            let edges = file.edges.compactMap { pair -> DAG.Edge? in
                guard pair.count == 2, let from = numbers[pair[0]], let to = numbers[pair[1]] else {
                    return nil
                }
                return DAG.Edge(from: from, to: to)
            }
            return BenchmarkGraph(
                name: file.name, names: file.nodes,
                dag: try DAG(nodeCount: file.nodes.count, edges: edges))
        }
    }

    /// Kinds of graphs that the real ones lack.
    static func made() throws -> [BenchmarkGraph] {
        var graphs = [
            try layered(nodes: 100, edges: 170, ranks: 10, seed: 1),
            try layered(nodes: 400, edges: 700, ranks: 20, seed: 2),
            try layered(nodes: 1000, edges: 1500, ranks: 30, seed: 3),
        ]
        var edges: [DAG.Edge] = []
        for stage in 0..<10 {
            for branch in 1...9 {
                edges.append(.init(from: stage * 10, to: stage * 10 + branch))
                edges.append(.init(from: stage * 10 + branch, to: stage * 10 + 10))
            }
        }
        graphs.append(try make("fork-join 10 × 9", 101, edges))
        graphs.append(
            try make("binary tree", 511, (1..<511).map { .init(from: ($0 - 1) / 2, to: $0) }))
        var random = SplitMix(state: 4)
        edges = (1..<300).map { .init(from: $0 - 1, to: $0) }
        for _ in 0..<100 {
            let from = random.next(below: 290)
            edges.append(.init(from: from, to: from + 2 + random.next(below: 298 - from)))
        }
        graphs.append(try make("chain with 100 long skips", 300, edges))
        graphs.append(try seriesParallel(edges: 400, seed: 5))
        edges = (0..<20).flatMap { a in (20..<40).map { .init(from: a, to: $0) } }
        graphs.append(try make("complete bipartite 20 × 20", 40, edges))
        return graphs
    }

    /// Graphs at the ends of what may be asked for.
    static func extreme() throws -> [BenchmarkGraph] {
        let many = 100_000
        return [
            try make("chain of 100,000", many, (1..<many).map { .init(from: $0 - 1, to: $0) }),
            try make("100,000 without edges", many, []),
            try make("one to 100,000", many + 1, (1...many).map { .init(from: 0, to: $0) }),
            try make(
                "fan out and in of 5,000", 5002,
                (1...5000).flatMap { [.init(from: 0, to: $0), .init(from: $0, to: 5001)] }),
            try make(
                "complete bipartite 100 × 100", 200,
                (0..<100).flatMap { a in (100..<200).map { .init(from: a, to: $0) } }),
            try make(
                "chain of 3,000, all linked to the first", 3000,
                (1..<3000).flatMap { [.init(from: $0 - 1, to: $0), .init(from: 0, to: $0)] }),
            try make("random 20,000/60,000", 20_000, anyEdges(nodes: 20_000, count: 60_000)),
        ]
    }

    private static func anyEdges(nodes: Int, count: Int) -> [DAG.Edge] {
        var random = SplitMix(state: 9)
        return (0..<count).map { _ in
            let from = random.next(below: nodes - 1)
            return .init(from: from, to: from + 1 + random.next(below: nodes - from - 1))
        }
    }

    /// Random edges between ranks, mostly neighbouring ones; every node but the first rank's has
    /// a parent.
    static func layered(
        nodes: Int, edges count: Int, ranks: Int, seed: UInt64
    ) throws -> BenchmarkGraph {
        var random = SplitMix(state: seed)
        let width = nodes / ranks
        var edges: [DAG.Edge] = []
        func parent(of node: Int, reach: Int) -> Int {
            let rank = node / width
            let from = max(0, rank - 1 - random.next(below: reach))
            let near = node % width + random.next(below: 15) - 7
            return from * width + min(max(0, near), width - 1)
        }
        for node in width..<nodes {
            edges.append(.init(from: parent(of: node, reach: 1), to: node))
        }
        while edges.count < count {
            let node = width + random.next(below: nodes - width)
            let reach = random.next(below: 10) == 0 ? 6 : 1
            edges.append(.init(from: parent(of: node, reach: reach), to: node))
        }
        return try make("layered \(nodes)/\(count)", nodes, edges)
    }

    /// Edges that are replaced by two in a row or two beside each other, again and again.
    private static func seriesParallel(edges count: Int, seed: UInt64) throws -> BenchmarkGraph {
        var random = SplitMix(state: seed)
        var edges: [(from: Int, to: Int)] = [(0, 1)]
        var nodes = 2
        while edges.count < count {
            let (from, to) = edges[random.next(below: edges.count)]
            edges.append((from, nodes))
            edges.append((nodes, to))
            nodes += 1
        }
        return try make("series-parallel", nodes, edges.map { .init(from: $0.from, to: $0.to) })
    }

    private static func make(
        _ name: String, _ nodes: Int, _ edges: [DAG.Edge]
    ) throws -> BenchmarkGraph {
        BenchmarkGraph(
            name: name, names: (0..<nodes).map { "task_\($0)" },
            dag: try DAG(nodeCount: nodes, edges: edges))
    }

    func layout(
        _ density: GraphDensity = .box, _ direction: GraphLayout.Direction = .leftToRight,
        effort: Int? = nil
    ) -> GraphLayout {
        var options = density.options(direction)
        if let effort { options.effort = effort }
        return GraphLayout(
            dag,
            sizes: names.map {
                density.extent(labelWidth: min(24, $0.unicodeScalars.count), detailWidth: 3)
            },
            options: options)
    }

    func printPicture(_ arguments: [String]) {
        let density: GraphDensity =
            arguments.contains("--line") ? .line : arguments.contains("--cell") ? .cell : .box
        let layout = layout(density, arguments.contains("--down") ? .topDown : .leftToRight)
        print(name, layout.size.width, "×", layout.size.height)
        GraphText.write(
            GraphPicture(layout), charset: arguments.contains("--ascii") ? .ascii : .unicode,
            look: { .init(label: names[$0], sign: "✔", detail: "12s") }, emit: { print($0) })
    }
}

/// A small generator of even quality that gives the same numbers everywhere.
struct SplitMix {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ (value >> 31)) % UInt64(bound))
    }
}
