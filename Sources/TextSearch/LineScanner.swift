internal import CByteScan

/// Finds the matching lines of a text in memory; belongs to one thread.
public final class LineScanner {
    private let pattern: TextPattern
    private lazy var dfa = LazyDFA(pattern.automaton)
    /// One for each branch of the pattern's literal.
    private var seekers: [Seeker]
    /// Whether looking for the literal first costs more than it spares: of one branch all texts
    /// stand in almost every line.
    private(set) var isLiteralUseless = false
    /// Bytes gone through for the sake of the literal.
    private var soughtBytes = 0

    /// Looks for one of the texts of a branch.
    private struct Seeker {
        /// Which of them.
        var text = 0
        /// Where it comes next; the end of the bytes for never, and what lies behind the place
        /// searched from is not known.
        var next = -1
        /// Lines that hold it but do not match, and what was gone through before the first.
        var vainLines = 0
        var soughtBefore = 0

        /// Whether it stands in almost every line, after so many bytes.
        func isCommon(_ sought: Int) -> Bool {
            vainLines >= 64 && sought - soughtBefore < vainLines * 512
        }
    }

    public init(_ pattern: TextPattern) {
        self.pattern = pattern
        seekers = pattern.literal?.branches.map { _ in Seeker() } ?? []
    }

    /// The next line that matches, without its line end, at or behind `start`, where a line must
    /// begin; nil for none. The end of `bytes` ends the last line.
    ///
    /// Another text must be begun with a `start` of 0: what was seen ahead is kept until then.
    public func nextLine(in bytes: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
        guard let literal = pattern.literal, !isLiteralUseless else {
            guard let place = dfa.matchPlace(in: bytes, from: start) else { return nil }
            return line(at: place, in: bytes, from: start)
        }
        if start == 0 {
            for index in seekers.indices { seekers[index].next = -1 }
        }
        var start = start
        while start < bytes.count, let (place, branch) = find(literal, in: bytes, from: start) {
            let line = line(at: place, in: bytes, from: start)
            if pattern.isLiteralAll
                || dfa.matchPlace(in: UnsafeRawBufferPointer(rebasing: bytes[line]), from: 0)
                    != nil
            {
                return line
            }
            soughtBytes += line.upperBound + 1 - start
            start = line.upperBound + 1
            noteVain(branch, literal)
            if isLiteralUseless { return nextLine(in: bytes, from: start) }
        }
        return nil
    }

    /// Goes on to the next text of a branch whose text stands in almost every line.
    private func noteVain(_ branch: Int, _ literal: RequiredLiteral) {
        seekers[branch].vainLines += 1
        guard seekers[branch].isCommon(soughtBytes) else { return }
        let next = seekers[branch].text + 1
        guard next < literal.branches[branch].count else {
            isLiteralUseless = true
            return
        }
        seekers[branch] = Seeker(text: next, soughtBefore: soughtBytes)
    }

    /// Whether the line at `line` in `bytes`, its line end left out, matches.
    public func matches(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) -> Bool {
        if line.isEmpty { return matchesEmpty }
        return nextLine(in: UnsafeRawBufferPointer(rebasing: bytes[line]), from: 0) != nil
    }

    private lazy var matchesEmpty = pattern.matches([])

    /// The nearest place of a text of the literal, and the branch that it is of.
    private func find(
        _ literal: RequiredLiteral, in bytes: UnsafeRawBufferPointer, from start: Int
    ) -> (place: Int, branch: Int)? {
        guard let base = bytes.baseAddress else { return nil }
        var nearest = (place: bytes.count, branch: 0)
        for branch in seekers.indices {
            if seekers[branch].next < start {
                let text = literal.branches[branch][seekers[branch].text]
                seekers[branch].next = text.withUnsafeBytes { needle in
                    byte_scan_find(
                        base + start, bytes.count - start, needle.baseAddress, needle.count,
                        literal.isCaseless ? 1 : 0
                    ).map { $0 - base } ?? bytes.count
                }
            }
            if seekers[branch].next < nearest.place {
                nearest = (seekers[branch].next, branch)
            }
        }
        return nearest.place < bytes.count ? nearest : nil
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
