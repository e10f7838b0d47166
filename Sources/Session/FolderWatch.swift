import Dispatch
import Glibc
import Synchronization

/// Tells when files of some folders are written, made, moved or removed (inotify); costs nothing
/// while nothing happens.
final class FolderWatch: Sendable {
    private let source: Mutex<any DispatchSourceRead>

    /// Watches each folder that is there for files whose names its closure knows; nil where the
    /// system gives no watch.
    ///
    /// - Parameter changed: Called on a queue of the watch, once for what came together.
    init?(
        _ folders: [String: @Sendable (String) -> Bool],
        changed: @escaping @Sendable () -> Void
    ) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR)
        var wanted: [Int32: @Sendable (String) -> Bool] = [:]
        for (folder, knows) in folders {
            let watch = inotify_add_watch(descriptor, folder, events)
            if watch >= 0 { wanted[watch] = knows }
        }
        let made = DispatchSource.makeReadSource(
            fileDescriptor: descriptor, queue: DispatchQueue(label: "folder watch"))
        let known = wanted
        made.setEventHandler {
            if Self.readEvents(descriptor, known) { changed() }
        }
        made.setCancelHandler { _ = close(descriptor) }
        made.activate()
        source = Mutex(made)
    }

    deinit { source.withLock { $0.cancel() } }

    /// Takes what has happened; whether a wanted file is among it.
    private static func readEvents(
        _ descriptor: Int32, _ wanted: [Int32: @Sendable (String) -> Bool]
    ) -> Bool {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 * 1_024, alignment: 8)
        defer { buffer.deallocate() }
        var isWanted = false
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return isWanted }
            var place = 0
            while place + MemoryLayout<inotify_event>.size <= count {
                let event = buffer.loadUnaligned(fromByteOffset: place, as: inotify_event.self)
                let start = place + MemoryLayout<inotify_event>.size
                place = min(count, start + Int(event.len))
                let name = String(
                    decoding: buffer[start..<place].prefix { $0 != 0 }, as: UTF8.self)
                if wanted[event.wd]?(name) == true { isWanted = true }
            }
        }
    }
}
