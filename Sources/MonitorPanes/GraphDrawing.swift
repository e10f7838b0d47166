import Domain
import GraphLayout
import GraphPicture
import PaneKit
import Screen

/// A graph laid out and ready to be drawn; made off the UI loop, because a large one takes a while.
public struct GraphDrawing: Sendable {
    /// What each node of the layout stands for, by its number.
    let nodes: [GraphNodeID]
    private let numbers: [GraphNodeID: Int]
    private let nodeOfTask: [TaskID: GraphNodeID]
    /// The tasks that a node stands for, by their numbers in the request.
    private let members: [[Int]]
    private let picture: GraphPicture
    let options: GraphOptions

    /// Lays the graph out. O((nodes + edges) × log) and more for few crossings; bounded.
    public init(_ request: GraphRequest) {
        let (tasks, density) = (request.tasks, request.options.density)
        let view = Self.view(of: tasks, request.options)
        options = request.options
        var nodes: [GraphNodeID] = []
        var nodeOfTask: [TaskID: GraphNodeID] = [:]
        for (number, subject) in view.subjects.enumerated() {
            let first = view.members(of: number).first.map { tasks[Int($0)] }
            switch subject {
            case .node(let task): nodes.append(.task(tasks[task].id))
            case .group(_, let part):
                nodes.append(.group(first?.group ?? GroupID("?"), part: part))
            }
            for member in view.members(of: number) {
                nodeOfTask[tasks[Int(member)].id] = nodes[number]
            }
        }
        (self.nodes, self.nodeOfTask) = (nodes, nodeOfTask)
        members = nodes.indices.map { view.members(of: $0).map(Int.init) }
        numbers = Dictionary(
            nodes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let sizes = nodes.map { node in
            // Six cells hold any duration, so that a node keeps its size while time goes by.
            let label = min(DisplayWidth.of(node.label), density.labelLimit)
            return density.graphDensity.extent(labelWidth: label, detailWidth: 6)
        }
        let direction: GraphLayout.Direction =
            request.options.direction == .leftToRight ? .leftToRight : .topDown
        var layoutOptions = density.graphDensity.options(direction)
        if nodes.count > GraphLayout.Options.largeNodeCount, request.serial > 1 {
            layoutOptions.effort = GraphLayout.Options.redrawEffort
        }
        picture = GraphPicture(GraphLayout(view.dag, sizes: sizes, options: layoutOptions))
    }

    private static func view(of tasks: [TaskRow], _ options: GraphOptions) -> GraphView {
        var numbers: [TaskID: Int] = [:]
        for (number, task) in tasks.enumerated() { numbers[task.id] = number }
        let edges = tasks.enumerated().flatMap { number, task in
            task.needs.compactMap { numbers[$0].map { DAG.Edge(from: $0, to: number) } }
        }
        // The tasks of a file that was accepted have no cycle; others are drawn without edges.
        let graph =
            (try? DAG(nodeCount: tasks.count, edges: edges)) ?? DAG(edgelessNodes: tasks.count)
        var view = GraphView(graph)
        if let focus = options.focus, let node = numbers[focus.task] {
            view = view.focused(focus.extent.graphFocus, on: node)
        }
        let folded = options.folded
        guard !folded.isEmpty else { return view }
        var groupNumbers: [GroupID: Int] = [:]
        for group in tasks.compactMap(\.group) where groupNumbers[group] == nil {
            groupNumbers[group] = groupNumbers.count
        }
        return view.folding(
            Set(folded.compactMap { groupNumbers[$0] }),
            groups: tasks.map { $0.group.flatMap { groupNumbers[$0] } })
    }

    var size: Size {
        Size(width: picture.layout.size.width, height: picture.layout.size.height)
    }

    /// Where the node stands in ``nodes``.
    func number(of node: GraphNodeID) -> Int? { numbers[node] }

    func rect(of node: GraphNodeID) -> Rect? {
        numbers[node].map { number in
            let box = picture.layout.nodes[number]
            return Rect(x: box.x, y: box.y, width: box.width, height: box.height)
        }
    }

    /// The node that stands for a task: itself, or its folded group.
    func node(of task: TaskID) -> GraphNodeID? { nodeOfTask[task] }

    /// How many cells of an area of the drawing belong to nodes.
    func cellsOfNodes(in area: Rect) -> Int {
        picture.nodes(in: area).reduce(0) { sum, number in
            let box = picture.layout.nodes[number]
            let part = Rect(x: box.x, y: box.y, width: box.width, height: box.height)
                .intersection(area)
            return sum + part.width * part.height
        }
    }

    func node(at point: Point) -> GraphNodeID? { picture.node(at: point).map { nodes[$0] } }

    /// The node one step away: along the edges the nearest one, in the rank the next one.
    func neighbour(of node: GraphNodeID, _ step: GraphPicture.Step) -> GraphNodeID? {
        numbers[node].flatMap { picture.neighbour(of: $0, step) }.map { nodes[$0] }
    }

    /// Draws the part that begins at `origin`.
    func draw(
        from origin: Point, in area: Rect, on grid: inout Grid, cursor: GraphNodeID?,
        isFocused: Bool, path: [TaskID], rows: [TaskRow], filter: TextFilter, now: Instant
    ) {
        var steps: [Int] = []
        for task in path {
            // The tasks of a folded group are one node.
            guard let number = nodeOfTask[task].flatMap({ numbers[$0] }), steps.last != number
            else { continue }
            steps.append(number)
        }
        let accents = GraphPicture.Accents(
            cursor: cursor.flatMap { numbers[$0] }, isFocused: isFocused, path: steps)
        let screenCharset = grid.charset
        picture.draw(from: origin, in: area, on: &grid, accents: accents) {
            number in
            let tasks = members[number].compactMap { rows.indices.contains($0) ? rows[$0] : nil }
            let state = TaskState.worst(of: tasks.map(\.state))
            let mark = state.mark
            let passes = filter.isEmpty || tasks.contains { filter.passes($0.words) }
            return GraphPicture.NodeLook(
                label: nodes[number].label,
                sign: mark.text(screenCharset).unicodeScalars.first ?? " ",
                role: passes ? mark.role : .dim, isDimmed: !passes,
                detail: Self.detail(tasks, now: now))
        }
    }

    /// Draws the whole, with the part that the pane shows marked.
    func drawMiniMap(
        from origin: Point, size: Size, in area: Rect, on grid: inout Grid, rows: [TaskRow]
    ) {
        let window = Rect(x: origin.x, y: origin.y, width: size.width, height: size.height)
        picture.drawMiniMap(in: area, on: &grid, window: window) { number in
            let state = TaskState.worst(
                of: members[number].compactMap { rows.indices.contains($0) ? rows[$0].state : nil })
            return GraphPicture.MiniMapMark(role: state.mark.role, weight: state.weight)
        }
    }

    /// How long a task took; of a group, how far it is.
    private static func detail(_ tasks: [TaskRow], now: Instant) -> String {
        guard tasks.count == 1, let task = tasks.first else {
            return "\(tasks.count { $0.state.isSettled })/\(tasks.count)"
        }
        return RunText.duration(task, now: now)?.humanText ?? ""
    }
}

extension GraphNodeID {
    /// What stands in the node.
    var label: String {
        switch self {
        case .task(let id): id.name
        case .group(let id, _): "[" + id.name + "]"
        }
    }
}

extension GraphOptions.Density {
    var graphDensity: GraphDensity {
        switch self {
        case .box: .box
        case .line: .line
        case .cell: .cell
        }
    }

    /// The most of a name that is shown, in cells.
    var labelLimit: Int {
        switch self {
        case .box: 24
        case .line: 32
        case .cell: 1
        }
    }
}

extension GraphFocus.Extent {
    fileprivate var graphFocus: GraphView.Focus {
        switch self {
        case .hops(let count): .around(hops: count)
        case .upstream: .upstream
        case .downstream: .downstream
        }
    }
}

extension TaskState {
    /// How much the state wants to be seen.
    fileprivate var weight: Int {
        switch self {
        case .failed, .upstreamFailed: 3
        case .running, .restarting, .upForRetry: 2
        case .none, .removed: 0
        default: 1
        }
    }

    /// The state that stands for several: the one that most wants to be seen (as Airflow colours
    /// its task groups).
    static func worst(of states: [TaskState]) -> TaskState {
        let order: [TaskState] = [
            .failed, .upstreamFailed, .running, .restarting, .queued, .scheduled, .upForRetry,
            .upForReschedule, .deferred, .none, .skipped, .success, .removed,
        ]
        return order.first { states.contains($0) } ?? .none
    }
}
