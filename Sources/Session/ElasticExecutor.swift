import Dispatch
import Foundation
import Synchronization

/// Runs tasks on threads of its own, as many as are busy at once: for work that blocks.
///
/// The threads that all tasks share are as many as processors. A loop that waits for keys, a job of
/// hours, a slow disk or database keeps one of them from all others: on two processors two such waits
/// stop everything, on one processor the first one does. Commands and the effects of panes run here;
/// what they begin as tasks of its own (`Task`, `Task.detached`) is left to the shared threads, and
/// must not block for long.
public final class ElasticExecutor: TaskExecutor {
    public static let shared = ElasticExecutor()

    private struct State {
        var jobs: [UnownedJob] = []
        /// Threads that wait for a job, those left out that were woken.
        var idle = 0
    }

    private static let stackBytes = 8 << 20
    /// How long a thread waits for another job before it ends.
    private static let patience = DispatchTimeInterval.seconds(2)

    private let state = Mutex(State())
    private let wakes = DispatchSemaphore(value: 0)

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isTaken = state.withLock { state in
            state.jobs.append(job)
            guard state.idle > 0 else { return false }
            state.idle -= 1
            return true
        }
        if isTaken {
            wakes.signal()
        } else {
            let thread = Thread { [self] in serve() }
            thread.stackSize = Self.stackBytes
            thread.start()
        }
    }

    private func serve() {
        while let job = nextJob() { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// Nil where none came for a while.
    private func nextJob() -> UnownedJob? {
        while true {
            let job = state.withLock { state -> UnownedJob? in
                if !state.jobs.isEmpty { return state.jobs.removeFirst() }
                state.idle += 1
                return nil
            }
            if let job { return job }
            guard wakes.wait(timeout: .now() + Self.patience) == .timedOut else { continue }
            let isOver = state.withLock { state in
                // Somebody has woken one of those that wait at this very moment: maybe this one.
                guard state.idle > 0 else { return false }
                state.idle -= 1
                return true
            }
            if isOver { return nil }
            wakes.wait()
        }
    }
}
