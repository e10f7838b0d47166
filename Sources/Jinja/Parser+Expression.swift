extension Parser {
    /// An expression, or several with commas between them.
    mutating func tuple(
        withConditional: Bool = true, stop: String? = nil
    ) throws -> Expression {
        var parts: [Expression] = []
        var isTuple = false
        while true {
            if isTupleEnd(stop: stop) { break }
            parts.append(withConditional ? try expression() : try disjunction())
            guard current == .symbol(",") else { break }
            isTuple = true
            advance()
        }
        guard let first = parts.first else {
            throw SyntaxFault(
                message: "Expected an expression, got \(current.shown)", offset: offset)
        }
        return isTuple ? .tuple(parts) : first
    }

    private func isTupleEnd(stop: String?) -> Bool {
        switch current {
        case .variableEnd, .blockEnd, .symbol(")"), .end: true
        case .name(let name): name == stop
        default: false
        }
    }

    /// A whole expression: `a if b else c` and everything below it.
    mutating func expression() throws -> Expression {
        try deeper { parser in
            var value = try parser.disjunction()
            while parser.skip(name: "if") {
                let test = try parser.disjunction()
                let otherwise = parser.skip(name: "else") ? try parser.expression() : nil
                value = .conditional(test: test, then: value, otherwise: otherwise)
            }
            return value
        }
    }

    private mutating func disjunction() throws -> Expression {
        var left = try conjunction()
        var count = 0
        while skip(name: "or") {
            try link(&count)
            left = .or(left, try conjunction())
        }
        return left
    }

    private mutating func conjunction() throws -> Expression {
        var left = try negation()
        var count = 0
        while skip(name: "and") {
            try link(&count)
            left = .and(left, try negation())
        }
        return left
    }

    /// Counts the links of a chain: a long one would be as deep as a nested one.
    private func link(_ count: inout Int) throws {
        count += 1
        guard count <= Self.maximumChain else {
            throw SyntaxFault(
                message: "a chain of more than \(Self.maximumChain) operators", offset: offset,
                remedy: "Split it with {% set %}.")
        }
    }

    private mutating func negation() throws -> Expression {
        if skip(name: "not") { return .not(try deeper { try $0.negation() }) }
        return try comparison()
    }

    private mutating func comparison() throws -> Expression {
        let place = offset
        let first = try sum()
        var rest: [(Comparison, Expression)] = []
        while true {
            if case .symbol(let symbol) = current, let comparison = Comparison(rawValue: symbol) {
                advance()
                rest.append((comparison, try sum()))
            } else if skip(name: "in") {
                rest.append((.contained, try sum()))
            } else if current == .name("not"), position + 1 < tokens.count,
                tokens[position + 1].token == .name("in")
            {
                advance()
                advance()
                rest.append((.notContained, try sum()))
            } else {
                break
            }
        }
        return rest.isEmpty ? first : .compare(first, rest, place)
    }

    private mutating func sum() throws -> Expression {
        var left = try concatenation()
        var count = 0
        while case .symbol(let symbol) = current, symbol == "+" || symbol == "-" {
            let place = offset
            try link(&count)
            advance()
            left = .binary(
                symbol == "+" ? .add : .subtract, left, try concatenation(), place)
        }
        return left
    }

    private mutating func concatenation() throws -> Expression {
        let first = try product()
        guard current == .symbol("~") else { return first }
        var parts = [first]
        while skip("~") { parts.append(try product()) }
        return .concat(parts)
    }

    private mutating func product() throws -> Expression {
        var left = try power()
        var count = 0
        while case .symbol(let symbol) = current, ["*", "/", "//", "%"].contains(symbol),
            let operation = BinaryOperator(rawValue: symbol)
        {
            let place = offset
            try link(&count)
            advance()
            left = .binary(operation, left, try power(), place)
        }
        return left
    }

    private mutating func power() throws -> Expression {
        var left = try unary()
        var count = 0
        while current == .symbol("**") {
            let place = offset
            try link(&count)
            advance()
            left = .binary(.power, left, try unary(), place)
        }
        return left
    }

    private mutating func unary(withFilter: Bool = true) throws -> Expression {
        let place = offset
        var value: Expression
        if skip("-") {
            value = .negate(try deeper { try $0.unary(withFilter: false) }, place)
        } else if skip("+") {
            value = .plus(try deeper { try $0.unary(withFilter: false) }, place)
        } else {
            value = try primary()
        }
        value = try postfix(value)
        return withFilter ? try filterExpression(value) : value
    }

    private mutating func primary() throws -> Expression {
        let place = offset
        switch current {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return .bool(true)
            case "false", "False": return .bool(false)
            case "none", "None": return .none
            default:
                if !mentions.isEmpty { mentions[mentions.count - 1].insert(name) }
                return .name(name, place)
            }
        case .string(var text):
            advance()
            while case .string(let more) = current {
                text += more
                advance()
            }
            return .string(text)
        case .int(let number):
            advance()
            return .int(number)
        case .bigInteger(let digits):
            advance()
            return .bigInteger(digits)
        case .float(let number):
            advance()
            return .float(number)
        case .symbol("("):
            advance()
            if skip(")") { return .tuple([]) }
            let value = try deeper { try $0.tuple() }
            try expect(")")
            return value
        case .symbol("["):
            advance()
            return .list(try deeper { try $0.items(closing: "]") })
        case .symbol("{"):
            advance()
            return .dict(try deeper { try $0.pairs() })
        default:
            throw SyntaxFault(message: "unexpected \(current.shown)", offset: place)
        }
    }

    private mutating func items(closing: String) throws -> [Expression] {
        var list: [Expression] = []
        while !skip(closing) {
            if !list.isEmpty { try expect(",") }
            if skip(closing) { break }
            list.append(try expression())
        }
        return list
    }

    private mutating func pairs() throws -> [(Expression, Expression)] {
        var list: [(Expression, Expression)] = []
        while !skip("}") {
            if !list.isEmpty { try expect(",") }
            if skip("}") { break }
            let key = try expression()
            try expect(":")
            list.append((key, try expression()))
        }
        return list
    }

    private mutating func postfix(_ start: Expression) throws -> Expression {
        var value = start
        var count = 0
        while true {
            let place = offset
            switch current {
            case .symbol("."):
                try link(&count)
                advance()
                if case .int(let index) = current {
                    advance()
                    value = .item(value, .int(index), place)
                } else {
                    let after = offset
                    value = .attribute(value, try name("an attribute's name"), after)
                }
            case .symbol("["):
                try link(&count)
                advance()
                value = try deeper { try $0.subscripted(value, at: place) }
            case .symbol("("):
                try link(&count)
                value = .call(value, try deeper { try $0.arguments() }, place)
            default:
                return value
            }
        }
    }

    private mutating func subscripted(_ value: Expression, at place: Int) throws -> Expression {
        var parts: [Expression] = []
        var bounds: [Expression?] = []
        var isSlice = false
        if current != .symbol(":") { parts.append(try expression()) }
        if current == .symbol(":") {
            isSlice = true
            bounds.append(parts.popLast())
            while skip(":") {
                if current == .symbol(":") || current == .symbol("]") {
                    bounds.append(nil)
                } else {
                    bounds.append(try expression())
                }
            }
        } else {
            while skip(",") {
                if current == .symbol("]") { break }
                parts.append(try expression())
            }
        }
        try expect("]")
        if isSlice {
            guard bounds.count <= 3 else {
                throw SyntaxFault(message: "a slice has at most three parts", offset: place)
            }
            return .slice(
                value, from: bounds[0], to: bounds.count > 1 ? bounds[1] : nil,
                step: bounds.count > 2 ? bounds[2] : nil, place)
        }
        guard parts.count == 1, let only = parts.first else {
            return .item(value, .tuple(parts), place)
        }
        return .item(value, only, place)
    }

    /// The arguments of a call, from `(` to `)`.
    private mutating func arguments() throws -> CallArguments {
        var result = CallArguments()
        try expect("(")
        var isFirst = true
        while !skip(")") {
            if !isFirst { try expect(",") }
            isFirst = false
            if skip(")") { break }
            if skip("*") {
                result.spread = try expression()
            } else if skip("**") {
                result.spreadNamed = try expression()
            } else if case .name(let name) = current, position + 1 < tokens.count,
                tokens[position + 1].token == .symbol("=")
            {
                advance()
                advance()
                result.named.append((name, try expression()))
            } else {
                guard result.named.isEmpty, result.spreadNamed == nil else {
                    throw SyntaxFault(
                        message: "invalid syntax for function call expression", offset: offset,
                        remedy: "Write the named arguments last.")
                }
                result.positional.append(try expression())
            }
        }
        return result
    }

    private mutating func filterExpression(_ start: Expression) throws -> Expression {
        var value = start
        var count = 0
        while true {
            let place = offset
            if current == .symbol("|") {
                try link(&count)
                advance()
                value = try oneFilter(value)
            } else if current == .name("is") {
                try link(&count)
                value = try test(value)
            } else if current == .symbol("(") {
                try link(&count)
                value = .call(value, try deeper { try $0.arguments() }, place)
            } else {
                return value
            }
        }
    }

    private mutating func oneFilter(_ value: Expression?) throws -> Expression {
        let place = offset
        var title = try name("a filter's name")
        while skip(".") { title += "." + (try name("a filter's name")) }
        guard Filters.names.contains(title) else {
            throw unknown("filter", title, among: Filters.names, at: place)
        }
        let arguments =
            current == .symbol("(") ? try deeper { try $0.arguments() } : CallArguments()
        return .filter(value, title, arguments, place)
    }

    private func unknown(
        _ kind: String, _ title: String, among names: Set<String>, at place: Int
    ) -> SyntaxFault {
        let near = nearest(to: title, among: names)
        return SyntaxFault(
            message: "No \(kind) named '\(title)'.", offset: place,
            remedy: near.map { "Write '\($0)' instead." } ?? "Use one of Jinja's \(kind)s.")
    }

    /// `| a | b(1)`, or `a | b` at the start of a filter block, over what the block renders.
    mutating func filterChain(_ value: Expression?, isStart: Bool) throws -> Expression {
        if !isStart { try expect("|") }
        var result = try oneFilter(value)
        var count = 0
        while current == .symbol("|") {
            try link(&count)
            advance()
            result = try oneFilter(result)
        }
        return result
    }

    private mutating func test(_ value: Expression) throws -> Expression {
        advance()
        let isNegated = skip(name: "not")
        let place = offset
        var title: String
        if case .symbol(let symbol) = current, Tests.names.contains(symbol) {
            title = symbol
            advance()
        } else {
            title = try name("a test's name")
        }
        while skip(".") { title += "." + (try name("a test's name")) }
        guard Tests.names.contains(title) else {
            throw unknown("test", title, among: Tests.names, at: place)
        }
        var given = CallArguments()
        switch current {
        case .symbol("("):
            given = try deeper { try $0.arguments() }
        case .name(let word) where word == "is":
            throw SyntaxFault(
                message: "You cannot chain multiple tests with is", offset: offset,
                remedy: "Join them with 'and'.")
        case .name(let word) where ["else", "or", "and"].contains(word):
            break
        case .name, .string, .int, .bigInteger, .float, .symbol("["), .symbol("{"):
            given.positional = [try postfix(try primary())]
        default:
            break
        }
        return .test(value, title, given, isNegated: isNegated, place)
    }
}
