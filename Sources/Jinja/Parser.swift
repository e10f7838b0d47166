/// Turns tokens into statements, by the grammar of Jinja2 3.1 with dbt's blocks.
struct Parser {
    let tokens: [PlacedToken]
    var position = 0
    /// What the macros being parsed mention, innermost last.
    var mentions: [Set<String>] = []
    private var depth = 0

    static let maximumDepth = 90
    static let maximumChain = 400

    init(tokens: [PlacedToken]) { self.tokens = tokens }

    var current: Token { tokens[position].token }
    var offset: Int { tokens[position].offset }

    mutating func advance() {
        if position + 1 < tokens.count { position += 1 }
    }

    mutating func skip(_ symbol: String) -> Bool {
        guard current == .symbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard current == .name(name) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: String) throws {
        guard skip(symbol) else {
            throw SyntaxFault(message: "expected '\(symbol)', got \(current.shown)", offset: offset)
        }
    }

    mutating func name(_ what: String) throws -> String {
        guard case .name(let name) = current else {
            throw SyntaxFault(message: "expected \(what), got \(current.shown)", offset: offset)
        }
        advance()
        return name
    }

    mutating func expectBlockEnd() throws {
        guard current == .blockEnd else {
            throw SyntaxFault(
                message: "expected the end of the block, got \(current.shown)", offset: offset)
        }
        advance()
    }

    /// Runs `work` one level deeper; throws where a file nests too much.
    mutating func deeper<Result>(
        _ work: (inout Parser) throws -> Result
    ) throws -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw SyntaxFault(
                message: "nested more than \(Self.maximumDepth) levels deep", offset: offset,
                remedy: "Split it with {% set %} or into macros.")
        }
        return try work(&self)
    }

    /// Parses up to the end of the template.
    mutating func template() throws -> [Statement] {
        let body = try statements(until: [], opener: nil)
        return body
    }

    /// Parses statements up to a block whose name is in `ends`; that name is the current token.
    mutating func statements(
        until ends: Set<String>, opener: (name: String, offset: Int)?
    ) throws -> [Statement] {
        var body: [Statement] = []
        while true {
            switch current {
            case .data(let text):
                body.append(.text(text))
                advance()
            case .variableBegin:
                advance()
                let value = try tuple()
                guard current == .variableEnd else {
                    throw SyntaxFault(
                        message: "expected '}}', got \(current.shown)", offset: offset)
                }
                advance()
                body.append(.output(value))
            case .blockBegin:
                advance()
                if case .name(let word) = current, ends.contains(word) { return body }
                body.append(try deeper { try $0.statement(opener: opener) })
            case .end:
                guard let opener else { return body }
                throw SyntaxFault(
                    message: "the block '\(opener.name)' is not closed", offset: opener.offset,
                    remedy: "Close it with '{% end\(opener.name) %}'.")
            default:
                throw SyntaxFault(message: "unexpected \(current.shown)", offset: offset)
            }
        }
    }

    /// Parses the body of the block `name` and its end tag.
    mutating func body(of name: String, at offset: Int) throws -> [Statement] {
        let end = "end\(name)"
        let body = try statements(until: [end], opener: (name, offset))
        advance()
        try expectBlockEnd()
        return body
    }

    private mutating func statement(opener: (name: String, offset: Int)?) throws -> Statement {
        let place = offset
        let word = try name("a statement's name")
        switch word {
        case "if": return try conditional(at: place)
        case "for": return try loop(at: place)
        case "set": return try assignment(at: place)
        case "macro":
            let title = try name("the macro's name")
            return .macro(try macro(title, ending: "macro", at: place))
        case "test", "data_test":
            let title = try name("the test's name")
            return .macro(try macro("test_\(title)", ending: word, at: place))
        case "call": return try callBlock(at: place)
        case "filter":
            let filter = try filterChain(nil, isStart: true)
            try expectBlockEnd()
            return .filterBlock(filter, body: try body(of: "filter", at: place))
        case "do", "print":
            let value = try tuple()
            try expectBlockEnd()
            return word == "do" ? .perform(value) : .output(value)
        case "with": return try with(at: place)
        case "snapshot", "docs", "materialization", "analysis":
            return try hostBlock(word, at: place)
        case "include", "import", "from", "extends", "block", "autoescape":
            throw SyntaxFault(
                message: "the tag '\(word)' is not supported", offset: place,
                remedy: "Use macros: they are found in every file of the macro folders.")
        default:
            var message = "Encountered unknown tag '\(word)'."
            if let opener {
                message += " The innermost block that needs to be closed is '\(opener.name)'."
            }
            throw SyntaxFault(
                message: message, offset: place,
                remedy: "Jinja was looking for a statement such as if, for, set, macro, call or do."
            )
        }
    }

    private mutating func conditional(at place: Int) throws -> Statement {
        var branches: [(test: Expression, body: [Statement])] = []
        var test = try tuple(withConditional: false)
        while true {
            try expectBlockEnd()
            let body = try statements(until: ["elif", "else", "endif"], opener: ("if", place))
            branches.append((test, body))
            if skip(name: "elif") {
                test = try tuple(withConditional: false)
                continue
            }
            var otherwise: [Statement] = []
            if skip(name: "else") {
                try expectBlockEnd()
                otherwise = try statements(until: ["endif"], opener: ("if", place))
            }
            advance()
            try expectBlockEnd()
            return .conditional(branches, otherwise: otherwise)
        }
    }

    private mutating func loop(at place: Int) throws -> Statement {
        let target = try assignmentTarget(stop: "in")
        guard skip(name: "in") else {
            throw SyntaxFault(message: "expected 'in', got \(current.shown)", offset: offset)
        }
        let items = try tuple(withConditional: false, stop: "recursive")
        var condition: Expression?
        if skip(name: "if") { condition = try expression() }
        let isRecursive = skip(name: "recursive")
        try expectBlockEnd()
        let body = try statements(until: ["else", "endfor"], opener: ("for", place))
        var otherwise: [Statement] = []
        if skip(name: "else") {
            try expectBlockEnd()
            otherwise = try statements(until: ["endfor"], opener: ("for", place))
        }
        advance()
        try expectBlockEnd()
        return .loop(
            Loop(
                target: target, items: items, condition: condition, body: body,
                otherwise: otherwise, isRecursive: isRecursive, offset: place))
    }

    private mutating func assignmentTarget(stop: String? = nil) throws -> Target {
        var parts: [Target] = []
        var isTuple = false
        repeat {
            if let stop, current == .name(stop) { break }
            if current == .symbol("=") || current == .blockEnd || current == .symbol(")") { break }
            if skip("(") {
                parts.append(try deeper { try $0.assignmentTarget() })
                try expect(")")
            } else {
                let first = try name("a name to assign to")
                if ["true", "false", "none", "True", "False", "None"].contains(first) {
                    throw SyntaxFault(message: "can't assign to '\(first)'", offset: offset)
                }
                if skip(".") {
                    parts.append(.attribute(first, try name("an attribute")))
                } else {
                    parts.append(.name(first))
                }
            }
            if current == .symbol(",") { isTuple = true }
        } while skip(",")
        guard let first = parts.first else {
            throw SyntaxFault(message: "expected a name, got \(current.shown)", offset: offset)
        }
        return isTuple ? .tuple(parts) : first
    }

    private mutating func assignment(at place: Int) throws -> Statement {
        let target = try assignmentTarget()
        if skip("=") {
            let value = try tuple()
            try expectBlockEnd()
            return .set(target, value, place)
        }
        let filter = current == .symbol("|") ? try filterChain(nil, isStart: false) : nil
        try expectBlockEnd()
        return .setBlock(target, filter: filter, body: try body(of: "set", at: place), place)
    }

    private mutating func with(at place: Int) throws -> Statement {
        var bindings: [(Target, Expression)] = []
        while current != .blockEnd {
            if !bindings.isEmpty { try expect(",") }
            let target = Target.name(try name("a name"))
            try expect("=")
            bindings.append((target, try expression()))
        }
        try expectBlockEnd()
        return .with(bindings, body: try body(of: "with", at: place))
    }

    private mutating func parameters() throws -> [(name: String, fallback: Expression?)] {
        var list: [(name: String, fallback: Expression?)] = []
        try expect("(")
        while !skip(")") {
            if !list.isEmpty { try expect(",") }
            if skip(")") { break }
            let title = try name("a parameter's name")
            if skip("=") {
                list.append((title, try expression()))
            } else if list.contains(where: { $0.fallback != nil }) {
                throw SyntaxFault(
                    message: "non-default argument follows default argument", offset: offset,
                    remedy: "Give '\(title)' a default, or move it to the front.")
            } else {
                list.append((title, nil))
            }
        }
        return list
    }

    private mutating func macro(
        _ title: String, ending: String, at place: Int
    ) throws -> MacroSyntax {
        mentions.append([])
        let parameters = try parameters()
        try expectBlockEnd()
        let content = try body(of: ending, at: place)
        return close(MacroSyntax(name: title, parameters: parameters, body: content, offset: place))
    }

    private mutating func close(_ syntax: MacroSyntax) -> MacroSyntax {
        var syntax = syntax
        let mentioned = mentions.popLast() ?? []
        syntax.usesVarargs = mentioned.contains("varargs")
        syntax.usesKwargs = mentioned.contains("kwargs")
        syntax.usesCaller = mentioned.contains("caller")
        return syntax
    }

    private mutating func callBlock(at place: Int) throws -> Statement {
        mentions.append([])
        let parameters = current == .symbol("(") ? try parameters() : []
        let call = try expression()
        guard case .call = call else {
            throw SyntaxFault(message: "expected call", offset: place)
        }
        try expectBlockEnd()
        let content = try body(of: "call", at: place)
        let outer = mentions.last ?? []
        let caller = close(
            MacroSyntax(name: "caller", parameters: parameters, body: content, offset: place))
        if !mentions.isEmpty { mentions[mentions.count - 1].formUnion(outer) }
        return .callBlock(CallBlock(call: call, caller: caller, offset: place))
    }

    private mutating func hostBlock(_ kind: String, at place: Int) throws -> Statement {
        let title = try name("the \(kind)'s name")
        while current != .blockEnd, current != .end { advance() }
        try expectBlockEnd()
        let start = offset
        let end = "end\(kind)"
        let content = try statements(until: [end], opener: (kind, place))
        let stop = position > 0 ? tokens[position - 1].offset : offset
        advance()
        try expectBlockEnd()
        return .hostBlock(
            HostBlock(
                kind: kind, name: title, body: content, offset: place,
                bodyRange: min(start, stop)..<stop))
    }
}
