/// The steps an automaton can be at, found by following forks and fulfilled assertions.
struct StepSet {
    /// In the order in which they were reached.
    private(set) var members: [Int] = []
    private var isMember: [Bool]
    private var open: [Int] = []
    private(set) var holdsMatch = false

    /// What stands around the place between two bytes.
    struct Surroundings {
        var isLineStart: Bool
        var isLineEnd: Bool
        var isAfterWord: Bool
        var isBeforeWord: Bool

        func fulfils(_ assertion: PatternTree.Assertion) -> Bool {
            switch assertion {
            case .lineStart: isLineStart
            case .lineEnd: isLineEnd
            case .wordBoundary: isAfterWord != isBeforeWord
            case .noWordBoundary: isAfterWord == isBeforeWord
            }
        }
    }

    init(capacity: Int) { isMember = [Bool](repeating: false, count: capacity) }

    mutating func removeAll() {
        for member in members { isMember[member] = false }
        members.removeAll(keepingCapacity: true)
        holdsMatch = false
    }

    /// Adds `step` and all that it leads to without a byte; gives those newly added.
    mutating func insert(
        _ step: Int, of automaton: Automaton, _ surroundings: Surroundings
    ) -> ArraySlice<Int> {
        let first = members.count
        open.append(step)
        while let step = open.popLast() {
            if isMember[step] { continue }
            isMember[step] = true
            members.append(step)
            switch automaton.steps[step] {
            case .bytes: break
            case .match: holdsMatch = true
            case .fork(let one, let other):
                open.append(other)
                open.append(one)
            case .assertion(let assertion, let next):
                if surroundings.fulfils(assertion) { open.append(next) }
            }
        }
        return members[first...]
    }
}

/// Letters, digits and the underscore of ASCII, as `\w` and `\b` mean them.
func isWordByte(_ byte: UInt8) -> Bool {
    byte &- 48 < 10 || (byte | 32) &- 97 < 26 || byte == 95
}
