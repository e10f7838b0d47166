internal import Dispatch
internal import Processors
internal import SparkLog
internal import Synchronization

/// Feeds a reader on all processors: portions of lines are decoded on other threads, while this one
/// fetches the next ones and hands the decoded ones to the reader in their order.
///
/// The model comes out the same as from one thread.
struct DecodingAhead {
    /// Portions below this many bytes are not worth waking another thread for; blocks of a codec,
    /// which may be smaller, are collected until they are.
    private static let leastBytes = 128 << 10
    /// A line that is longer than this goes to the reader in pieces.
    private static let longestLine = 4 << 20

    private let queue: DispatchQueue
    private var idle: [Portion]
    /// In the order of the log.
    private var pending: [Portion] = []
    private var pendingBytes = 0
    /// Bytes that came behind the pending ones and are not yet enough, or no whole line.
    private var carry: [UInt8] = []

    init() {
        let processors = Processors.count
        // This thread decodes too, when it has nothing else to do: on two processors one more is
        // enough, and a third thread would only take turns with them.
        queue = DispatchQueue(
            label: "event log decoding", qos: .userInitiated,
            attributes: processors > 2 ? .concurrent : [])
        idle = processors < 2 ? [] : (0...min(processors, 4)).map { _ in Portion() }
    }

    /// As the reader's own `feed`, but the reader may lag behind by some portions until `drain`.
    mutating func feed(_ bytes: UnsafeRawBufferPointer, to reader: inout EventLogReader) {
        var bytes = bytes
        if pending.isEmpty, carry.isEmpty {
            // The first portion at once: it has what there is to see first.
            guard !idle.isEmpty, reader.bytesRead > 0 else { return reader.feed(bytes) }
            if !reader.isAtStartOfLine {
                guard let end = bytes.firstIndex(of: Self.lineFeed) else {
                    return reader.feed(bytes)
                }
                reader.feed(UnsafeRawBufferPointer(rebasing: bytes[...end]))
                bytes = UnsafeRawBufferPointer(rebasing: bytes[(end + 1)...])
            }
        }
        guard carry.count + bytes.count >= Self.leastBytes,
            let last = bytes.lastIndex(of: Self.lineFeed)
        else {
            carry.append(contentsOf: bytes)
            if carry.count > Self.longestLine { drain(to: &reader) }
            return
        }
        if idle.isEmpty { takeOldest(&reader) }
        decode(UnsafeRawBufferPointer(rebasing: bytes[...last]), for: reader)
        carry.append(contentsOf: bytes[(last + 1)...])
    }

    /// Hands the reader everything that was fed.
    mutating func drain(to reader: inout EventLogReader) {
        while !pending.isEmpty { takeOldest(&reader) }
        guard !carry.isEmpty else { return }
        carry.withUnsafeBytes { reader.feed($0) }
        carry = []
    }

    /// Reads bytes to where they are decoded, which spares a copy of each.
    ///
    /// - Parameter read: puts bytes into the room it is given and says how many.
    /// - Returns: what `read` said; nil where the bytes must be fed, nothing having been read.
    mutating func feed(
        upTo count: Int, to reader: inout EventLogReader,
        _ read: (UnsafeMutableRawBufferPointer) -> Int
    ) -> Int? {
        guard reader.bytesRead > 0, !idle.isEmpty || !pending.isEmpty,
            !pending.isEmpty || reader.isAtStartOfLine, count >= Self.leastBytes,
            carry.count <= Self.longestLine
        else { return nil }
        if idle.isEmpty { takeOldest(&reader) }
        let portion = idle.removeLast()
        var got = 0
        let size = portion.lines.withLock { decoded in
            decoded.begin(at: reader.placeAhead(by: pendingBytes))
            carry.withUnsafeBytes { decoded.append($0) }
            decoded.append(upTo: count) { room in
                got = read(room)
                return got
            }
            carry.removeAll(keepingCapacity: true)
            if decoded.byteCount < Self.leastBytes {
                decoded.withLines { carry.append(contentsOf: $0) }
                return 0
            }
            decoded.cutLastLine { carry.append(contentsOf: $0) }
            return decoded.byteCount
        }
        if size > 0 { begin(portion, size) } else { idle.append(portion) }
        return got
    }

    /// - Precondition: a portion is idle.
    private mutating func decode(_ lines: UnsafeRawBufferPointer, for reader: EventLogReader) {
        let portion = idle.removeLast()
        let count = carry.count + lines.count
        portion.lines.withLock { decoded in
            decoded.begin(at: reader.placeAhead(by: pendingBytes))
            carry.withUnsafeBytes { decoded.append($0) }
            decoded.append(lines)
        }
        carry.removeAll(keepingCapacity: true)
        begin(portion, count)
    }

    private mutating func begin(_ portion: Portion, _ byteCount: Int) {
        pendingBytes += byteCount
        pending.append(portion)
        portion.isClaimed.store(false, ordering: .releasing)
        queue.async { portion.decodeUnlessClaimed() }
    }

    private mutating func takeOldest(_ reader: inout EventLogReader) {
        let portion = pending.removeFirst()
        if !portion.decodeUnlessClaimed() {
            // While another thread is at it, the next ones can be decoded here.
            while portion.isDecoded.wait(timeout: .now()) == .timedOut {
                guard pending.contains(where: { $0.decodeUnlessClaimed() }) else {
                    portion.isDecoded.wait()
                    break
                }
            }
        } else {
            portion.isDecoded.wait()
        }
        portion.lines.withLock {
            pendingBytes -= $0.byteCount
            reader.feed(&$0)
        }
        idle.append(portion)
    }

    private static let lineFeed = UInt8(ascii: "\n")

    /// Lines on their way through another thread.
    private final class Portion: Sendable {
        let lines = Mutex(DecodedLines())
        let isDecoded = DispatchSemaphore(value: 0)
        /// Whether a thread has begun to decode them, or they are not to be decoded.
        let isClaimed = Atomic(true)

        /// Decodes the lines; false where a thread has begun to.
        @discardableResult
        func decodeUnlessClaimed() -> Bool {
            guard !isClaimed.exchange(true, ordering: .acquiringAndReleasing) else { return false }
            lines.withLock { $0.decode() }
            isDecoded.signal()
            return true
        }
    }
}
