/// Finds the extents of matches: of those that begin first, the longest.
///
/// All starts are followed side by side, so that a match costs its length times the pattern's size;
/// the whole is bounded by an effort, behind which no further matches are told.
struct MatchRanges {
    private let automaton: Automaton
    private var closure: StepSet
    private var effort = 4_000_000

    init(_ automaton: Automaton) {
        self.automaton = automaton
        closure = StepSet(capacity: automaton.steps.count)
    }

    mutating func ranges(in line: UnsafeBufferPointer<UInt8>, limit: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var from = 0
        while from <= line.count, found.count < limit, effort > 0,
            let range = first(in: line, from: from)
        {
            if !range.isEmpty { found.append(range) }
            from = max(range.upperBound, from + (range.isEmpty ? 1 : 0))
            if range.isEmpty { from = max(from, range.upperBound + 1) }
        }
        return found
    }

    private mutating func first(
        in line: UnsafeBufferPointer<UInt8>, from: Int
    ) -> Range<Int>? {
        // Steps in the order of their starts: a step reached twice keeps the earlier start.
        var threads: [(step: Int, start: Int)] = []
        var best: Range<Int>?
        var place = from
        while place <= line.count, effort > 0 {
            let surroundings = StepSet.Surroundings(
                isLineStart: place == 0, isLineEnd: place == line.count,
                isAfterWord: place > 0 && isWordByte(line[place - 1]),
                isBeforeWord: place < line.count && isWordByte(line[place]))
            closure.removeAll()
            var next: [(step: Int, start: Int)] = []
            func follow(_ step: Int, _ start: Int) {
                for member in closure.insert(step, of: automaton, surroundings) {
                    switch automaton.steps[member] {
                    case .match:
                        if let known = best, start > known.lowerBound { break }
                        best = start..<place
                    case .bytes(let range, let target):
                        if place < line.count, range.contains(line[place]) {
                            next.append((target, start))
                        }
                    case .fork, .assertion: break
                    }
                }
            }
            for (step, start) in threads where start <= best?.lowerBound ?? .max {
                follow(step, start)
            }
            if best == nil { follow(automaton.start, place) }
            effort -= closure.members.count + 1
            threads = next
            if threads.isEmpty, best != nil { break }
            place += 1
        }
        return best
    }
}
