import Domain
import Foundation
import GraphLayout
import Testing

@Suite("Crossings on workflows that really ran, beside graphviz")
struct RealGraphTests {
    private struct Baseline: Decodable {
        var graph: String
        var edges: Int
        var dot_crossings: Int?
    }

    private struct File: Decodable {
        var nodes: [String]
        var edges: [[String]]
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/dags")

    // The larger ones are measured by the benchmark, in a release build.
    @Test(
        "few crossings, and none hidden in shared cells",
        .enabled(if: FileManager.default.fileExists(atPath: folder.path)))
    func crossings() throws {
        let baselines = try JSONDecoder().decode(
            [Baseline].self,
            from: Data(contentsOf: Self.folder.appending(path: "dot-baseline.json")))
        for baseline in baselines where baseline.edges <= 120 {
            let file = try JSONDecoder().decode(
                File.self,
                from: Data(contentsOf: Self.folder.appending(path: baseline.graph + ".json")))
            let numbers = Dictionary(
                file.nodes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            let dag = try DAG(
                nodeCount: file.nodes.count,
                edges: file.edges.map { pair in
                    DAG.Edge(
                        from: try #require(numbers[pair[0]]), to: try #require(numbers[pair[1]]))
                })
            let layout = GraphLayout(
                dag, sizes: file.nodes.map { .init(width: min(30, $0.utf8.count), height: 3) },
                options: .init(effort: 3_000_000))
            let drawn = LineCrossings(layout)
            let dot = try #require(baseline.dot_crossings)
            #expect(
                Double(drawn.crossing) <= 1.3 * Double(dot), "\(baseline.graph): dot has \(dot)")
            #expect(drawn.touching == 0)
        }
    }
}
