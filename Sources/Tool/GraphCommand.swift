import ArgumentParser
import Domain
import GraphLayout
import GraphPicture
import JSONText
import PipelineFiles
import Screen
import Workspace

/// `graph PIPELINE` draws a pipeline as text, or gives its layout as JSON.
struct GraphCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw the tasks of a pipeline.",
        discussion: """
            Examples:
              spillway graph orders
              spillway graph pipelines/orders.yml --density line --top-down
              spillway graph orders --json
            """)

    @Argument(help: "A pipeline of this workspace, or a pipeline file.")
    var pipeline: String

    @Option(help: "How much room a task takes: box, line or cell.")
    var density = Density.box

    @Flag(help: "Draw from top to bottom instead of left to right.")
    var topDown = false

    @Flag(help: "Draw with ASCII characters only.")
    var ascii = false

    @Flag(help: "Print nodes and edges in cells as JSON.")
    var json = false

    enum Density: String, ExpressibleByArgument, CaseIterable {
        case box, line, cell

        var graphDensity: GraphDensity {
            switch self {
            case .box: .box
            case .line: .line
            case .cell: .cell
            }
        }
    }

    func run() throws {
        let (_, entry) = try Workspace.find(pipeline)
        for problem in entry.problems { Console.error(problem.report) }
        guard let definition = entry.pipeline else { throw Exit.usedWrongly }
        let tasks = definition.tasks
        let labelLimit = 40
        let sizes = tasks.map { task in
            density.graphDensity.extent(
                labelWidth: min(labelLimit, DisplayWidth.of(task.id.name)), detailWidth: 0)
        }
        let layout = GraphLayout(
            try definition.graph(), sizes: sizes,
            options: density.graphDensity.options(topDown ? .topDown : .leftToRight))
        if json {
            Console.printJSON(layout.json(names: tasks.map(\.id.name)))
        } else {
            let isASCII = ascii || !Console.showsUnicode
            GraphText.write(
                GraphPicture(layout), charset: isASCII ? .ascii : .unicode,
                look: { GraphPicture.NodeLook(label: tasks[$0].id.name, sign: "·") },
                emit: { Console.print($0) })
        }
    }
}

extension GraphLayout {
    /// `{"nodes":[{"id","x","y","width","height"}],"edges":[{"from","to","points":[[x,y],…]}]}`,
    /// all in cells from the upper left corner.
    func json(names: [String]) -> JSONValue {
        let nodes = self.nodes.enumerated().map { number, box in
            JSONValue.object([
                "id": .string(names[number]), "x": .integer(Int64(box.x)),
                "y": .integer(Int64(box.y)), "width": .integer(Int64(box.width)),
                "height": .integer(Int64(box.height)),
            ])
        }
        let edges = self.edges.enumerated().map { number, edge in
            JSONValue.object([
                "from": .string(names[edge.from]), "to": .string(names[edge.to]),
                "points": .array(
                    points(ofEdge: number).map {
                        .array([.integer(Int64($0.x)), .integer(Int64($0.y))])
                    }),
            ])
        }
        return .object(["nodes": .array(nodes), "edges": .array(edges)])
    }
}
