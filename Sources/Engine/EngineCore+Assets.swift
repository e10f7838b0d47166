import Domain
import Runners
import SchedulerCore
import Store

/// Assets: what tasks make anew, and the pipelines that start because of it.
extension EngineCore {
    /// What the changes of a step make anew; recorded with them.
    func assetsMade(by step: SchedulerStep) -> [SchedulerChange] {
        var made: [SchedulerChange] = []
        for case .taskState(let run, let task, .success, let detail) in step.changes {
            // A mapped task has made its assets once all its instances have.
            guard task.instanceParts == nil, let active = runs[run], active.hasOutlets,
                let outlets = active.definition(of: task)?.options.outlets
            else { continue }
            made += outlets.map { .assetMade($0, by: run, task, at: detail.at) }
        }
        return made
    }

    /// Follows these pipelines' assets from now on, and no others'.
    func setConsumers(_ pipelines: [Pipeline]) {
        var consumers: [PipelineName: AssetConsumer] = [:]
        for pipeline in pipelines {
            guard case .assets(let condition)? = pipeline.schedule else { continue }
            let fresh = (try? reader.freshAssets(for: pipeline.name)) ?? []
            consumers[pipeline.name] = AssetConsumer(
                pipeline: pipeline, condition: condition, fresh: fresh)
        }
        beside.consumers = consumers
        startConsumers()
    }

    /// Assets were made anew, and that is on the disk.
    func noteAssets(_ entries: [StoreEntry]) {
        guard !beside.consumers.isEmpty else { return }
        var hasNews = false
        for entry in entries {
            for change in entry.changes {
                guard case .assetMade(let asset, _, _, _) = change else { continue }
                hasNews = true
                for name in beside.consumers.keys { beside.consumers[name]?.fresh.insert(asset) }
            }
            // A pipeline that goes on again takes up what came meanwhile.
            if case .pipelinePaused(_, false, _, _)? = entry.event { hasNews = true }
        }
        if hasNews { startConsumers() }
    }

    private func startConsumers() {
        for (name, consumer) in beside.consumers.sorted(by: { $0.key < $1.key })
        where !scheduler.isPaused(name) && !consumer.fresh.isEmpty {
            guard consumer.condition.holds(where: { consumer.fresh.contains($0) }) else { continue }
            let now = SystemClock.now()
            do {
                _ = try makeRun(
                    RunRequest(
                        pipeline: consumer.pipeline, trigger: .assetTriggered, by: "assets"))
                beside.consumers[name]?.fresh = []
            } catch {
                updates.send(.refusedSchedule(name, now, reason: "\(error)"))
            }
        }
    }
}
