public import Domain
internal import YAMLReading

extension PipelineReader {
    mutating func readNeeds(_ node: Int, of index: Int, into task: inout TaskDefinition) {
        var seen: Set<String> = []
        if document.tree.isNull(document.tree.resolved(node)) { return }
        for item in document.items(of: node) {
            guard let name = document.text(item, "needs", expected: "a task's id or a list of them")
            else { continue }
            let isRepeated =
                task.needs.count < 8
                ? task.needs.contains { $0.name == name } : !seen.insert(name).inserted
            if isRepeated {
                document.warning(
                    at: item, "'\(name.short)' is needed twice", "Remove one of them.")
                continue
            }
            if task.needs.count == 7 { seen.formUnion(task.needs.map(\.name) + [name]) }
            task.needs.append(TaskID(name))
            needs.append(Need(task: index, node: item, name: name))
        }
    }

    /// Checks that needs name tasks, and that no tasks wait for each other.
    ///
    /// - Parameter index: the position of each task by its id.
    mutating func checkNeeds(_ index: [String: Int]) {
        expandGroups(index)
        var edges: [DAG.Edge] = []
        edges.reserveCapacity(needs.count)
        for need in needs {
            guard let parent = index[need.name] else {
                unknownNeed(need)
                continue
            }
            if parent == need.task {
                document.error(
                    at: need.node, "task '\(need.name.short)' needs itself",
                    "Remove it from its own needs.")
                continue
            }
            edges.append(DAG.Edge(from: parent, to: need.task))
        }
        reportCycles(edges, index: index)
        if !mapSources.isEmpty, let graph = try? pipeline.graph() { needMapSources(graph) }
    }

    /// What templates show must be there by then, and a decision must decide something.
    mutating func checkTemplates(_ index: [String: Int]) {
        guard !document.templateUses.isEmpty || !deciders.isEmpty else { return }
        let graph = try? pipeline.graph()
        var reach = TemplateReach(pipeline, index: index, graph: graph)
        for placed in document.templateUses {
            let finding = reach.finding(
                for: placed.use, in: placed.task,
                isMapped: placed.task.map { mappedTasks.contains($0) } ?? false,
                isAfterwards: placed.isInHook)
            guard let finding else { continue }
            document.error(
                at: finding.error.place, insideText: placed.node, of: "template",
                finding.error.problem, finding.error.remedy, severity: finding.severity)
        }
        for (task, node) in deciders where graph?.children(of: task).isEmpty ?? false {
            document.warning(
                at: node,
                "task '\(pipeline.tasks[task].id.name.short)' decides nothing: no task needs it",
                "Add it to the needs of the tasks that it decides about.")
        }
    }

    private mutating func unknownNeed(_ need: Need) {
        if teardownNodes.contains(need.node) {
            let names = pipeline.tasks.lazy.filter { $0.options.role == .setup }.map(\.id.name)
            let nearest = document.log.nearest(to: need.name, among: Array(names))
            return document.error(
                at: need.node,
                "this takes down '\(need.name.short)', which is no task",
                nearest.map { "Write '\($0.short)'." }
                    ?? "Name tasks with 'setup: true', or write 'teardown: true'.")
        }
        let task = pipeline.tasks[need.task].id.name
        let names = pipeline.tasks.lazy.map(\.id.name)
        document.error(
            at: need.node, "task '\(task.short)' needs '\(need.name.short)', which is no task",
            document.log.nearest(to: need.name, among: names).map { "Write '\($0.short)'." }
                ?? "Add a task '\(need.name.short)', or remove it from the needs of '\(task.short)'."
        )
    }

    /// Reports one cycle after another: each is cut before the next is looked for.
    private mutating func reportCycles(_ edges: [DAG.Edge], index: [String: Int]) {
        var edges = edges
        for _ in 0..<Self.cycleLimit {
            do {
                _ = try DAG(nodeCount: pipeline.tasks.count, edges: edges)
                return
            } catch {
                guard let first = error.path.indices.min(by: { error.path[$0] < error.path[$1] })
                else { return }
                let path = Array(error.path[first...] + error.path[..<first])
                report(cycle: path, index: index)
                edges.removeAll { $0.from == path[path.count - 1] && $0.to == path[0] }
            }
        }
    }

    private mutating func report(cycle path: [Int], index: [String: Int]) {
        let names = path.map { pipeline.tasks[$0].id.name }
        let shown = names.prefix(Self.cycleNamesShown).map(\.short).joined(separator: " → ")
        let left = names.count - Self.cycleNamesShown
        let middle = left > 0 ? " → … (\(left) more)" : ""
        let last = path[path.count - 1]
        let need = needs.first { $0.task == path[0] && index[$0.name] == last }
        document.error(
            at: need?.node ?? 0,
            "these tasks wait for each other: \(shown)\(middle) → \(names[0].short)",
            "Remove one of these needs, for example '\(names[names.count - 1].short)' "
                + "from '\(names[0].short)'.")
    }

    private static var cycleLimit: Int { 10 }
    private static var cycleNamesShown: Int { 50 }
}

extension Pipeline {
    /// Which task waits for which: node `n` is `tasks[n]`. Needs that name no task are left out.
    ///
    /// - Throws: where tasks wait for each other; never for a pipeline that was read from a file.
    public func graph() throws(DAG.CycleError) -> DAG {
        var index: [TaskID: Int] = [:]
        index.reserveCapacity(tasks.count)
        for position in tasks.indices { index[tasks[position].id] = position }
        var edges: [DAG.Edge] = []
        for position in tasks.indices {
            for need in tasks[position].needs {
                if let parent = index[need] {
                    edges.append(DAG.Edge(from: parent, to: position))
                }
            }
        }
        return try DAG(nodeCount: tasks.count, edges: edges)
    }
}
