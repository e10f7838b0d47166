internal import Domain

/// Splits a template into text and expressions; collects problems and goes on after each.
struct TemplateParser {
    private let scalars: [Unicode.Scalar]
    private let params: Set<String>?
    /// Whether the text between expressions is wanted; a mere check does without.
    private let keepsText: Bool
    private var position = 0
    /// The last place worked out; places are asked for in ascending order, mostly.
    private var measured = (offset: 0, place: SourcePlace(line: 1, column: 1))
    private(set) var errors: [TemplateError] = []
    /// What the expressions ask of the run, in order.
    private(set) var uses: [TemplateUse] = []

    /// How many problems are collected before reading stops.
    private static let errorLimit = 20

    init(_ text: String, params: Set<String>?, keepsText: Bool = true) {
        self.keepsText = keepsText
        scalars = Array(text.unicodeScalars)
        self.params = params
    }

    mutating func parse() -> [Template.Part] {
        var parts: [Template.Part] = []
        var textStart = 0
        while position < scalars.count, errors.count < Self.errorLimit {
            guard scalars[position] == "{", position + 1 < scalars.count,
                let tag = Tag(scalars[position + 1])
            else {
                position += 1
                continue
            }
            let start = position
            position += 2
            var textEnd = start
            if position < scalars.count, scalars[position] == "-" {
                position += 1
                while textEnd > textStart, scalars[textEnd - 1].isTemplateBlank { textEnd -= 1 }
            }
            addText(textStart..<textEnd, to: &parts)
            switch tag {
            case .value:
                if let expression = readExpression(from: start) {
                    parts.append(.value(expression, at: place(of: start)))
                }
            case .comment: skipComment(from: start)
            case .statement:
                report(
                    at: start, "'{% … %}' statements are not supported",
                    "Use {{ … }} only; for the characters themselves write {{ \"{%\" }}.")
                skip(past: "%}", orTo: start + 2)
            }
            textStart = position
        }
        addText(textStart..<max(textStart, position), to: &parts)
        return parts
    }

    private enum Tag {
        case value, comment, statement

        init?(_ scalar: Unicode.Scalar) {
            switch scalar {
            case "{": self = .value
            case "#": self = .comment
            case "%": self = .statement
            default: return nil
            }
        }
    }

    private func addText(_ range: Range<Int>, to parts: inout [Template.Part]) {
        guard keepsText, !range.isEmpty else { return }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range])
        parts.append(.text(String(text)))
    }

    private mutating func readExpression(from start: Int) -> TemplateExpression? {
        var reader = TemplateExpressionReader(scalars, from: position, params: params)
        do throws(TemplateExpressionReader.Failure) {
            let expression = try reader.read()
            position = reader.end
            closeTag(strips: reader.stripsAfter)
            for use in reader.uses {
                uses.append(TemplateUse(place: place(of: use.at), what: use.what))
            }
            return expression
        } catch {
            report(at: error.isUnclosed ? start : error.at, error.problem, error.remedy)
            skip(past: "}}", orTo: scalars.count)
            return nil
        }
    }

    private mutating func skipComment(from start: Int) {
        var index = position
        while index + 1 < scalars.count {
            if scalars[index] == "#", scalars[index + 1] == "}" {
                let strips = index > position && scalars[index - 1] == "-"
                position = index + 2
                closeTag(strips: strips)
                return
            }
            index += 1
        }
        report(
            at: start, "the comment '{#' is never closed",
            "Close it with '#}'; for the characters themselves write {{ \"{#\" }}.")
        position = start + 2
    }

    private mutating func closeTag(strips: Bool) {
        guard strips else { return }
        while position < scalars.count, scalars[position].isTemplateBlank {
            position += 1
        }
    }

    private mutating func skip(past closing: String, orTo fallback: Int) {
        let closing = Array(closing.unicodeScalars)
        var index = position
        while index + 1 < scalars.count {
            if scalars[index] == closing[0], scalars[index + 1] == closing[1] {
                position = index + 2
                return
            }
            index += 1
        }
        position = max(position, fallback)
    }

    private mutating func report(at offset: Int, _ problem: String, _ remedy: String) {
        errors.append(TemplateError(place: place(of: offset), problem: problem, remedy: remedy))
    }

    private mutating func place(of offset: Int) -> SourcePlace {
        if offset < measured.offset { measured = (0, SourcePlace(line: 1, column: 1)) }
        for scalar in scalars[measured.offset..<offset] {
            if scalar == "\n" {
                measured.place.line += 1
                measured.place.column = 1
            } else {
                measured.place.column += 1
            }
        }
        measured.offset = offset
        return measured.place
    }
}
