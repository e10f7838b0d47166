import Domain
import Foundation
import Synchronization

/// Carries hooks out, a few at a time: those of a task in their order, and those of a run behind all
/// of its tasks'.
final class HookQueue: Sendable {
    private static let most = 8
    /// Beyond so many runs those are forgotten of which nothing is under way.
    private static let mostRuns = 256

    private let queue = OperationQueue()
    /// The last of each task, and of the run itself (nil), that may not have ended.
    private let last = Mutex<[RunID: [TaskID?: Operation]]>([:])

    init() { queue.maxConcurrentOperationCount = Self.most }

    /// How many are to be carried out, or are just being.
    var count: Int { queue.operationCount }

    /// Adds the hooks of one occasion, to be carried out one after the other.
    func add(_ run: RunID, _ task: TaskID?, _ work: @escaping @Sendable () -> Void) {
        let operation = BlockOperation(block: work)
        last.withLock { last in
            if let task {
                if let before = last[run]?[task] { operation.addDependency(before) }
                last[run, default: [:]][task] = operation
            } else {
                for before in (last[run] ?? [:]).values { operation.addDependency(before) }
                last[run] = [nil: operation]
            }
            guard last.count > Self.mostRuns else { return }
            last = last.filter { $0.value.values.contains { !$0.isFinished } }
        }
        queue.addOperation(operation)
    }

    /// Returns when all have been carried out.
    func finish() { queue.waitUntilAllOperationsAreFinished() }
}
