import Domain
import SchedulerCore

/// What becomes of a run's pipeline when tasks of it begin again.
enum Renewal {
    /// Its file says the same as ever, or nobody asked.
    case none
    /// The run goes on by its file as it is now.
    case renewed(ActiveRun)
    /// It goes on as it was, though its file has changed or cannot be read.
    case hindered(String)

    /// For people, behind what was done.
    var words: String {
        switch self {
        case .none: ""
        case .renewed: " From here on it runs as its file is now."
        case .hindered(let reason): " It runs as it was: \(reason)"
        }
    }
}

extension EngineCore {
    /// Whether the run can go on by `file`.
    func renewal(of run: ActiveRun, by file: Pipeline?, _ hindrance: String?) -> Renewal {
        guard let file else { return hindrance.map { .hindered($0) } ?? .none }
        let newer = file.inOrder(of: run.pipeline)
        guard newer != run.pipeline else { return .none }
        var creation = run.creation
        do {
            let declared = Set(newer.params.map(\.name))
            let params = try runParameters(
                of: newer, given: run.creation.params.filter { declared.contains($0.key) })
            creation.revise(by: RunRevision(params: params, plan: try RunPlan(pipeline: newer)))
        } catch let error as EngineError {
            return .hindered(error.problem)
        } catch {
            // The reader of files refuses cycles.
            return .hindered("tasks in its file wait for each other.")
        }
        if let obstacle = scheduler.obstacle(to: creation.plan, of: creation.id) {
            return .hindered(obstacle.words)
        }
        return .renewed(ActiveRun(creation: creation, pipeline: newer))
    }
}

extension RevisionObstacle {
    fileprivate var words: String {
        switch self {
        case .otherTasks(let tasks):
            let shown = tasks.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
            let more = tasks.count > 3 ? " and \(tasks.count - 3) more" : ""
            return "tasks came or went in its file since (\(shown)\(more)). "
                + "Trigger a new run for them."
        case .otherKind(let task):
            return "'\(task)' is another kind of task in its file now. Trigger a new run for it."
        case .otherPlace(let task):
            return "'\(task)' has other needs, pools or rules in its file now, "
                + "which a run that goes on cannot take. Clear it again when the run has ended."
        }
    }
}

extension Pipeline {
    /// The tasks in the order in which `older` has them, where both have the same.
    fileprivate func inOrder(of older: Pipeline) -> Pipeline {
        guard tasks.count == older.tasks.count, tasks.map(\.id) != older.tasks.map(\.id) else {
            return self
        }
        let named = Dictionary(tasks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let ordered = older.tasks.compactMap { named[$0.id] }
        guard ordered.count == tasks.count else { return self }
        var pipeline = self
        pipeline.tasks = ordered
        return pipeline
    }
}
