/// Tells which lines match, by a deterministic automaton that is built while it runs.
///
/// One table look-up a byte, whatever the pattern: there is no backtracking. The table has a column
/// for each byte, because each look-up waits for the one before. It is bounded; when it is full it
/// is begun anew. Belongs to one thread.
final class LazyDFA {
    private let automaton: Automaton
    /// Bytes that the pattern does not tell apart, by the first of them.
    private var classes: [UInt8: [UInt8]] = [:]
    private var firstOfClass: [UInt8] = []
    private static let width = 256
    private let table: UnsafeMutablePointer<Int32>
    private var states: [State] = []
    private var numbers: [State: Int32] = [:]
    private var closure: StepSet

    private static let mostStates = 1_000
    private static let unknown: Int32 = -1
    private static let matched: Int32 = -2

    /// The steps that wait for the next byte's surroundings, and what stood before.
    private struct State: Hashable {
        var steps: [Int]
        var isLineStart: Bool
        var isAfterWord: Bool
    }

    init(_ automaton: Automaton) {
        self.automaton = automaton
        closure = StepSet(capacity: automaton.steps.count)
        var isBorder = [Bool](repeating: false, count: 257)
        for step in automaton.steps {
            if case .bytes(let range, _) = step {
                isBorder[Int(range.lowerBound)] = true
                isBorder[Int(range.upperBound) + 1] = true
            }
        }
        if automaton.hasWordAssertions {
            for byte in 1..<256 where isWordByte(UInt8(byte)) != isWordByte(UInt8(byte - 1)) {
                isBorder[byte] = true
            }
        }
        isBorder[10] = true
        isBorder[11] = true
        for byte in 0..<256 {
            let first = byte == 0 || isBorder[byte] ? UInt8(byte) : firstOfClass[byte - 1]
            firstOfClass.append(first)
            classes[first, default: []].append(UInt8(byte))
        }
        table = .allocate(capacity: Self.width * Self.mostStates)
        beginAnew()
    }

    deinit { table.deallocate() }

    /// The first place at or behind `start` where it is certain that its line matches; nil for
    /// none. `start` begins a line, and the end of `bytes` ends one.
    func matchPlace(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress, start < bytes.count else { return nil }
        // A local, for the compiler reads a class's properties anew behind every call.
        let table = table
        var place = base + start
        let end = base + bytes.count
        var row = 0
        while place < end {
            let byte = place.load(as: UInt8.self)
            var next = table[row &+ Int(byte)]
            if next < 0 {
                if next == Self.unknown { next = step(Int32(row), byte) }
                if next == Self.matched { return place - base }
            }
            row = Int(next)
            place += 1
        }
        guard bytes[bytes.count - 1] != 10 else { return nil }
        let known = table[row &+ 10]
        let next = known == Self.unknown ? step(Int32(row), 10) : known
        return next == Self.matched ? bytes.count : nil
    }

    private func beginAnew() {
        states.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        _ = row(of: State(steps: [], isLineStart: true, isAfterWord: false))
    }

    private func row(of state: State) -> Int32 {
        if let known = numbers[state] { return known }
        let row = Int32(states.count * Self.width)
        states.append(state)
        numbers[state] = row
        (table + Int(row)).update(repeating: Self.unknown, count: Self.width)
        return row
    }

    /// Fills in where a byte leads from the state at `row`, and all others of its class.
    private func step(_ row: Int32, _ byte: UInt8) -> Int32 {
        let state = states[Int(row) / Self.width]
        let isLineEnd = byte == 10
        let surroundings = StepSet.Surroundings(
            isLineStart: state.isLineStart, isLineEnd: isLineEnd,
            isAfterWord: state.isAfterWord, isBeforeWord: !isLineEnd && isWordByte(byte))
        closure.removeAll()
        for step in state.steps { _ = closure.insert(step, of: automaton, surroundings) }
        _ = closure.insert(automaton.start, of: automaton, surroundings)
        if closure.holdsMatch { return set(Self.matched, row, byte) }
        if isLineEnd { return set(0, row, byte) }
        var next: Set<Int> = []
        for member in closure.members {
            if case .bytes(let range, let target) = automaton.steps[member], range.contains(byte) {
                next.insert(target)
            }
        }
        let target = State(
            steps: next.sorted(), isLineStart: false,
            isAfterWord: automaton.hasWordAssertions && isWordByte(byte))
        if states.count == Self.mostStates, numbers[target] == nil {
            // Row 0 stays the state at a line's start.
            beginAnew()
            return self.row(of: target)
        }
        return set(self.row(of: target), row, byte)
    }

    private func set(_ target: Int32, _ row: Int32, _ byte: UInt8) -> Int32 {
        for same in classes[firstOfClass[Int(byte)]] ?? [] { table[Int(row) + Int(same)] = target }
        return target
    }
}
