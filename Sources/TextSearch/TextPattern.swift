/// What is searched for in lines: a plain text or a regular expression.
///
/// Works on bytes of any kind; takes time in proportion to the text, whatever the pattern, for
/// there is no backtracking. A match never reaches beyond its line.
public struct TextPattern: Sendable {
    public enum Kind: Hashable, Sendable {
        case literal
        /// POSIX extended syntax with `\d \w \s \b`, without look-around and back references.
        case regularExpression
    }

    public enum LetterCase: Hashable, Sendable {
        /// Matters only where the pattern holds a capital.
        case smart
        case matters
        case ignored
    }

    public let text: String
    public let kind: Kind
    public let letterCase: LetterCase
    let automaton: Automaton
    let literal: RequiredLiteral?
    /// Whether finding `literal` is all there is to a match.
    let isLiteralAll: Bool

    /// - Throws: ``PatternError`` with the position in `text`.
    public init(
        _ text: String, kind: Kind = .regularExpression, letterCase: LetterCase = .smart
    ) throws(PatternError) {
        self.text = text
        self.kind = kind
        self.letterCase = letterCase
        if let place = Array(text.unicodeScalars).firstIndex(of: "\n") {
            throw PatternError(reason: .unsupported("line ends in a pattern"), position: place)
        }
        var isCaseless =
            switch letterCase {
            case .smart: !Self.holdsCapital(text, kind)
            case .matters: false
            case .ignored: true
            }
        let tree: PatternTree
        switch kind {
        case .literal:
            if text.isEmpty { throw PatternError(reason: .empty, position: 0) }
            let caseless = isCaseless
            tree = .sequence(
                text.unicodeScalars.map {
                    .scalars(caseless ? ScalarSet($0).caseless : ScalarSet($0))
                })
        case .regularExpression:
            var parser = PatternParser(text, isCaseless: isCaseless)
            tree = try parser.parse()
            isCaseless = parser.isCaseless
        }
        automaton = try Automaton(tree)
        literal = RequiredLiteral(tree, isCaseless: isCaseless)
        isLiteralAll =
            kind == .literal && literal?.branches.map { $0.map(\.count) } == [[text.utf8.count]]
    }

    /// Whether a capital is meant: the letter of an escape such as `\S` is not.
    private static func holdsCapital(_ text: String, _ kind: Kind) -> Bool {
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if !isEscaped, scalar.properties.isUppercase { return true }
            isEscaped = kind == .regularExpression && !isEscaped && scalar == "\\"
        }
        return false
    }

    /// Where in `line` the matches are, from left to right, none empty: at each place the longest.
    ///
    /// At most `limit`; a line on which the pattern takes very long tells only its first ones.
    public func ranges(in line: [UInt8], limit: Int = 1_000) -> [Range<Int>] {
        line.withUnsafeBufferPointer { bytes in
            var finder = MatchRanges(automaton)
            return finder.ranges(in: bytes, limit: limit)
        }
    }

    /// Whether `line`, which holds no line end, matches.
    public func matches(_ line: [UInt8]) -> Bool {
        if line.isEmpty { return matchesEmpty }
        return line.withUnsafeBytes { LineScanner(self).nextLine(in: $0, from: 0) != nil }
    }

    private var matchesEmpty: Bool {
        var closure = StepSet(capacity: automaton.steps.count)
        _ = closure.insert(
            automaton.start, of: automaton,
            StepSet.Surroundings(
                isLineStart: true, isLineEnd: true, isAfterWord: false, isBeforeWord: false))
        return closure.holdsMatch
    }
}
