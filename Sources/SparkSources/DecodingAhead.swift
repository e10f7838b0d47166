internal import Dispatch
internal import Glibc
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

    private let queue = DispatchQueue(
        label: "event log decoding", qos: .userInitiated, attributes: .concurrent)
    private var idle: [Portion]
    /// In the order of the log.
    private var pending: [Portion] = []
    private var pendingBytes = 0
    /// Bytes that came behind the pending ones and are not yet enough, or no whole line.
    private var carry: [UInt8] = []

    init() {
        let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
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
        pendingBytes += count
        pending.append(portion)
        queue.async {
            portion.lines.withLock { $0.decode() }
            portion.isDecoded.signal()
        }
    }

    private mutating func takeOldest(_ reader: inout EventLogReader) {
        let portion = pending.removeFirst()
        portion.isDecoded.wait()
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
    }
}
