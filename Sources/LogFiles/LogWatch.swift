internal import Dispatch
internal import Glibc
internal import Synchronization

/// Tells of changes to many logs by one inotify descriptor; costs nothing while nothing happens.
///
/// Of one log at most ten notices a second are given, the first at once and the last always: what
/// is read after the latest notice is never more than 100 ms behind.
public final class LogWatch: Sendable {
    /// One watched log; its changes are told until it is cancelled or the watch goes away.
    public struct Ticket: Hashable, Sendable {
        fileprivate var number: Int
    }

    private let descriptor: Int32
    private let source: Mutex<(any DispatchSourceRead)?>
    private let timer: Mutex<(any DispatchSourceTimer)?>
    private let queue = DispatchQueue(label: "log watch", qos: .userInitiated)
    private let state = Mutex(State())

    private struct State {
        var nextNumber = 0
        var logs: [Int: Watched] = [:]
        /// Of a watch descriptor, the logs it serves; a folder serves all its logs.
        var served: [Int32: Set<Int>] = [:]
    }

    private struct Watched: Sendable {
        var path: String
        var name: String
        var notify: @Sendable () -> Void
        var folder: Int32
        var file: Int32?
        var lastNotice: DispatchTime?
        var isPending = false
    }

    /// The least time between two notices of one log, in nanoseconds.
    private static let spacing: UInt64 = 100_000_000

    /// How often logs are looked at where the kernel gives no inotify, in seconds.
    private static let lookInterval = 0.25

    public init() throws(LogFileError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else {
            // The user's processes watch as much as the kernel allows: look now and then instead.
            source = Mutex(nil)
            timer = Mutex(DispatchSource.makeTimerSource(queue: queue))
            timer.withLock { timer in
                timer?.schedule(deadline: .now() + Self.lookInterval, repeating: Self.lookInterval)
                timer?.setEventHandler { [weak self] in self?.noticeAll() }
                timer?.activate()
            }
            return
        }
        timer = Mutex(nil)
        source = Mutex(DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue))
        let closing = descriptor
        source.withLock { source in
            source?.setCancelHandler { _ = close(closing) }
            source?.setEventHandler { [weak self] in self?.readEvents() }
            source?.activate()
        }
    }

    deinit {
        source.withLock { $0?.cancel() }
        timer.withLock { $0?.cancel() }
    }

    private func noticeAll() {
        for number in state.withLock({ Array($0.logs.keys) }) { notice(number) }
    }

    /// Watches the log at `path`, which need not exist; its folder must.
    ///
    /// `notify` is called on a thread of the watch and must only pass the word on: something may
    /// have changed, ``LogFile/refresh()`` tells what.
    public func watch(
        path: String, notify: @escaping @Sendable () -> Void
    ) throws(LogFileError) -> Ticket {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        let outcome: Result<Ticket, LogFileError> = state.withLock { state in
            guard descriptor >= 0 else {
                let number = state.nextNumber
                state.nextNumber += 1
                state.logs[number] = Watched(path: path, name: name, notify: notify, folder: -1)
                return .success(Ticket(number: number))
            }
            // The folder tells of files that appear, vanish or are moved; the file of its growth.
            let inFolder = inotify_add_watch(
                descriptor, folder,
                UInt32(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR))
            guard inFolder >= 0 else {
                return .failure(.unwatchable(path: path, code: errno))
            }
            let number = state.nextNumber
            state.nextNumber += 1
            state.logs[number] = Watched(path: path, name: name, notify: notify, folder: inFolder)
            state.served[inFolder, default: []].insert(number)
            watchFile(number, &state)
            return .success(Ticket(number: number))
        }
        return try outcome.get()
    }

    /// Ends the notices of one log; one may still be under way.
    public func cancel(_ ticket: Ticket) {
        state.withLock { state in
            guard let log = state.logs.removeValue(forKey: ticket.number) else { return }
            release(log.folder, ticket.number, &state)
            if let file = log.file { release(file, ticket.number, &state) }
        }
    }

    private func release(_ watch: Int32, _ number: Int, _ state: inout State) {
        guard descriptor >= 0 else { return }
        state.served[watch]?.remove(number)
        if state.served[watch]?.isEmpty == true {
            state.served[watch] = nil
            _ = inotify_rm_watch(descriptor, watch)
        }
    }

    /// Follows whatever file stands at the log's path now.
    private func watchFile(_ number: Int, _ state: inout State) {
        guard let log = state.logs[number] else { return }
        let watch = inotify_add_watch(
            descriptor, log.path, UInt32(IN_MODIFY | IN_DELETE_SELF | IN_ATTRIB))
        let found = watch >= 0 ? watch : nil
        if let old = log.file, old != found { release(old, number, &state) }
        state.logs[number]?.file = found
        if let found { state.served[found, default: []].insert(number) }
    }

    private func readEvents() {
        var touched: Set<Int> = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1_024, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            state.withLock { state in
                take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), &state, &touched)
            }
        }
        for number in touched { notice(number) }
    }

    private func take(
        _ bytes: UnsafeRawBufferPointer, _ state: inout State, _ touched: inout Set<Int>
    ) {
        let header = MemoryLayout<inotify_event>.size
        var place = 0
        while place + header <= bytes.count {
            let event = bytes.loadUnaligned(fromByteOffset: place, as: inotify_event.self)
            let nameStart = place + header
            let nameEnd = min(bytes.count, nameStart + Int(event.len))
            place = nameEnd
            if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
                // Notices were lost: every log may have changed.
                for number in state.logs.keys {
                    watchFile(number, &state)
                    touched.insert(number)
                }
                continue
            }
            let name = bytes[nameStart..<nameEnd].prefix { $0 != 0 }
            for number in state.served[event.wd] ?? [] {
                guard let log = state.logs[number] else { continue }
                if log.file == event.wd {
                    touched.insert(number)
                } else if log.name.utf8.elementsEqual(name) {
                    watchFile(number, &state)
                    touched.insert(number)
                }
            }
            if event.mask & UInt32(IN_IGNORED) != 0 {
                // The kernel dropped this watch with its file; its number may come again.
                for number in state.served.removeValue(forKey: event.wd) ?? []
                where state.logs[number]?.file == event.wd {
                    state.logs[number]?.file = nil
                    watchFile(number, &state)
                }
            }
        }
    }

    /// Gives a notice now, or once when the spacing to the last one is over.
    private func notice(_ number: Int) {
        let now = DispatchTime.now()
        let (notify, delay): ((@Sendable () -> Void)?, UInt64) = state.withLock { state in
            guard let log = state.logs[number], !log.isPending else { return (nil, 0) }
            if let last = log.lastNotice?.uptimeNanoseconds,
                now.uptimeNanoseconds < last + Self.spacing
            {
                state.logs[number]?.isPending = true
                return (nil, last + Self.spacing - now.uptimeNanoseconds)
            }
            state.logs[number]?.lastNotice = now
            return (log.notify, 0)
        }
        notify?()
        guard delay > 0 else { return }
        queue.asyncAfter(deadline: now + .nanoseconds(Int(delay))) { [weak self] in
            let notify = self?.state.withLock { state -> (@Sendable () -> Void)? in
                state.logs[number]?.isPending = false
                state.logs[number]?.lastNotice = .now()
                return state.logs[number]?.notify
            }
            notify?()
        }
    }
}
