/// A text that every match holds: looking for it first skips most of a log at memory's speed.
struct RequiredLiteral: Hashable, Sendable {
    /// In lower case where `isCaseless`.
    var bytes: [UInt8]
    /// Whether ASCII letters stand for both cases.
    var isCaseless: Bool

    /// The longest such text of `tree`; nil where there is none.
    init?(_ tree: PatternTree, isCaseless: Bool) {
        var best: [UInt8] = []
        var run: [UInt8] = []
        Self.collect(tree, isCaseless, &run, &best)
        if run.count > best.count { best = run }
        guard !best.isEmpty else { return nil }
        bytes = best
        self.isCaseless = isCaseless
    }

    /// Goes on with the run of bytes that stands before `tree`.
    private static func collect(
        _ tree: PatternTree, _ isCaseless: Bool, _ run: inout [UInt8], _ best: inout [UInt8]
    ) {
        func end() {
            if run.count > best.count { best = run }
            run = []
        }
        switch tree {
        case .nothing, .assertion: break
        case .byte(let byte): run.append(byte)
        case .scalars(let set):
            if let bytes = single(set, isCaseless) { run += bytes } else { end() }
        case .sequence(let parts):
            for part in parts { collect(part, isCaseless, &run, &best) }
        case .choice: end()
        case .repeated(let part, let least, _):
            end()
            if least > 0 {
                collect(part, isCaseless, &run, &best)
                end()
            }
        }
    }

    /// The bytes of a set of one character, or of one ASCII letter in both cases.
    private static func single(_ set: ScalarSet, _ isCaseless: Bool) -> [UInt8]? {
        let values = set.ranges.map(\.lowerBound)
        guard set.ranges.allSatisfy({ $0.count == 1 }), let last = values.last,
            let scalar = Unicode.Scalar(last)
        else { return nil }
        if values.count == 1 { return Array(String(Character(scalar)).utf8) }
        guard isCaseless, values.count == 2, last < 128, values[0] | 32 == last else { return nil }
        return [UInt8(last)]
    }
}
