import Domain
import Glibc
import Runners
import SchedulerCore
import Store

/// The folders into which running attempts may write their outputs: those of their logs.
///
/// Looking for a file that is not there costs a short task more than all else that is done about its
/// outputs. A folder whose time of change is what it was when an attempt was launched has no new
/// file, so nothing need be looked for.
struct OutputFolders {
    /// Descriptors by path, of folders lately used.
    private var folders: [Substring: Int32] = [:]
    private var launched: [AttemptID: Launch] = [:]

    private struct Launch {
        var folder: Substring
        /// When the folder had been changed last, in nanoseconds; nil where that was so lately that
        /// another change would have the same time.
        var changedAt: Int64?
    }

    private static let mostFolders = 16
    /// Kernels note times with the grain of their tick, of 10 ms at most.
    private static let grain: Int64 = 20_000_000

    /// Makes the folder of the attempt's log where it is missing. Where that cannot be, nobody writes
    /// into it either. What was seen first counts: an attempt that stood by may have begun since.
    mutating func prepare(for intent: AttemptIntent) {
        if launched[intent.id] != nil { return }
        let path = intent.log[..<(intent.log.lastIndex(of: "/") ?? intent.log.startIndex)]
        var time = changeTime(of: path)
        if time == nil {
            try? AttemptLog.makeFolder(of: intent.log)
            add(path)
            time = changeTime(of: path)
        }
        let now = SystemClock.now().microseconds * 1_000
        let isSettled = time.map { now - $0 > Self.grain } ?? false
        launched[intent.id] = Launch(folder: path, changedAt: isSettled ? time : nil)
    }

    /// The attempt will not be launched.
    mutating func forget(_ id: AttemptID) { launched[id] = nil }

    /// Whether an attempt that has ended may have written a file; asked once of each. True of one
    /// that is not known.
    mutating func mayHaveFile(of id: AttemptID) -> Bool {
        guard let launch = launched.removeValue(forKey: id), let before = launch.changedAt else {
            return true
        }
        return changeTime(of: launch.folder) != before
    }

    /// Closes all.
    mutating func close() {
        for descriptor in folders.values { Glibc.close(descriptor) }
        folders = [:]
    }

    private mutating func add(_ path: Substring) {
        if folders.count >= Self.mostFolders { close() }
        let descriptor = open(String(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor >= 0 { folders[path] = descriptor }
    }

    /// In nanoseconds; nil of a folder that is not open here, or was removed by somebody.
    private mutating func changeTime(of path: Substring) -> Int64? {
        guard let descriptor = folders[path] else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else {
            folders[path] = nil
            Glibc.close(descriptor)
            return nil
        }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
}
