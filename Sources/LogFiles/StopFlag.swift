internal import Dispatch
internal import Synchronization

/// Tells threads to stop what they do; they look at it at least every few milliseconds.
final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
    func check() throws { if isSet { throw CancellationError() } }
}

/// Runs `work` on a thread of its own kind, for the pool of Swift's tasks must not be blocked by
/// reading; cancelling the task sets the flag.
func onWorkerThread<Value: Sendable>(
    _ work: @escaping @Sendable (StopFlag) throws -> Value
) async throws -> Value {
    let stop = StopFlag()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(
                    with: Result {
                        try stop.check()
                        return try work(stop)
                    })
            }
        }
    } onCancel: {
        stop.set()
    }
}

/// Does `job` for each of `0..<count` on some threads and gives the results in order.
///
/// Each thread has a `tool` of its own. The first error ends all.
func inParallel<Tool, Value: Sendable>(
    _ count: Int, threads: Int, stop: StopFlag, tool: @Sendable () -> Tool,
    _ job: @Sendable (Tool, Int) throws -> Value
) throws -> [Value] {
    let next = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    let results = Mutex<([Value?], (any Error)?)>(([Value?](repeating: nil, count: count), nil))
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
        let tool = tool()
        while !failed.load(ordering: .relaxed) {
            let index = next.add(1, ordering: .relaxed).oldValue
            if index >= count { return }
            do {
                try stop.check()
                let value = try job(tool, index)
                results.withLock { $0.0[index] = value }
            } catch {
                failed.store(true, ordering: .relaxed)
                results.withLock { $0.1 = $0.1 ?? error }
            }
        }
    }
    return try results.withLock { state in
        if let error = state.1 { throw error }
        return state.0.compactMap { $0 }
    }
}
