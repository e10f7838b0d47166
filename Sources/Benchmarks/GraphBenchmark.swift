import Domain
import Foundation
import Glibc
import GraphLayout
import GraphPicture
import Screen

/// Lays out real and made-up graphs, beside graphviz on the same ones in the same run.
///
/// Arguments: `[FOLDER of graphs as JSON] [--no-dot] [--picture NAME [--down] [--line | --cell]
/// [--ascii]]`. Crossings of both are counted by the same code, on graphs of up to 1,600 edges.
/// Times are processor times, so that they hold on a busy machine; of dot the whole process.
func runGraphBenchmark(arguments: [String]) throws {
    let folder = arguments.first.flatMap { $0.hasPrefix("--") ? nil : $0 } ?? "../shared/dags"
    var graphs = try BenchmarkGraph.load(folder: folder)
    if let index = arguments.firstIndex(of: "--picture"), index + 1 < arguments.count {
        graphs += try BenchmarkGraph.made()
        for graph in graphs where graph.name.contains(arguments[index + 1]) {
            graph.printPicture(arguments)
        }
        return
    }
    let dot = arguments.contains("--no-dot") ? nil : GraphvizDot.find()
    if dot == nil { print("graphviz's dot is not installed or not wanted: its columns are empty") }
    print(row("graph", "nodes", "edges", "ms", "dot ms", "time", "cross", "dot", "ratio", "touch"))
    var sums = (ours: 0, dots: 0)
    for graph in graphs + (try BenchmarkGraph.made()) {
        let (layout, milliseconds) = measured { graph.layout() }
        let isCounted = graph.dag.edgeCount <= 1600
        let ours = isCounted ? LineCrossings(layout) : nil
        let drawn = graph.dag.edgeCount <= 7000 ? try dot?.draw(graph.dag) : nil
        let theirs = isCounted ? drawn.map { LineCrossings($0.lines) } : nil
        if let ours, let theirs {
            sums.ours += ours.crossing + ours.touching
            sums.dots += theirs.crossing
        }
        print(
            row(
                graph.name, "\(graph.dag.nodeCount)", "\(graph.dag.edgeCount)",
                decimals(milliseconds, 1), drawn.map { decimals($0.milliseconds, 0) } ?? "",
                drawn.map { decimals($0.milliseconds / milliseconds, 1) + "×" } ?? "",
                ours.map { "\($0.crossing)" } ?? "", theirs.map { "\($0.crossing)" } ?? "",
                ratio(ours?.crossing, theirs?.crossing), ours.map { "\($0.touching)" } ?? ""))
    }
    print("crossings in sum: \(sums.ours) against \(sums.dots):", ratio(sums.ours, sums.dots))
    try measureLarge()
    for graph in try BenchmarkGraph.extreme() {
        let (layout, milliseconds) = measured { graph.layout(.line) }
        let (_, indexing) = measured { GraphPicture(layout) }
        print(
            graph.name + ": layout \(decimals(milliseconds, 0)) ms,",
            "index \(decimals(indexing, 0)) ms, size \(layout.size.width) × \(layout.size.height)")
    }
}

/// First layout, fold and pan of large graphs.
private func measureLarge() throws {
    for (nodes, edges, ranks) in [(10_000, 17_000, 60), (100_000, 170_000, 200)] {
        let graph = try BenchmarkGraph.layered(nodes: nodes, edges: edges, ranks: ranks, seed: 7)
        let (layout, milliseconds) = measured { graph.layout() }
        let groups = (0..<nodes).map { Optional($0 / 10) }
        let (view, folding) = measured {
            GraphView(graph.dag).folding(Set(0..<(nodes / 40)), groups: groups)
        }
        let folded = BenchmarkGraph(
            name: "", names: view.subjects.map { "\($0)" }, dag: view.dag)
        let (drawn, again) = measured {
            folded.layout(effort: GraphLayout.Options.redrawEffort)
        }
        let (_, indexingAgain) = measured { GraphPicture(drawn) }
        print(
            "\(nodes) nodes, a quarter folded into groups of ten, \(view.subjects.count) left: fold",
            "\(decimals(folding, 0)) + layout \(decimals(again, 0)) + index",
            "\(decimals(indexingAgain, 0)) = \(decimals(folding + again + indexingAgain, 0)) ms")
        let (picture, indexing) = measured { GraphPicture(layout) }
        var times: [Double] = []
        var grid = Grid(size: Size(width: 160, height: 45))
        for step in 0..<400 {
            let origin = Point(
                x: layout.size.width * step / 400, y: layout.size.height * (step * 37 % 400) / 400)
            let accents = GraphPicture.Accents(cursor: step * 23 % nodes)
            times.append(
                measured {
                    grid.fill(grid.bounds, surface: .base)
                    picture.draw(from: origin, in: grid.bounds, on: &grid, accents: accents) {
                        .init(label: graph.names[$0], sign: "✔")
                    }
                }.milliseconds)
        }
        times.sort()
        print(
            "\(nodes) nodes, \(graph.dag.edgeCount) edges: layout \(decimals(milliseconds, 0)) ms,",
            "index \(decimals(indexing, 0)) ms, pan p50 \(decimals(times[200], 2)) ms,",
            "p99 \(decimals(times[396], 2)) ms,",
            "size \(layout.size.width) × \(layout.size.height)")
    }
}

private func measured<Value>(_ work: () -> Value) -> (value: Value, milliseconds: Double) {
    let start = processorMilliseconds()
    let value = work()
    return (value, processorMilliseconds() - start)
}

/// Processor time of this thread so far.
private func processorMilliseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1_000 + Double(time.tv_nsec) / 1_000_000
}

private func decimals(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
}

private func ratio(_ ours: Int?, _ theirs: Int?) -> String {
    guard let ours, let theirs else { return "" }
    return theirs > 0 ? decimals(Double(ours) / Double(theirs), 2) : ours == 0 ? "1.00" : "∞"
}

private func row(_ name: String, _ cells: String...) -> String {
    name.prefix(38).padding(toLength: 39, withPad: " ", startingAt: 0)
        + cells.map { String(repeating: " ", count: max(1, 8 - $0.count)) + $0 }.joined()
}
