public import Domain

/// Pipelines that run each other, and so would make runs without end.
public struct PipelineCycleError: UserFacingError, Equatable {
    /// Each runs the next one, the last one the first.
    public let path: [PipelineName]

    public var problem: String {
        let names = (path + path.prefix(1)).map(\.name).joined(separator: " → ")
        return "These pipelines run each other without end: \(names)."
    }

    public var remedy: String { "Take the 'pipeline' task out of one of them." }
}

extension Workspace {
    /// The first cycle that running `pipeline` comes to; nil where there is none. What templates name
    /// is not known yet and is left out.
    ///
    /// Reads the folder where one file alone was opened and it runs others.
    public func cycle(from pipeline: Pipeline) -> PipelineCycleError? {
        var found = [pipeline.name: pipeline.childPipelines]
        guard !pipeline.childPipelines.isEmpty else { return nil }
        for entry in entries where found[entry.name] == nil {
            found[entry.name] = entry.pipeline?.childPipelines
        }
        if pipeline.childPipelines.contains(where: { found[$0] == nil }) {
            for entry in (try? Workspace.read(root: root))?.entries ?? []
            where found[entry.name] == nil {
                found[entry.name] = entry.pipeline?.childPipelines
            }
        }
        var walk = CycleWalk(children: found)
        walk.visit(pipeline.name)
        return walk.cycle.map { PipelineCycleError(path: $0) }
    }
}

/// A walk in depth, which ends at the first pipeline that lies on its own path.
private struct CycleWalk {
    let children: [PipelineName: [PipelineName]]
    private var path: [PipelineName] = []
    private var done: Set<PipelineName> = []
    private(set) var cycle: [PipelineName]?

    init(children: [PipelineName: [PipelineName]]) { self.children = children }

    mutating func visit(_ name: PipelineName) {
        if let start = path.firstIndex(of: name) {
            cycle = Array(path[start...])
            return
        }
        guard done.insert(name).inserted else { return }
        path.append(name)
        for child in children[name] ?? [] where cycle == nil { visit(child) }
        path.removeLast()
    }
}

extension Pipeline {
    /// The pipelines that its tasks run, as far as the file names them.
    fileprivate var childPipelines: [PipelineName] {
        tasks.compactMap { task in
            guard case .pipeline(let child) = task.action, !child.pipeline.contains("{{") else {
                return nil
            }
            return PipelineName(child.pipeline)
        }
    }
}
