internal import Domain

/// Macros, members of dates, and arguments.
extension TemplateExpressionReader {
    mutating func readMacro(
        _ name: String, at start: Int
    ) throws(Failure) -> TemplateExpression {
        let counts = ["ds_add": 2, "ds_format": 3]
        guard let count = counts[name] else {
            throw unknown("macro", name, among: TemplateNames.macros, at: start)
        }
        let arguments = try readArguments(count...count, of: name, at: start)
        return name == "ds_add"
            ? .addDays(arguments[0], arguments[1])
            : .reformat(arguments[0], from: arguments[1], to: arguments[2])
    }

    /// `.year`, `.strftime('%d')`, `.add(days=1)` after a date.
    mutating func readMembers(of value: TemplateExpression) throws(Failure) -> TemplateExpression {
        var value = value
        while peek == "." {
            let start = position + 1
            guard value.kind == .date else {
                throw Failure(
                    at: position, problem: "\(value.kind.rawValue) has no members",
                    remedy: "Remove what follows the '.'.")
            }
            let name = try readMember(of: "a date", example: "logical_date.strftime('%d')")
            value = try readMember(name, of: value, at: start)
        }
        return value
    }

    private mutating func readMember(
        _ name: String, of date: TemplateExpression, at start: Int
    ) throws(Failure) -> TemplateExpression {
        switch name {
        case "strftime":
            let patternStart = position + 1
            let pattern = try readArguments(1...1, of: name, at: start)[0]
            if case .literal(let text) = pattern, let code = DatePattern.unknownCode(in: text) {
                throw Failure(
                    at: patternStart, problem: "strftime does not know '\(code.short)'",
                    remedy: "It knows % with one of \(DatePattern.writable).")
            }
            return .strftime(date, pattern)
        case "add", "subtract":
            return .moved(date, by: try readMoves(of: name, isBackwards: name == "subtract"))
        case "isoformat":
            _ = try readArguments(0...0, of: name, at: start)
            return .dateForm(.ts, date)
        case "date", "to_date_string":
            _ = try readArguments(0...0, of: name, at: start)
            return .dateForm(.ds, date)
        default:
            guard let part = TemplateDatePart(rawValue: name) else {
                throw unknown("member of a date", name, among: TemplateNames.dateMembers, at: start)
            }
            return .datePart(part, date)
        }
    }

    /// `(days=1, hours=2)`; a number alone counts days.
    mutating func readMoves(
        of name: String, isBackwards: Bool
    ) throws(Failure) -> [TemplateMove] {
        let start = position
        let mistaken = Failure(
            at: start, problem: "this length of time is not understood",
            remedy: "Write for example \(name)(days=1, hours=2).")
        guard peek == "(" else { throw mistaken }
        position += 1
        var moves: [TemplateMove] = []
        skipBlanks()
        while peek != ")" {
            var unit = TemplateMove.Unit.days
            let unitStart = position
            let word = readWord()
            skipBlanks()
            if !word.isEmpty, peek == "=" {
                guard let named = TemplateMove.Unit(rawValue: word) else {
                    throw unknown(
                        "unit of time", word, among: TemplateMove.Unit.allCases.map(\.rawValue),
                        at: unitStart)
                }
                unit = named
                position += 1
                skipBlanks()
            } else {
                position = unitStart
            }
            moves.append(
                TemplateMove(
                    count: try readExpression(), unit: unit, isBackwards: isBackwards))
            guard peek == "," else { break }
            position += 1
            skipBlanks()
        }
        guard peek == ")", !moves.isEmpty else { throw peek == nil ? unclosed : mistaken }
        position += 1
        return moves
    }

    mutating func readArguments(
        _ counts: ClosedRange<Int>, of name: String, at start: Int
    ) throws(Failure) -> [TemplateExpression] {
        let most = counts.upperBound
        let number = counts.count == 1 ? "\(most)" : "\(counts.lowerBound) or \(most)"
        let wrongCount = Failure(
            at: start, problem: "'\(name)' takes \(number) argument\(most == 1 ? "" : "s")",
            remedy: "Write \(TemplateNames.example(ofCall: name)).")
        guard peek == "(" else { throw wrongCount }
        position += 1
        var arguments: [TemplateExpression] = []
        skipBlanks()
        while peek != ")" {
            arguments.append(try readExpression())
            if peek == "," {
                position += 1
                skipBlanks()
            } else if peek == nil {
                throw unclosed
            } else if peek != ")" {
                throw Failure(
                    at: position, problem: "expected ',' or ')' in the call of '\(name)'",
                    remedy: "Separate arguments by commas.")
            }
        }
        position += 1
        guard counts.contains(arguments.count) else { throw wrongCount }
        return arguments
    }
}
