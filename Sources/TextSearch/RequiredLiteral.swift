/// Texts of which every match holds one: looking for them first skips most of a log at memory's
/// speed.
struct RequiredLiteral: Hashable, Sendable {
    /// One or more, none empty; in lower case where `isCaseless`.
    var choices: [[UInt8]]
    /// Whether ASCII letters stand for both cases.
    var isCaseless: Bool

    /// Looking for more at once is slower than the automaton.
    private static let mostChoices = 6

    /// The longest such texts of `tree`; nil where there are none.
    init?(_ tree: PatternTree, isCaseless: Bool) {
        var reader = Reader(isCaseless: isCaseless)
        reader.collect(tree)
        reader.endRun()
        guard !reader.best.isEmpty else { return nil }
        choices = reader.best
        self.isCaseless = isCaseless
    }

    /// Goes through a tree with the run of bytes that stands before each of its parts.
    private struct Reader {
        let isCaseless: Bool
        var run: [UInt8] = []
        var best: [[UInt8]] = []

        /// Few long texts are better than many short ones.
        private func worth(_ choices: [[UInt8]]) -> Int {
            (choices.map(\.count).min() ?? 0) * 4 - choices.count
        }

        private mutating func offer(_ choices: [[UInt8]]) {
            if best.isEmpty || worth(choices) > worth(best) { best = choices }
        }

        mutating func endRun() {
            if !run.isEmpty { offer([run]) }
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
            case .choice(let branches):
                endRun()
                let texts = branches.map { RequiredLiteral($0, isCaseless: isCaseless)?.choices }
                let all = texts.compactMap { $0 }
                let choices = all.flatMap { $0 }
                if all.count == texts.count, choices.count <= mostChoices { offer(choices) }
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
