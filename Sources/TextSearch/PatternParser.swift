/// Reads a regular expression.
///
/// Known: `.`, `[a-z]`, `[^…]`, `[[:alpha:]]`, `\d \w \s \D \W \S`, `\t \r \f \e \0`, `\xHH`,
/// `\x{H…}`, `( )`, `(?: )`, `|`, `* + ? {m} {m,} {m,n}`, `^ $ \b \B`, `(?i)` at the start.
/// A `?` after a repetition is read: which lines match does not depend on it.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var place = 0
    private var depth = 0
    private(set) var isCaseless: Bool

    private static let deepest = 50
    private static let mostRepeats = 1_000

    init(_ text: String, isCaseless: Bool) {
        scalars = Array(text.unicodeScalars)
        self.isCaseless = isCaseless
    }

    mutating func parse() throws(PatternError) -> PatternTree {
        if scalars.starts(with: "(?i)".unicodeScalars) {
            isCaseless = true
            place = 4
        }
        if place == scalars.count { throw error(.empty) }
        let tree = try choice()
        if place < scalars.count { throw error(.unopenedGroup) }
        return tree
    }

    private var current: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        place += 1
        return true
    }

    private func error(_ reason: PatternError.Reason, at position: Int? = nil) -> PatternError {
        PatternError(reason: reason, position: position ?? place)
    }

    private mutating func choice() throws(PatternError) -> PatternTree {
        var branches = [try sequence()]
        while skip("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(PatternError) -> PatternTree {
        var parts: [PatternTree] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            var part = try atom()
            while let (least, most) = try repetition() {
                if case .assertion = part { throw error(.nothingToRepeat, at: place - 1) }
                part = .repeated(part, least: least, most: most)
                depth += 1
                if depth > Self.deepest { throw error(.tooDeep) }
            }
            depth = min(depth, openGroups)
            parts.append(part)
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private var openGroups = 0

    private mutating func atom() throws(PatternError) -> PatternTree {
        let start = place
        let scalar = scalars[place]
        place += 1
        switch scalar {
        case ".": return .scalars(.anything)
        case "^": return .assertion(.lineStart)
        case "$": return .assertion(.lineEnd)
        case "[": return .scalars(folded(try bracket(start)))
        case "(": return try group(start)
        case "\\": return try escape(start)
        case "*", "+", "?": throw error(.nothingToRepeat, at: start)
        default: return .scalars(folded(ScalarSet(scalar)))
        }
    }

    private func folded(_ set: ScalarSet) -> ScalarSet { isCaseless ? set.caseless : set }

    private mutating func group(_ start: Int) throws(PatternError) -> PatternTree {
        if skip("?"), !skip(":") {
            throw error(
                .unsupported("look-arounds, named groups and flags inside a pattern"), at: start)
        }
        openGroups += 1
        if openGroups > Self.deepest { throw error(.tooDeep, at: start) }
        let tree = try choice()
        openGroups -= 1
        if !skip(")") { throw error(.unclosedGroup, at: start) }
        return tree
    }

    private mutating func repetition() throws(PatternError) -> (Int, Int?)? {
        let start = place
        let range: (Int, Int?)
        if skip("*") {
            range = (0, nil)
        } else if skip("+") {
            range = (1, nil)
        } else if skip("?") {
            range = (0, 1)
        } else if current == "{", place + 1 < scalars.count,
            ("0"..."9").contains(scalars[place + 1])
        {
            place += 1
            guard let least = number() else { throw error(.badRepetition, at: start) }
            var most: Int? = least
            if skip(",") { most = current == "}" ? nil : number() ?? -1 }
            guard skip("}"), most ?? least >= least else {
                throw error(.badRepetition, at: start)
            }
            range = (least, most)
        } else {
            return nil
        }
        _ = skip("?")
        return range
    }

    private mutating func number() -> Int? {
        var value = 0
        var isAny = false
        while let scalar = current, ("0"..."9").contains(scalar) {
            value = value * 10 + Int(scalar.value - 48)
            if value > Self.mostRepeats { return nil }
            isAny = true
            place += 1
        }
        return isAny ? value : nil
    }

    private mutating func escape(_ start: Int) throws(PatternError) -> PatternTree {
        guard let scalar = current else { throw error(.badEscape("\\"), at: start) }
        switch scalar {
        case "b":
            place += 1
            return .assertion(.wordBoundary)
        case "B":
            place += 1
            return .assertion(.noWordBoundary)
        case "1"..."9": throw error(.unsupported("back references"), at: start)
        case "x" where place + 1 < scalars.count && scalars[place + 1] != "{":
            let set = try escapedSet(start)
            if let value = set.ranges.first?.lowerBound, value > 127 {
                return .byte(UInt8(truncatingIfNeeded: value))
            }
            return .scalars(folded(set))
        default: return .scalars(folded(try escapedSet(start)))
        }
    }

    /// The set that the escape after a `\` at `start` stands for.
    private mutating func escapedSet(_ start: Int) throws(PatternError) -> ScalarSet {
        guard let scalar = current else { throw error(.badEscape("\\"), at: start) }
        place += 1
        switch scalar {
        case "d": return .digits
        case "w": return .words
        case "s": return .blanks
        case "D": return ScalarSet.digits.inverted
        case "W": return ScalarSet.words.inverted
        case "S": return ScalarSet.blanks.inverted
        case "t": return ScalarSet("\t")
        case "r": return ScalarSet("\r")
        case "f": return ScalarSet("\u{0C}")
        case "e": return ScalarSet("\u{1B}")
        case "0": return ScalarSet("\0")
        case "n": throw error(.unsupported("line ends in a pattern"), at: start)
        case "x": return try hexadecimal(start)
        case let scalar where scalar.isASCII && scalar.properties.isAlphabetic:
            throw error(.badEscape("\\\(scalar)"), at: start)
        default: return ScalarSet(scalar)
        }
    }

    private mutating func hexadecimal(_ start: Int) throws(PatternError) -> ScalarSet {
        let isBraced = skip("{")
        var text = ""
        while let scalar = current, scalar.properties.isASCIIHexDigit,
            text.utf8.count < (isBraced ? 6 : 2)
        {
            text.unicodeScalars.append(scalar)
            place += 1
        }
        guard let value = UInt32(text, radix: 16), Unicode.Scalar(value) != nil,
            isBraced ? skip("}") : text.utf8.count == 2
        else { throw error(.badEscape("\\x"), at: start) }
        return ScalarSet([value...value])
    }

    /// The rest of a class after its `[`.
    private mutating func bracket(_ start: Int) throws(PatternError) -> ScalarSet {
        let isInverted = skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while true {
            guard let scalar = current else { throw error(.unclosedClass, at: start) }
            if scalar == "]", !isFirst { break }
            isFirst = false
            if scalar == "[", place + 1 < scalars.count, scalars[place + 1] == ":" {
                ranges += try namedClass().ranges
                continue
            }
            let low = try classMember()
            guard low.ranges.count == 1, low.ranges[0].count == 1, current == "-",
                place + 1 < scalars.count, scalars[place + 1] != "]"
            else {
                ranges += low.ranges
                continue
            }
            let dash = place
            place += 1
            let high = try classMember()
            guard high.ranges.count == 1, high.ranges[0].count == 1,
                high.ranges[0].lowerBound >= low.ranges[0].lowerBound
            else { throw error(.backwardRange, at: dash) }
            ranges.append(low.ranges[0].lowerBound...high.ranges[0].lowerBound)
        }
        place += 1
        let set = isCaseless ? ScalarSet(ranges).caseless : ScalarSet(ranges)
        let result = isInverted ? set.inverted : set
        if result.ranges.isEmpty { throw error(.emptyClass, at: start) }
        return result
    }

    private mutating func classMember() throws(PatternError) -> ScalarSet {
        let start = place
        guard let scalar = current else { throw error(.unclosedClass) }
        place += 1
        return scalar == "\\" ? try escapedSet(start) : ScalarSet(scalar)
    }

    private mutating func namedClass() throws(PatternError) -> ScalarSet {
        let start = place
        let names: [(String, ScalarSet)] = [
            ("alpha", ScalarSet([65...90, 97...122])), ("digit", .digits),
            ("alnum", ScalarSet([48...57, 65...90, 97...122])), ("space", .blanks),
            ("upper", ScalarSet([65...90])), ("lower", ScalarSet([97...122])),
            ("xdigit", ScalarSet([48...57, 65...70, 97...102])),
            ("punct", ScalarSet([33...47, 58...64, 91...96, 123...126])),
            ("blank", ScalarSet([9...9, 32...32])), ("word", .words),
        ]
        for (name, set) in names {
            let text = Array("[:\(name):]".unicodeScalars)
            if scalars[place...].starts(with: text) {
                place += text.count
                return set
            }
        }
        throw error(.badEscape("[:"), at: start)
    }
}
