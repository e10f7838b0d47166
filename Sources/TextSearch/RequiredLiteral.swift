/// Texts of which every match holds one: looking for them first skips most of a log at memory's
/// speed.
struct RequiredLiteral: Hashable, Sendable {
    /// One for each branch of the pattern. Each lists texts that every match of its branch holds,
    /// the most promising first, none empty; in lower case where `isCaseless`. Which of them are
    /// rare in a log, only the log can say: whoever searches goes on to the next where one is not.
    var branches: [[[UInt8]]]
    /// Whether ASCII letters stand for both cases.
    var isCaseless: Bool

    /// Looking for more at once is slower than the automaton.
    private static let mostBranches = 6
    /// More would only be tried in vain.
    private static let mostTexts = 4

    /// Nil where a match need not hold any text.
    init?(_ tree: PatternTree, isCaseless: Bool) {
        var reader = Reader(isCaseless: isCaseless)
        reader.collect(tree)
        reader.endRun()
        guard let branches = reader.best else { return nil }
        self.branches = branches
        self.isCaseless = isCaseless
    }

    /// How much a text promises to skip: long ones of seldom bytes most.
    private static func worth(_ text: [UInt8]) -> Int { text.reduce(0) { $0 + rarity($1) } }

    /// From 1 for a byte that every line of a log holds.
    private static func rarity(_ byte: UInt8) -> Int {
        switch Unicode.Scalar(byte) {
        case " ", "0", "1", "2", ":", "-", ".": 1
        case "e", "t", "a", "o", "i", "n", "s", "r", "3"..."9": 2
        case "j", "k", "q", "v", "w", "x", "z": 4
        case "a"..."z", ",", "/", "=", "[", "]", "_": 3
        case "A"..."Z": 4
        default: 5
        }
    }

    /// Goes through a tree with the run of bytes that stands before each of its parts.
    private struct Reader {
        let isCaseless: Bool
        private var run: [UInt8] = []
        /// The runs that every match holds.
        private var texts: [[UInt8]] = []
        /// The best choice of texts of which every match holds one.
        private var choice: [[[UInt8]]]?

        init(isCaseless: Bool) { self.isCaseless = isCaseless }

        /// One of the runs, or a choice where that promises more.
        var best: [[[UInt8]]]? {
            let sorted = texts.enumerated().sorted { left, right in
                let (one, other) = (worth(left.element), worth(right.element))
                return one == other ? left.offset < right.offset : one > other
            }
            let runs = sorted.isEmpty ? nil : [sorted.prefix(mostTexts).map(\.element)]
            guard let runs, let choice else { return runs ?? choice }
            return promise(choice) > promise(runs) ? choice : runs
        }

        /// The text that is found most often decides; each further one costs a pass.
        private func promise(_ branches: [[[UInt8]]]) -> Int {
            (branches.map { worth($0[0]) }.min() ?? 0) - 2 * (branches.count - 1)
        }

        mutating func endRun() {
            if !run.isEmpty { texts.append(run) }
            run = []
        }

        mutating func collect(_ tree: PatternTree) {
            switch tree {
            case .nothing, .assertion: break
            case .byte(let byte): run.append(byte)
            case .scalars(let set):
                if let bytes = single(set) { run += bytes } else { endRun() }
            case .sequence(let parts):
                for part in parts { collect(part) }
            case .choice(let parts):
                endRun()
                let each = parts.map { RequiredLiteral($0, isCaseless: isCaseless)?.branches }
                let all = each.compactMap { $0 }
                let branches = all.flatMap { $0 }
                guard all.count == each.count, branches.count <= mostBranches else { break }
                if choice.map({ promise(branches) > promise($0) }) ?? true { choice = branches }
            case .repeated(let part, let least, _):
                endRun()
                if least > 0 {
                    collect(part)
                    endRun()
                }
            }
        }

        /// The bytes of a set of one character, or of one ASCII letter in both cases.
        private func single(_ set: ScalarSet) -> [UInt8]? {
            let values = set.ranges.map(\.lowerBound)
            guard set.ranges.allSatisfy({ $0.count == 1 }), let last = values.last,
                let scalar = Unicode.Scalar(last)
            else { return nil }
            if values.count == 1 { return Array(String(Character(scalar)).utf8) }
            guard isCaseless, values.count == 2, last < 128, values[0] | 32 == last else {
                return nil
            }
            return [UInt8(last)]
        }
    }
}
