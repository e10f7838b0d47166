public import Domain
internal import LogText

/// Several logs read as one, in the order of the times that their lines state.
///
/// A line without a time stays behind the line above it; those before a log's first time stand where
/// the log began, as far as that is known, and else precede all others. Within one log the order is the file's,
/// whatever the times say. At equal times the earlier log of the list comes first. Memory: a page
/// of each log, 16 MiB in all, or 64 KiB a log where that is more.
public struct LogMerge: Sendable {
    public let logs: [LogFile]
    /// When each log began; nil where that is not known.
    private let beginnings: [Instant?]
    private static let memory = 16 << 20
    private static let pageLines = 64

    public enum Anchor: Hashable, Sendable {
        case start
        case end
        /// Before the first line of each log that states this time or a later one.
        case time(Instant)
    }

    /// - Parameter beginnings: when each of the logs began; those that are missing are not known.
    public init(_ logs: [LogFile], beginnings: [Instant?] = []) {
        self.logs = logs
        self.beginnings = logs.indices.map { $0 < beginnings.count ? beginnings[$0] : nil }
    }

    /// Where `anchor` cuts the logs.
    ///
    /// - Throws: ``LogFileError``; `CancellationError` within 50 ms of the task's cancellation.
    public func cut(at anchor: Anchor) async throws -> MergedLogCut {
        let logs = logs
        return try await onWorkerThread { stop in
            MergedLogCut(
                offsets: try logs.map { log in
                    switch anchor {
                    case .start: return 0
                    case .end: return try log.refresh().size
                    case .time(let time):
                        return try log.firstLine(at: time, stop: stop) ?? log.refresh().size
                    }
                })
        }
    }

    /// The `linesBefore` lines before `cut` and the `linesAfter` from it on.
    ///
    /// A cut of fewer logs than there are now is completed with the new logs' beginnings.
    ///
    /// - Throws: ``LogFileError``; `CancellationError` within 50 ms of the task's cancellation.
    public func slice(
        at cut: MergedLogCut, linesBefore: Int, linesAfter: Int, maxBytesPerLine: Int = 4_096
    ) async throws -> MergedLogSlice {
        let logs = logs
        return try await onWorkerThread { stop in
            let offsets = logs.indices.map { index in
                index < cut.offsets.count ? max(0, cut.offsets[index]) : 0
            }
            let pageBytes = max(64 * 1_024, Self.memory / max(1, logs.count))
            func cursors(_ direction: LogDirection) -> [MergeCursor] {
                logs.indices.map { index in
                    MergeCursor(
                        log: logs[index], source: index, offset: offsets[index],
                        direction: direction, pageLines: Self.pageLines, pageBytes: pageBytes,
                        maxBytesPerLine: max(0, maxBytesPerLine), stop: stop)
                }
            }
            var back = cursors(.backward)
            let earlier = try merge(&back, linesBefore, .backward)
            var forth = cursors(.forward)
            let later = try merge(&forth, linesAfter, .forward)
            return MergedLogSlice(
                lines: earlier.reversed() + later,
                start: MergedLogCut(offsets: back.map(\.offset)),
                end: MergedLogCut(offsets: forth.map(\.offset)),
                generations: try logs.map { try $0.refresh().generation })
        }
    }

    private func merge(
        _ cursors: inout [MergeCursor], _ count: Int, _ direction: LogDirection
    ) throws -> [MergedLogLine] {
        var lines: [MergedLogLine] = []
        guard count > 0 else { return [] }
        var heads: [MergedLogLine?] = []
        for index in cursors.indices { heads.append(try cursors[index].peek()) }
        while lines.count < count {
            var best: Int?
            for (index, head) in heads.enumerated() {
                guard let head else { continue }
                guard let known = best.flatMap({ heads[$0] }) else {
                    best = index
                    continue
                }
                let (time, other) = (moment(of: head), moment(of: known))
                if direction == .forward ? time < other : time >= other { best = index }
            }
            guard let best, let line = heads[best] else { break }
            lines.append(line)
            cursors[best].advance()
            heads[best] = try cursors[best].peek()
        }
        return lines
    }

    /// Where a line stands in time, in microseconds.
    private func moment(of line: MergedLogLine) -> Int64 {
        (line.time ?? beginnings[line.source])?.microseconds ?? .min
    }
}
