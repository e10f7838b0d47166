import JSONText

/// Reads a condition written as text.
///
/// `col("a") == "x"`, `col("a").notNull()`, `a > 5 and not (b in [1, 2])`, `a.isnull()`,
/// `` `a b` != 'c' ``; `and or not`, `& | ~`, parentheses.
struct RowConditionParser {
    private enum Token: Hashable {
        case word(String)
        case quotedName(String)
        case text(String)
        case number(String)
        case sign(String)
    }

    private var tokens: [Token] = []
    private var position = 0
    private var depth = 0

    static func parse(_ text: String) throws(RowConditionError) -> RowCondition {
        var parser = RowConditionParser()
        try parser.scan(text)
        let condition = try parser.either()
        guard parser.position == parser.tokens.count else {
            throw Self.error("'\(parser.shown)' is not expected")
        }
        return condition
    }

    private static func error(_ problem: String) -> RowConditionError {
        RowConditionError(
            problem: problem,
            remedy: "Write it as col(\"name\") == \"value\", joined by 'and' and 'or'.")
    }

    private var current: Token? { position < tokens.count ? tokens[position] : nil }

    private var shown: String {
        switch current {
        case .word(let text), .quotedName(let text), .text(let text), .number(let text),
            .sign(let text):
            text
        case nil: "the end"
        }
    }

    private mutating func skip(_ candidates: String...) -> Bool {
        switch current {
        case .word(let text) where candidates.contains(text.lowercased()),
            .sign(let text) where candidates.contains(text):
            position += 1
            return true
        default: return false
        }
    }

    private mutating func require(_ sign: String) throws(RowConditionError) {
        if !skip(sign) { throw Self.error("'\(sign)' was expected, not '\(shown)'") }
    }

    private mutating func either() throws(RowConditionError) -> RowCondition {
        depth += 1
        defer { depth -= 1 }
        guard depth < RowCondition.deepest else { throw Self.error("it is nested too deeply") }
        var parts = [try both()]
        while skip("or", "|", "||") { parts.append(try both()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func both() throws(RowConditionError) -> RowCondition {
        var parts = [try single()]
        while skip("and", "&", "&&") { parts.append(try single()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func single() throws(RowConditionError) -> RowCondition {
        var isNegated = false
        while skip("not", "~", "!") { isNegated.toggle() }
        let condition: RowCondition
        if skip("(") {
            condition = try either()
            try require(")")
        } else {
            condition = try comparison()
        }
        return isNegated ? .not(condition) : condition
    }

    private mutating func column() throws(RowConditionError) -> String {
        switch current {
        case .word("col")
        where position + 1 < tokens.count && tokens[position + 1] == .sign("("):
            position += 2
            guard case .text(let name)? = current else {
                throw Self.error("a column's name was expected, not '\(shown)'")
            }
            position += 1
            try require(")")
            return name
        case .word(let name), .quotedName(let name):
            position += 1
            return name
        default: throw Self.error("a column was expected, not '\(shown)'")
        }
    }

    private mutating func comparison() throws(RowConditionError) -> RowCondition {
        let name = try column()
        if skip(".") {
            let method = shown.lowercased().filter { $0 != "_" }
            position += 1
            try require("(")
            try require(")")
            switch method {
            case "notnull", "isnotnull", "notna": return .isNull(column: name, false)
            case "isnull", "isna": return .isNull(column: name, true)
            default: throw Self.error("'.\(method)()' is not known")
            }
        }
        if skip("is") {
            let isNull = !skip("not")
            guard skip("null", "none") else { throw Self.error("'null' was expected") }
            return .isNull(column: name, isNull)
        }
        if skip("in") { return .membership(column: name, try list(), isIn: true) }
        if skip("not") {
            guard skip("in") else { throw Self.error("'in' was expected, not '\(shown)'") }
            return .membership(column: name, try list(), isIn: false)
        }
        let signs: [(String, RowCondition.Comparison)] = [
            ("==", .equal), ("=", .equal), ("!=", .unequal), ("<>", .unequal), ("<=", .atMost),
            (">=", .atLeast), ("<", .less), (">", .more),
        ]
        for (sign, comparison) in signs where skip(sign) {
            return .comparison(column: name, comparison, try value())
        }
        throw Self.error("a comparison was expected, not '\(shown)'")
    }

    private mutating func list() throws(RowConditionError) -> [JSONValue] {
        let end = skip("[") ? "]" : ")"
        if end == ")" { try require("(") }
        var values: [JSONValue] = []
        while !skip(end) {
            values.append(try value())
            if !skip(",") {
                try require(end)
                break
            }
        }
        return values
    }

    private mutating func value() throws(RowConditionError) -> JSONValue {
        if skip("date") {
            try require("(")
            let inner = try value()
            try require(")")
            return inner
        }
        let isNegative = skip("-")
        let token = current
        position += 1
        switch token {
        case .text(let text) where !isNegative: return .string(text)
        case .number(let text):
            let written = isNegative ? "-" + text : text
            if let whole = Int64(written) { return .integer(whole) }
            if let number = Double(written), number.isFinite { return .number(number) }
            throw Self.error("'\(written)' is no number")
        case .word(let word) where !isNegative:
            switch word.lowercased() {
            case "true": return .bool(true)
            case "false": return .bool(false)
            case "none", "null": return .null
            default: throw Self.error("'\(word)' is no value: a text needs quotes")
            }
        default: throw Self.error("a value was expected")
        }
    }

    private mutating func scan(_ text: String) throws(RowConditionError) {
        let scalars = Array(text.unicodeScalars)
        var place = 0
        func taken(_ test: (Unicode.Scalar) -> Bool) -> String {
            var word = String.UnicodeScalarView()
            while place < scalars.count, test(scalars[place]) {
                word.append(scalars[place])
                place += 1
            }
            return String(word)
        }
        while place < scalars.count {
            let scalar = scalars[place]
            switch scalar {
            case " ", "\t", "\n", "\r": place += 1
            case "\"", "'", "`":
                guard let end = scalars[(place + 1)...].firstIndex(of: scalar) else {
                    throw Self.error("a quote is not closed")
                }
                var inner = String.UnicodeScalarView()
                inner.append(contentsOf: scalars[(place + 1)..<end])
                tokens.append(scalar == "`" ? .quotedName(String(inner)) : .text(String(inner)))
                place = end + 1
            case "0"..."9":
                tokens.append(
                    .number(
                        taken {
                            ("0"..."9").contains($0) || $0 == "." || $0 == "e" || $0 == "E"
                        }))
            case let letter where letter.properties.isAlphabetic || letter == "_":
                tokens.append(
                    .word(
                        taken {
                            $0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0)
                        }))
            default:
                let two = String(
                    String.UnicodeScalarView(scalars[place..<min(place + 2, scalars.count)]))
                if ["==", "!=", "<>", "<=", ">=", "&&", "||"].contains(two) {
                    tokens.append(.sign(two))
                    place += 2
                } else {
                    tokens.append(.sign(String(scalar)))
                    place += 1
                }
            }
        }
    }
}
