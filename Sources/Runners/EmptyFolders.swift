import Domain
import Glibc
import SchedulerCore

/// Which folders hold nothing at all, so that no file in them need be looked for.
///
/// Looking for a file that is not there costs a short task as much as all that the scheduler does about it,
/// and it is done twice: for a log of before, and for outputs. Where short tasks say nothing, the
/// folder of their logs stays empty, and its time of change tells that it is.
struct EmptyFolders {
    private struct Folder {
        var descriptor: Int32
        /// Its time of change when it was last listed, in nanoseconds.
        var changedAt: Int64
        var isEmpty: Bool
    }

    private var folders: [Substring: Folder] = [:]
    private static let most = 16
    /// Kernels note times with the grain of their tick, of 10 ms at most: a folder that changed less
    /// than this ago may change again without another time.
    private static let grain: Int64 = 20_000_000

    /// Whether there is a file at `path`; of a path without a folder, as of any other error, true.
    mutating func mayHold(_ path: String) -> Bool {
        guard let slash = path.lastIndex(of: "/") else { return true }
        if isEmpty(path[..<slash]) { return false }
        return !(access(path, F_OK) != 0 && errno == ENOENT)
    }

    private mutating func isEmpty(_ path: Substring) -> Bool {
        if let known = folders[path] {
            guard let time = Self.changeTime(of: known.descriptor) else {
                folders[path] = nil
                close(known.descriptor)
                return false
            }
            if time == known.changedAt { return known.isEmpty }
            guard Self.isSettled(time) else { return false }
            let isEmpty = Self.holdsNothing(String(path))
            folders[path] = Folder(
                descriptor: known.descriptor, changedAt: time, isEmpty: isEmpty)
            return isEmpty
        }
        let descriptor = open(String(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        guard let time = Self.changeTime(of: descriptor), Self.isSettled(time) else {
            close(descriptor)
            return false
        }
        if folders.count >= Self.most { closeAll() }
        // Listed after the time was taken: what comes between changes it.
        let isEmpty = Self.holdsNothing(String(path))
        folders[path] = Folder(descriptor: descriptor, changedAt: time, isEmpty: isEmpty)
        return isEmpty
    }

    mutating func closeAll() {
        for folder in folders.values { close(folder.descriptor) }
        folders = [:]
    }

    private static func isSettled(_ time: Int64) -> Bool {
        SystemClock.now().microseconds * 1_000 - time > grain
    }

    /// Nil of a folder that was removed.
    private static func changeTime(of descriptor: Int32) -> Int64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }

    private static func holdsNothing(_ path: String) -> Bool {
        guard let listing = opendir(path) else { return false }
        defer { closedir(listing) }
        var count = 0
        // Itself and its parent are always there.
        while readdir(listing) != nil {
            count += 1
            if count > 2 { return false }
        }
        return true
    }
}
