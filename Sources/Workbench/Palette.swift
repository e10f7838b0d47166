import Domain

/// Everything that can be gone to or done, found by typing parts of its name.
enum Palette {
    /// What an entry stands for.
    enum Target: Hashable {
        /// A line for the `:` line.
        case command(String)
        case pipeline(PipelineName)
        case run(RunID, of: PipelineName)
        case task(TaskID)
    }

    struct Entry: Hashable {
        var target: Target
        var name: String
        /// What it is, and the keys that do the same.
        var note: String
    }

    /// The most entries that are looked at and shown.
    private static let limit = 200

    /// The entries that fit what is typed, best first; objects before actions while nothing is.
    static func entries(for state: WorkbenchState, _ wanted: String) -> [Entry] {
        let all = objects(state) + actions
        guard !wanted.isEmpty else { return Array(all.prefix(limit)) }
        var found: [(score: Int, order: Int)] = []
        for (order, entry) in all.enumerated() {
            if let score = FuzzyMatch.score(wanted, in: entry.name) {
                found.append((score, order))
            } else if let score = FuzzyMatch.score(wanted, in: entry.note) {
                found.append((score / 2 - 100, order))
            }
        }
        found.sort { ($1.score, $0.order) < ($0.score, $1.order) }
        return found.prefix(limit).map { all[$0.order] }
    }

    private static func objects(_ state: WorkbenchState) -> [Entry] {
        let tasks = state.model.tasks.map { task in
            Entry(target: .task(task.id), name: task.id.name, note: "task, " + task.state.words)
        }
        let pipelines = state.model.pipelines.map { row in
            Entry(target: .pipeline(row.name), name: row.name.name, note: "pipeline")
        }
        let runs = state.model.pipelines.flatMap(\.recentRuns).map { run in
            Entry(
                target: .run(run.id, of: run.pipeline),
                name: "\(run.pipeline) \(RunText.listName(run, state.clock))",
                note: "run, " + run.state.rawValue)
        }
        return tasks + pipelines + runs
    }

    private static let actions: [Entry] = KeyReference.tables.flatMap { table in
        table.rows.map { row in
            Entry(
                target: .command(row.action), name: row.action,
                note:
                    "\(table.title.lowercased()): \(row.title)  \(row.keys.joined(separator: " "))"
            )
        }
    }

    /// Does what the entry stands for.
    static func open(_ entry: Entry, _ state: inout WorkbenchState) -> [Effect] {
        switch entry.target {
        case .command(let name): return CommandLine.run(&state, name)
        case .pipeline(let name):
            state.runs.cursor = .pipeline(name)
            return Workbench.followCursor(&state) + Workbench.focus(&state, .runs)
        case .run(let run, let pipeline):
            state.runs.expanded.insert(pipeline)
            state.runs.cursor = .run(run, of: pipeline)
            return Workbench.followCursor(&state) + Workbench.focus(&state, .graph)
        case .task(let task):
            if let node = state.graph.drawing?.node(of: task) {
                GraphPane.place(&state.graph, on: node)
            }
            return Workbench.settleTask(&state) + Workbench.focus(&state, .graph)
        }
    }
}
