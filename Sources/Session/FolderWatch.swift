import Dispatch
import Glibc
import Synchronization

/// Tells when files of some folders are written, made, moved or removed (inotify), also where a
/// folder itself comes later or is put in the place of another; costs nothing while nothing happens.
final class FolderWatch: Sendable {
    /// Whether a file of this name is wanted.
    typealias Filter = @Sendable (String) -> Bool

    /// What has happened, in one notice for what came together.
    enum Change: Hashable, Sendable {
        /// Absolute paths.
        case files(Set<String>)
        /// A folder came or went, or the system lost count.
        case anything

        mutating func merge(_ other: Change) {
            guard case .files(let mine) = self, case .files(let theirs) = other else {
                self = .anything
                return
            }
            self = .files(mine.union(theirs))
        }
    }

    private let source: Mutex<any DispatchSourceRead>

    /// Watches each folder for files whose names its filter knows; nil where the system gives no
    /// watch.
    ///
    /// - Parameter changed: Called on a queue of the watch.
    init?(_ folders: [String: Filter], changed: @escaping @Sendable (Change) -> Void) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        let watched = WatchedFolders(descriptor, wanted: folders)
        watched.arm()
        let made = DispatchSource.makeReadSource(
            fileDescriptor: descriptor, queue: DispatchQueue(label: "folder watch"))
        made.setEventHandler {
            if let change = watched.readEvents() { changed(change) }
        }
        made.setCancelHandler { _ = close(descriptor) }
        made.activate()
        source = Mutex(made)
    }

    deinit { source.withLock { $0.cancel() } }
}

/// The folders of a watch, and which of them are there.
private final class WatchedFolders: Sendable {
    private static let fileEvents =
        UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB)
    private static let folderEvents = UInt32(IN_CREATE | IN_MOVED_TO)
    private static let ownEvents = UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
    /// How many folders above a missing one are looked at for its coming.
    private static let mostMissing = 2

    private let descriptor: Int32
    private let wanted: [String: FolderWatch.Filter]
    /// The folders watched, by the number of their watch.
    private let watched = Mutex<[Int32: String]>([:])

    init(_ descriptor: Int32, wanted: [String: FolderWatch.Filter]) {
        (self.descriptor, self.wanted) = (descriptor, wanted)
    }

    /// Sets a watch on every wanted folder, or on the nearest one above it that is there.
    func arm() {
        var masks: [String: UInt32] = [:]
        for folder in wanted.keys {
            var place = folder
            for missing in 0...Self.mostMissing {
                if access(place, F_OK) == 0 {
                    let events = missing == 0 ? Self.fileEvents : Self.folderEvents
                    masks[place, default: Self.ownEvents] |= events
                    break
                }
                place = Self.parent(of: place)
            }
            // Its own going is heard of too late where another takes its place at once.
            masks[Self.parent(of: folder), default: Self.ownEvents] |= Self.folderEvents
        }
        watched.withLock { watched in
            let before = watched.keys
            watched = [:]
            for (folder, mask) in masks {
                let watch = inotify_add_watch(descriptor, folder, mask)
                if watch >= 0 { watched[watch] = folder }
            }
            for watch in before where watched[watch] == nil {
                _ = inotify_rm_watch(descriptor, watch)
            }
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// Takes what has happened; nil where nothing wanted is among it.
    func readEvents() -> FolderWatch.Change? {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 * 1_024, alignment: 8)
        defer { buffer.deallocate() }
        let known = watched.withLock { $0 }
        var files: Set<String> = []
        var isOverflown = false
        var isMoved = false
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            var place = 0
            while place + MemoryLayout<inotify_event>.size <= count {
                let event = buffer.loadUnaligned(fromByteOffset: place, as: inotify_event.self)
                let start = place + MemoryLayout<inotify_event>.size
                place = min(count, start + Int(event.len))
                let name = String(
                    decoding: buffer[start..<place].prefix { $0 != 0 }, as: UTF8.self)
                if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { isOverflown = true }
                guard let folder = known[event.wd] else { continue }
                let path = folder == "/" ? "/" + name : folder + "/" + name
                if event.mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0 {
                    isMoved = true
                } else if event.mask & UInt32(IN_ISDIR) != 0 {
                    let isAbove = wanted.keys.contains { $0 == path || $0.hasPrefix(path + "/") }
                    if isAbove { isMoved = true }
                } else if event.mask & Self.fileEvents != 0, wanted[folder]?(name) == true {
                    files.insert(path)
                }
            }
        }
        // Another folder of the same name is a new one, also where it came before this was read.
        if isMoved {
            arm()
            return .anything
        }
        return isOverflown ? .anything : files.isEmpty ? nil : .files(files)
    }
}
