import Domain
import Runners
import Store
import Synchronization

/// What the engine keeps beside processes and scripts. Belongs to the engine's thread.
final class FlowDesk {
    let sensors: SensorDesk
    /// Runs of other pipelines that tasks wait for, both ways.
    var children: [RunID: AttemptID] = [:]
    var childOf: [AttemptID: RunID] = [:]
    /// What attempts that run now are to be remembered by if they succeed.
    var fingerprints: [AttemptID: String] = [:]
    let records: FingerprintFile
    /// Hooks that are being carried out.
    let hooks = HookQueue()
    /// Those of the hooks that have ended, until that is recorded.
    let calledHooks: CalledHooks
    /// What those who look at tasks were told of pools last.
    var holds: [PoolName: PoolHold] = [:]
    /// Pipelines that assets start.
    var consumers: [PipelineName: AssetConsumer] = [:]

    init(
        loop: EventLoop, token: EventLoop.Token, folder: StateFolder, reader: StoreReader
    ) {
        sensors = SensorDesk(loop: loop, token: token) { pipeline, date in
            try reader.hasSucceeded(pipeline, for: date)
        }
        records = FingerprintFile(folder: folder.path + "/fingerprints")
        calledHooks = CalledHooks(wake: loop.wake)
    }
}

/// Which hooks have ended; filled by the threads that carry them out.
final class CalledHooks: Sendable {
    private let ids = Mutex<[Int64]>([])
    private let wake: WakeSignal

    init(wake: WakeSignal) { self.wake = wake }

    func add(_ id: Int64) {
        ids.withLock { $0.append(id) }
        wake.signal()
    }

    func takeAll() -> [Int64] {
        ids.withLock { ids in
            defer { ids = [] }
            return ids
        }
    }
}

/// A pipeline that starts as soon as its assets were made anew.
struct AssetConsumer {
    var pipeline: Pipeline
    var condition: AssetCondition
    /// Assets made anew since its last run.
    var fresh: Set<AssetName> = []
}
