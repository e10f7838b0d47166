public import Domain

/// What one node of the drawn graph stands for.
public enum GraphNodeID: Hashable, Sendable {
    case task(TaskID)
    /// Tasks of a folded group: all of them, unless that would make a cycle; then `part` counts
    /// its nodes from 0.
    case group(GroupID, part: Int)

    var text: String {
        switch self {
        case .task(let id): id.name
        case .group(let id, _): id.name
        }
    }
}

/// How a graph is to be drawn.
public struct GraphOptions: Hashable, Sendable {
    /// How much room a task takes.
    public enum Density: String, Sendable, CaseIterable {
        case box, line, cell

        var next: Density {
            switch self {
            case .box: .line
            case .line: .cell
            case .cell: .box
            }
        }
    }

    public enum Direction: String, Sendable {
        case leftToRight, topDown

        var other: Direction { self == .leftToRight ? .topDown : .leftToRight }
    }

    public var density = Density.box
    public var direction = Direction.leftToRight
    public var folded: Set<GroupID> = []
    /// Only this part is shown.
    public var focus: GraphFocus?

    public init() {}
}

/// A graph to be laid out; two are equal only where they are the same request.
public struct GraphRequest: Hashable, Sendable {
    /// Counts up with each request of a session.
    public let serial: Int
    public let tasks: [TaskRow]
    public let options: GraphOptions

    public static func == (left: GraphRequest, right: GraphRequest) -> Bool {
        left.serial == right.serial
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(serial) }
}

extension GraphPane {
    /// Asks for the graph of the tasks shown; keeps what is drawn until it is there.
    static func show(_ state: inout State, _ model: Model) -> [Effect] {
        if let focus = state.options.focus, model.task(focus.task) == nil {
            state.options.focus = nil
        }
        if state.view != .graph {
            state.list.settle(model.tasks, byStart: state.view == .timeline)
        }
        guard !model.tasks.isEmpty else {
            (state.drawing, state.request, state.cursor) = (nil, nil, nil)
            return []
        }
        state.serial += 1
        let request = GraphRequest(
            serial: state.serial, tasks: model.tasks, options: state.options)
        state.request = request
        return [.layOut(request)]
    }

    /// Takes over a drawing; one that answers an older request is dropped.
    static func take(_ state: inout State, _ request: GraphRequest, _ drawing: GraphDrawing) {
        guard request == state.request else { return }
        state.drawing = drawing
        pan(&state, columns: 0, rows: 0)
        // The node under the cursor lies elsewhere in the new drawing.
        reveal(&state)
    }
}

extension GraphPane {
    /// Asks for what the view needs beside the run's tasks.
    static func loadForView(_ state: inout State, _ model: Model) -> [Effect] {
        if state.view != .graph {
            state.list.settle(model.tasks, byStart: state.view == .timeline)
        }
        switch state.view {
        case .graph: return []
        case .grid:
            guard let row = model.pipelineRow else { return [] }
            if state.grid?.pipeline != row.name {
                state.grid = RunGrid(pipeline: row.name, columns: [])
            }
            // A run that has not changed since it was read need not be read again.
            let known = Dictionary(
                state.grid?.columns.map { ($0.run.id, $0.run) } ?? [],
                uniquingKeysWith: { first, _ in first })
            let changed = row.recentRuns.filter { known[$0.id] != $0 }.map(\.id)
            return changed.isEmpty ? [] : [.loadGrid(row.name, changed)]
        case .timeline:
            guard let run = model.run else { return [] }
            if state.attemptsRun != run { (state.attemptsRun, state.attempts) = (run, [:]) }
            let several = model.tasks.filter { task in
                task.attemptCount > max(1, state.attempts[task.id]?.count ?? 0)
            }
            return several.isEmpty ? [] : [.loadAllAttempts(run, several.map(\.id))]
        }
    }
}

extension GraphPane {
    /// Takes over the runs that were read; the others stay as they are.
    static func take(_ state: inout State, _ read: RunGrid, _ model: Model) {
        guard read.pipeline == state.grid?.pipeline, let row = model.pipelineRow else { return }
        var columns: [RunID: RunGrid.Column] = [:]
        for column in state.grid?.columns ?? [] { columns[column.run.id] = column }
        for column in read.columns { columns[column.run.id] = column }
        state.grid?.columns = row.recentRuns.reversed().compactMap { columns[$0.id] }
    }
}

extension RunDetail {
    /// The tasks, each after all that it needs.
    var downstreamOrder: [TaskRow] {
        var indices: [TaskID: Int] = [:]
        for (index, task) in tasks.enumerated() { indices[task.id] = index }
        let edges = tasks.enumerated().flatMap { index, task in
            task.needs.compactMap { indices[$0].map { DAG.Edge(from: $0, to: index) } }
        }
        guard let graph = try? DAG(nodeCount: tasks.count, edges: edges) else { return tasks }
        return graph.topologicalOrder().map { tasks[$0] }
    }
}
