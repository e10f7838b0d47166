import ByteCoding
import CProcess
import Domain
import Glibc
import SchedulerCore

/// The file `exits.log`: what was begun and how it ended, whatever becomes of those who asked.
///
/// That an attempt begins is written before its process exists. A process that is killed loses
/// nothing that it wrote; so on the same boot an attempt that is not in here was never begun. Ends
/// are synced to the disk as well, unless the engine says before that it has recorded them itself.
///
/// Records are frames: length (4 bytes, little endian), payload, FNV-1a of the payload (4 bytes). The
/// first one that does not fit ends the file: the power went while it was written. Whoever has the
/// file open holds its lock: there is one runner a state folder.
final class RunnerJournal {
    struct Entry {
        var known: KnownAttempt
        var log: String
        /// Number of the file that holds its output until it gets its name.
        var spare: Int?
        var bootID: String
        var limits = TaskLimits.none
        /// Name of the runner that began it, where that had a guard.
        var runner: String?
    }

    private var file: Int32
    private let path: String
    /// Who writes here; nil for a runner without a guard.
    private let runner: String?
    /// Whether the file says so.
    private var isSigned = false
    /// While it is read: who wrote what follows.
    private var reading: String?
    private var size: Int
    private(set) var entries: [String: Entry] = [:]
    /// The token that an attempt was begun with last.
    private var tokens: [AttemptID: String] = [:]
    /// When the oldest end that is not synced was written, by the monotonic clock.
    private(set) var unsyncedSince: Span?
    private var unsynced: Set<String> = []
    /// Ends noted so far.
    private var endCount = 0
    /// Records that wait for the next write.
    private var held: [UInt8] = []

    private static let rewriteSize = 4 << 20

    /// Opens or makes the file and reads what is in it.
    ///
    /// - Parameter runner: its name, where it has a guard.
    /// - Throws: ``RunnerError/occupied`` where another runner has it.
    init(_ path: String, runner: String? = nil) throws(RunnerError) {
        self.path = path
        self.runner = runner
        file = try Self.openLocked(path)
        size = 0
        let bytes = readAll(file)
        var offset = 0
        while let (payload, next) = Self.frame(in: bytes, at: offset) {
            guard (try? take(payload)) != nil else { break }
            offset = next
        }
        if offset < bytes.count { ftruncate(file, off_t(offset)) }
        size = offset
    }

    deinit {
        spillway_unlock(file)
        close(file)
    }

    func knows(_ token: String) -> Bool { entries[token] != nil }

    /// What is noted of an attempt; nil of one that was not begun, or is forgotten.
    func entry(of id: AttemptID) -> Entry? { tokens[id].flatMap { entries[$0] } }

    /// Whether those who record more than this file holds have space for it.
    var hasRoom: Bool { DiskRoom.isLeft(in: file) }

    /// Records that an attempt is about to be started. False where it cannot be written.
    ///
    /// - Parameter predecessor: token of the attempt whose place it takes.
    func begin(
        _ launch: ShellLaunch, spare: Int?, at: Instant, inPlaceOf predecessor: String? = nil
    ) -> Bool {
        sign()
        var writer = ByteWriter()
        writer.write(byte: predecessor == nil ? 0 : 5)
        writer.write(launch.token)
        writer.write(launch.id)
        writer.write(launch.log)
        writer.write(spare) { $0.write($1) }
        writer.write(at.microseconds)
        writer.write(ProcessTable.bootID)
        if let predecessor { writer.write(predecessor) }
        guard append(writer.bytes) else { return false }
        let known = KnownAttempt(
            id: launch.id, token: launch.token, begunAt: at, predecessor: predecessor)
        put(
            Entry(
                known: known, log: launch.log, spare: spare, bootID: ProcessTable.bootID,
                runner: runner),
            launch.token)
        if launch.limits != .none { note(launch.limits, of: launch.token) }
        return true
    }

    /// Says whose all is that follows, with the next write.
    private func sign() {
        guard let runner, !isSigned else { return }
        isSigned = true
        var writer = ByteWriter()
        writer.write(byte: 6)
        writer.write(runner)
        held += Self.frame(writer.bytes)
    }

    /// Forgets one of which nothing more is to be written.
    func drop(_ token: String) {
        if let id = entries.removeValue(forKey: token)?.known.id, tokens[id] == token {
            tokens[id] = nil
        }
    }

    private func put(_ entry: Entry, _ token: String) {
        entries[token] = entry
        tokens[entry.known.id] = token
    }

    /// Records what an attempt may use up, for a runner that takes it up.
    private func note(_ limits: TaskLimits, of token: String) {
        entries[token]?.limits = limits
        var writer = ByteWriter()
        writer.write(byte: 4)
        writer.write(token)
        writer.write(limits)
        _ = append(writer.bytes)
    }

    /// Records whose process an attempt is; by now its log has its name.
    func identify(_ token: String, _ process: ProcessIdentity?) {
        entries[token]?.known.process = process
        entries[token]?.spare = nil
        guard let process else { return }
        var writer = ByteWriter()
        writer.write(byte: 1)
        writer.write(token)
        writer.write(process)
        _ = append(writer.bytes)
    }

    /// Records how an attempt ended.
    ///
    /// - Parameter isHeld: it is written together with what begins next, or by ``release()``: a write
    ///   of its own would cost as much again.
    func end(
        _ token: String, _ outcome: AttemptOutcome, at: Instant, use: ResourceUse? = nil,
        isHeld: Bool = false
    ) {
        guard entries[token] != nil else { return }
        note(KnownAttempt.End(outcome: outcome, at: at, order: 0, use: use), of: token)
        var writer = ByteWriter()
        writer.write(byte: use == nil ? 2 : 3)
        writer.write(token)
        writer.write(outcome)
        writer.write(at.microseconds)
        if let use { writer.write(use) }
        if isHeld {
            held += Self.frame(writer.bytes)
        } else {
            guard append(writer.bytes) else { return }
        }
        if unsyncedSince == nil { unsyncedSince = SystemClock.monotonic() }
        unsynced.insert(token)
    }

    /// Writes the ends that were held.
    func release() { if !held.isEmpty { _ = append() } }

    private func note(_ end: KnownAttempt.End, of token: String) {
        endCount += 1
        entries[token]?.known.end = end
        entries[token]?.known.end?.order = endCount
    }

    /// Forgets attempts that have ended and are recorded elsewhere for good.
    func forget(_ tokens: [String]) {
        for token in tokens where entries[token]?.known.end != nil {
            drop(token)
            unsynced.remove(token)
        }
        if unsynced.isEmpty { unsyncedSince = nil }
        guard size > Self.rewriteSize else { return }
        if entries.isEmpty {
            clear()
        } else {
            rewrite()
        }
    }

    /// Makes the file empty once nothing in it is wanted.
    func clear() {
        guard entries.isEmpty else { return }
        (held, isSigned) = ([], false)
        guard size > 0, ftruncate(file, 0) == 0 else { return }
        size = 0
    }

    /// Brings the ends to the disk.
    func sync() {
        guard unsyncedSince != nil else { return }
        release()
        fdatasync(file)
        unsyncedSince = nil
        unsynced = []
    }

    /// Writes what is still wanted into a new file, which takes the place of the old one.
    private func rewrite() {
        let old = (file, size, held)
        guard let new = try? Self.openLocked(path + ".new") else { return }
        ftruncate(new, 0)
        // The entries say what was held as well.
        (file, size, held, isSigned) = (new, 0, [], false)
        var isWritten = true
        let inOrder = entries.sorted { left, right in
            (left.value.known.end?.order ?? .max) < (right.value.known.end?.order ?? .max)
        }
        for (token, entry) in inOrder {
            let launch = ShellLaunch(
                id: entry.known.id, command: "", directory: "", log: entry.log, token: token,
                limits: entry.limits)
            isWritten =
                isWritten
                && begin(
                    launch, spare: entry.spare, at: entry.known.begunAt,
                    inPlaceOf: entry.known.predecessor)
            entries[token] = entry
            if let process = entry.known.process { identify(token, process) }
            if let end = entry.known.end { self.end(token, end.outcome, at: end.at, use: end.use) }
        }
        if isWritten, fdatasync(new) == 0, rename(path + ".new", path) == 0 {
            close(old.0)
        } else {
            close(new)
            unlink(path + ".new")
            (file, size, held) = old
            isSigned = true
        }
    }

    private static func frame(_ payload: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(payload.count + 8)
        withUnsafeBytes(of: UInt32(payload.count).littleEndian) { frame += $0 }
        frame += payload
        withUnsafeBytes(of: check(payload[...]).littleEndian) { frame += $0 }
        return frame
    }

    /// Writes what was held, and the payload behind it. Where both are too much for the disk, what
    /// was held is kept.
    private func append(_ payload: [UInt8]? = nil) -> Bool {
        let frames = payload.map { held + Self.frame($0) } ?? held
        let count = write(file, frames, frames.count)
        guard count == frames.count else {
            // A part of a record would hide all behind it.
            if count > 0 { ftruncate(file, off_t(size)) }
            return false
        }
        held.removeAll(keepingCapacity: true)
        size += frames.count
        return true
    }

    private func take(_ payload: [UInt8]) throws(PayloadError) {
        var reader = ByteReader(payload)
        let kind = try reader.byte()
        let token = try reader.string()
        switch kind {
        case 0, 5:
            let (id, log) = (try reader.attempt(), try reader.string())
            let spare = try reader.optional { (reader) throws(PayloadError) in try reader.int() }
            var known = KnownAttempt(id: id, token: token, begunAt: try reader.instant())
            let bootID = try reader.string()
            if kind == 5 { known.predecessor = try reader.string() }
            put(
                Entry(
                    known: known, log: log, spare: spare, bootID: bootID, runner: reading), token)
        case 1:
            entries[token]?.known.process = try reader.process()
            entries[token]?.spare = nil
        case 2:
            let (outcome, at) = (try reader.outcome(), try reader.instant())
            note(KnownAttempt.End(outcome: outcome, at: at, order: 0), of: token)
        case 3:
            let (outcome, at) = (try reader.outcome(), try reader.instant())
            let use = try reader.resourceUse()
            note(KnownAttempt.End(outcome: outcome, at: at, order: 0, use: use), of: token)
        case 4: entries[token]?.limits = try reader.limits()
        case 6: reading = token
        default: throw PayloadError(offset: 0)
        }
    }

    private static func openLocked(_ path: String) throws(RunnerError) -> Int32 {
        let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw .system(call: "open of \(path)", code: errno) }
        guard spillway_lock(file) == 0 else {
            let code = errno
            close(file)
            if code == EWOULDBLOCK { throw .occupied }
            throw .system(call: "flock of \(path)", code: code)
        }
        return file
    }

    private static func frame(
        in bytes: [UInt8], at offset: Int
    ) -> (payload: [UInt8], next: Int)? {
        guard let length = number(in: bytes, at: offset) else { return nil }
        let (start, end) = (offset + 4, offset + 4 + Int(length))
        guard end + 4 <= bytes.count, number(in: bytes, at: end) == check(bytes[start..<end]) else {
            return nil
        }
        return (Array(bytes[start..<end]), end + 4)
    }

    private static func number(in bytes: [UInt8], at offset: Int) -> UInt32? {
        guard offset + 4 <= bytes.count else { return nil }
        return bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func check(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }
}

/// All bytes of an open file from its beginning.
private func readAll(_ file: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = pread(file, &buffer, buffer.count, off_t(bytes.count))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return bytes }
        bytes += buffer[..<count]
    }
}
