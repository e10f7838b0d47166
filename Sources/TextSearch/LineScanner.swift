internal import CByteScan

/// Finds the matching lines of a text in memory; belongs to one thread.
public final class LineScanner {
    private let pattern: TextPattern
    private lazy var dfa = LazyDFA(pattern.automaton)
    /// Lines that hold the literal but do not match, and the bytes gone through for them.
    private var (vainLines, vainBytes) = (0, 0)

    /// Whether looking for the literal first costs more than it spares: it stands in almost every
    /// line.
    private var isLiteralUseless: Bool { vainLines >= 64 && vainBytes < vainLines * 512 }

    public init(_ pattern: TextPattern) { self.pattern = pattern }

    /// The next line that matches, without its line end, at or behind `start`, where a line must
    /// begin; nil for none. The end of `bytes` ends the last line.
    ///
    /// Another text must be begun with a `start` of 0: what was seen ahead is kept until then.
    public func nextLine(in bytes: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
        guard let literal = pattern.literal, pattern.isLiteralAll || !isLiteralUseless else {
            guard let place = dfa.matchPlace(in: bytes, from: start) else { return nil }
            return line(at: place, in: bytes, from: start)
        }
        if start == 0 { ahead = literal.choices.map { _ in -1 } }
        var start = start
        while start < bytes.count, let place = find(literal, in: bytes, from: start) {
            let line = line(at: place, in: bytes, from: start)
            if pattern.isLiteralAll
                || dfa.matchPlace(in: UnsafeRawBufferPointer(rebasing: bytes[line]), from: 0)
                    != nil
            {
                return line
            }
            vainLines += 1
            vainBytes += line.upperBound + 1 - start
            start = line.upperBound + 1
            if isLiteralUseless { return nextLine(in: bytes, from: start) }
        }
        return nil
    }

    /// Whether the line at `line` in `bytes`, its line end left out, matches.
    public func matches(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) -> Bool {
        if line.isEmpty { return matchesEmpty }
        return nextLine(in: UnsafeRawBufferPointer(rebasing: bytes[line]), from: 0) != nil
    }

    private lazy var matchesEmpty = pattern.matches([])

    /// Of each text of the literal where it comes next; the end of the bytes for never, and what
    /// lies behind the place searched from is not known.
    private var ahead: [Int] = []

    private func find(
        _ literal: RequiredLiteral, in bytes: UnsafeRawBufferPointer, from start: Int
    ) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var nearest = bytes.count
        for (index, text) in literal.choices.enumerated() {
            if ahead[index] < start {
                ahead[index] = text.withUnsafeBytes { needle in
                    byte_scan_find(
                        base + start, bytes.count - start, needle.baseAddress, needle.count,
                        literal.isCaseless ? 1 : 0
                    ).map { $0 - base } ?? bytes.count
                }
            }
            nearest = min(nearest, ahead[index])
        }
        return nearest < bytes.count ? nearest : nil
    }

    /// The line whose bytes, its line end included, hold `place`.
    private func line(
        at place: Int, in bytes: UnsafeRawBufferPointer, from start: Int
    ) -> Range<Int> {
        guard let base = bytes.baseAddress else { return 0..<0 }
        let before = byte_scan_last(base + start, 10, place - start)
        let first = before.map { $0 - base + 1 } ?? start
        return
            first..<(byte_scan_first(base + place, 10, bytes.count - place).map { $0 - base }
            ?? bytes.count)
    }
}
