/// A pattern as a nondeterministic automaton over bytes (Thompson 1968).
struct Automaton: Sendable {
    enum Step: Sendable {
        case bytes(ClosedRange<UInt8>, next: Int)
        case fork(Int, Int)
        case assertion(PatternTree.Assertion, next: Int)
        case match
    }

    private(set) var steps: [Step] = []
    private(set) var start = 0
    private(set) var hasWordAssertions = false

    private static let mostSteps = 20_000

    /// - Throws: ``PatternError`` `tooLarge` beyond 20,000 steps.
    init(_ tree: PatternTree) throws(PatternError) {
        steps.append(.match)
        start = try add(tree, then: 0)
    }

    private mutating func add(_ step: Step) throws(PatternError) -> Int {
        guard steps.count < Self.mostSteps else {
            throw PatternError(reason: .tooLarge, position: 0)
        }
        steps.append(step)
        return steps.count - 1
    }

    /// Adds `tree` so that it goes on at `next`; gives where it begins.
    private mutating func add(
        _ tree: PatternTree, then next: Int
    ) throws(PatternError) -> Int {
        switch tree {
        case .nothing: return next
        case .byte(let byte): return try add(.bytes(byte...byte, next: next))
        case .scalars(let set): return try add(set, then: next)
        case .sequence(let parts):
            var next = next
            for part in parts.reversed() { next = try add(part, then: next) }
            return next
        case .choice(let branches):
            var starts: [Int] = []
            for branch in branches { starts.append(try add(branch, then: next)) }
            return try fork(starts)
        case .assertion(let assertion):
            if assertion == .wordBoundary || assertion == .noWordBoundary {
                hasWordAssertions = true
            }
            return try add(.assertion(assertion, next: next))
        case .repeated(let part, let least, let most):
            return try addRepeated(part, least, most, then: next)
        }
    }

    private mutating func addRepeated(
        _ part: PatternTree, _ least: Int, _ most: Int?, then next: Int
    ) throws(PatternError) -> Int {
        var entry = next
        if let most {
            for _ in 0..<most - least {
                entry = try add(.fork(add(part, then: entry), next))
            }
        } else {
            let loop = try add(.fork(next, next))
            let body = try add(part, then: loop)
            steps[loop] = .fork(body, next)
            entry = loop
        }
        for _ in 0..<least { entry = try add(part, then: entry) }
        return entry
    }

    private mutating func add(_ set: ScalarSet, then next: Int) throws(PatternError) -> Int {
        var starts: [Int] = []
        for range in set.ranges {
            for sequence in byteSequences(of: range) {
                var place = next
                for bytes in sequence.reversed() {
                    place = try add(.bytes(bytes, next: place))
                }
                starts.append(place)
            }
            // Bytes that can begin no character count as one each, so that `.` passes over them.
            if range.upperBound == ScalarSet.largest {
                starts.append(try add(.bytes(0x80...0xBF, next: next)))
                starts.append(try add(.bytes(0xF8...0xFF, next: next)))
            }
        }
        return try fork(starts)
    }

    private mutating func fork(_ starts: [Int]) throws(PatternError) -> Int {
        guard var place = starts.last else { return try add(.bytes(255...255, next: 0)) }
        for start in starts.dropLast().reversed() { place = try add(.fork(start, place)) }
        return place
    }
}
