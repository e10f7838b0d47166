public import Domain
internal import LogText
public import TextSearch

/// Which lines of a log are shown.
public struct LogFilter: Sendable {
    /// A line must match one of these; none lets all pass.
    public var include: [TextPattern]
    /// A line must match none of these.
    public var exclude: [TextPattern]
    /// A line must state this level or a worse one. One that states none goes with the nearest
    /// line above that does, so that a stack trace stays with its error; before the first level of
    /// a log it passes.
    public var minimumLevel: LogLevel?

    public init(
        include: [TextPattern] = [], exclude: [TextPattern] = [], minimumLevel: LogLevel? = nil
    ) {
        self.include = include
        self.exclude = exclude
        self.minimumLevel = minimumLevel
    }
}

/// A filter at work on the chunks of a log; belongs to one thread.
final class FilterScanner {
    private let include: [LineScanner]
    private let exclude: [LineScanner]
    private let minimumLevel: LogLevel?
    let buffer = ReadBuffer()

    init(_ filter: LogFilter) {
        include = filter.include.map(LineScanner.init)
        exclude = filter.exclude.map(LineScanner.init)
        minimumLevel = filter.minimumLevel
    }

    /// Where the lines of `chunk` that pass begin. `level` is the level stated last before it.
    func passing(_ chunk: SearchChunk, level: () throws -> LogLevel?) rethrows -> [Int64] {
        var (starts, place): ([Int64], Int) = ([], 0)
        var (inherited, isKnown): (LogLevel?, Bool) = (nil, false)
        let lines = chunk.lines
        while place < lines.count {
            if include.count == 1, minimumLevel == nil {
                // One pattern finds its lines faster than they can be cut.
                guard let line = include[0].nextLine(in: lines, from: place) else { break }
                if !isExcluded(lines, line) { starts.append(chunk.offset + Int64(line.lowerBound)) }
                place = line.upperBound + 1
                continue
            }
            let end = lines[place...].firstIndex(of: 10) ?? lines.count
            var passes = true
            if let minimumLevel {
                let line = UnsafeRawBufferPointer(rebasing: lines[place..<end])
                let stated = LogLevel.stated(by: line.assumingMemoryBound(to: UInt8.self))
                if stated == nil, !isKnown { inherited = try level() }
                isKnown = true
                inherited = stated ?? inherited
                passes = inherited.map { $0 >= minimumLevel } ?? true
            }
            let line = place..<end
            if passes, include.isEmpty || include.contains(where: { $0.matches(lines, line) }),
                !isExcluded(lines, line)
            {
                starts.append(chunk.offset + Int64(place))
            }
            place = end + 1
        }
        return starts
    }

    private func isExcluded(_ lines: UnsafeRawBufferPointer, _ line: Range<Int>) -> Bool {
        exclude.contains { $0.matches(lines, line) }
    }
}
