import Dispatch
import Glibc
import Synchronization

/// Moves what the write-ahead log holds into the database, off the writer's thread.
///
/// SQLite would do it inside a commit, which takes milliseconds then. The log also gets its full
/// size at once: a sync of a file that grows costs several times one of a file that does not.
final class Checkpointer: Sendable {
    /// Size the log is given: 2,000 pages with their frame headers.
    private static let logBytes = 32 + 2_000 * (4_096 + 24)
    /// A checkpoint is due when so much of it may be in use.
    private static let commitsBetween = 100

    private let databasePath: String
    private let isRunning = Mutex(false)
    private let commits = Mutex(0)

    init(databasePath: String) { self.databasePath = databasePath }

    /// Fills the log up to its size with zeros, which SQLite takes for its end. Nobody may append
    /// meanwhile. Does without on a disk with little space, where others would miss it, be it for a
    /// moment: this only makes commits faster.
    func prepareLog() {
        let file = open(databasePath + "-wal", O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return }
        defer { close(file) }
        var status = stat()
        var disk = statvfs()
        guard fstat(file, &status) == 0, fstatvfs(file, &disk) == 0,
            disk.f_blocks == 0 || disk.f_bavail * disk.f_frsize >= UInt(4 * Self.logBytes)
        else { return }
        let zeros = [UInt8](repeating: 0, count: 1 << 16)
        let start = Int(status.st_size)
        var end = start
        while end < Self.logBytes {
            let count = pwrite(file, zeros, min(zeros.count, Self.logBytes - end), off_t(end))
            guard count > 0 else {
                ftruncate(file, off_t(start))
                return
            }
            end += count
        }
        fsync(file)
    }

    /// Counts a commit; whether a checkpoint should be started now.
    func isDue() -> Bool {
        commits.withLock { count in
            count += 1
            guard count >= Self.commitsBetween else { return false }
            count = 0
            return true
        }
    }

    /// Compares all pages with their sums, beside the work, and tells what is wrong; for files that
    /// take too long to look at before they are used. Begins a second later, for whoever opens the
    /// state wants the processor and the disk first.
    func look(_ folder: StateFolder, _ tell: @escaping @Sendable (String) -> Void) {
        let queue = DispatchQueue.global(qos: .utility)
        queue.asyncAfter(deadline: .now() + 1) { [databasePath] in
            let sums = PageSums(of: databasePath)
            do throws(StoreError) {
                guard let words = try StateInspection.verdict(on: folder, sums) else { return }
                sums.forgive(sums.strangePages(limit: .max))
                tell(words)
            } catch {
                tell("\(error.problem) \(error.remedy)")
            }
        }
    }

    /// Starts one unless one is under way. A failure is no harm: the log grows until the next.
    func start() {
        let isFree = isRunning.withLock { running in
            defer { running = true }
            return !running
        }
        guard isFree else { return }
        DispatchQueue.global(qos: .utility).async { [self] in
            defer { isRunning.withLock { $0 = false } }
            try? Connection(databasePath).execute("PRAGMA wal_checkpoint(PASSIVE)")
        }
    }
}
