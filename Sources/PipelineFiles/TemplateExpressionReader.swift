internal import Domain

/// Reads one expression up to and with its `}}`.
struct TemplateExpressionReader {
    struct Failure: Error {
        var at: Int
        var problem: String
        var remedy: String
        /// The `}}` is missing: the place to show is where the expression starts.
        var isUnclosed = false
    }

    let scalars: [Unicode.Scalar]
    let params: Set<String>?
    var position: Int
    private var depth = 0
    /// Whether `-}}` ended it.
    private(set) var stripsAfter = false
    /// What it asks of the run, and where.
    var uses: [(at: Int, what: TemplateUse.What)] = []

    /// Calls in calls deeper than this are refused.
    private static let depthLimit = 16

    init(_ scalars: [Unicode.Scalar], from position: Int, params: Set<String>?) {
        self.scalars = scalars
        self.position = position
        self.params = params
    }

    /// Offset after the `}}`.
    var end: Int { position }

    mutating func read() throws(Failure) -> TemplateExpression {
        skipBlanks()
        if peek == "}" {
            throw Failure(
                at: position, problem: "nothing stands between '{{' and '}}'",
                remedy: "Write a name such as ds, or {{ \"{{\" }} for the characters themselves.")
        }
        let expression = try readExpression()
        if peek == "-" {
            position += 1
            stripsAfter = true
        }
        guard peek == "}", position + 1 < scalars.count, scalars[position + 1] == "}" else {
            guard let next = peek else { throw unclosed }
            throw Failure(
                at: position, problem: "'\(String(next).short)' is not supported in a template",
                remedy: "A template holds names, calls, filters and literals only.")
        }
        position += 2
        return expression
    }

    /// A value, or others for where it is missing: `a or b`.
    mutating func readExpression() throws(Failure) -> TemplateExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else {
            throw Failure(
                at: position, problem: "calls lie too deep in each other",
                remedy: "Compute the value in the command.")
        }
        let asked = uses.count
        var expression = try readMoved()
        while isWord("or") {
            forgiveItem(since: asked)
            position += 2
            skipBlanks()
            expression = .fallback(expression, try readMoved(), onEmpty: true)
        }
        return expression
    }

    /// A date may be moved: `logical_date - macros.timedelta(days=1)`.
    private mutating func readMoved() throws(Failure) -> TemplateExpression {
        var expression = try readFiltered()
        while expression.kind == .date, peek == "+" || peek == "-", !endsTag {
            let sign = position
            position += 1
            skipBlanks()
            let name = "macros.timedelta"
            guard scalars[position...].starts(with: (name + "(").unicodeScalars) else {
                throw Failure(
                    at: sign, problem: "a date can be moved by a length of time only",
                    remedy: "Write for example logical_date - macros.timedelta(days=1).")
            }
            position += name.unicodeScalars.count
            let moves = try readMoves(of: name, isBackwards: scalars[sign] == "-")
            expression = try readMembers(of: .moved(expression, by: moves))
            skipBlanks()
        }
        return expression
    }

    /// Whether `-}}` comes next.
    private var endsTag: Bool { scalars[position...].starts(with: "-}}".unicodeScalars) }

    private mutating func readFiltered() throws(Failure) -> TemplateExpression {
        let asked = uses.count
        var expression = try readValue()
        skipBlanks()
        while peek == "|" {
            position += 1
            skipBlanks()
            expression = try readFilter(of: expression, askedSince: asked)
            skipBlanks()
        }
        return expression
    }

    private mutating func readFilter(
        of value: TemplateExpression, askedSince asked: Int
    ) throws(Failure) -> TemplateExpression {
        let start = position
        let name = readWord()
        switch name {
        case "quote": return .quote(value)
        case "tojson": return .json(value)
        case "default", "d":
            let arguments = try readArguments(1...2, of: "default", at: start)
            forgiveItem(since: asked)
            let onEmpty = arguments.count == 2 && arguments[1] == .constant(.boolean(true))
            return .fallback(value, arguments[0], onEmpty: onEmpty)
        default: break
        }
        if let filter = TemplateTextFilter(rawValue: name) {
            let takesNone = filter.arguments.lowerBound == 0 && peek != "("
            return .changed(
                value, by: filter,
                takesNone ? [] : try readArguments(filter.arguments, of: name, at: start))
        }
        guard let form = TemplateDateForm(rawValue: name) else {
            throw unknown("filter", name, among: TemplateNames.filters, at: start)
        }
        guard value.kind == .date else {
            throw Failure(
                at: start,
                problem: "the filter '\(name)' wants a date and time, not \(value.kind.rawValue)",
                remedy: "Use it on logical_date, data_interval_start or data_interval_end.")
        }
        return .dateForm(form, value)
    }

    /// An item may be missing where something else is said for that.
    private mutating func forgiveItem(since start: Int) {
        let rest = uses[start...].filter { $0.what != .item }
        uses.replaceSubrange(start..., with: rest)
    }

    private mutating func readValue() throws(Failure) -> TemplateExpression {
        guard let first = peek else { throw unclosed }
        if first == "(" { return try readMembers(of: try readParenthesised()) }
        if first == "'" || first == "\"" { return .literal(try readString()) }
        if first == "-" || ("0"..."9").contains(first) { return .number(try readNumber()) }
        let start = position
        guard Self.startsName(first) else {
            throw Failure(
                at: start, problem: "'\(String(first).short)' is not supported in a template",
                remedy: "A template holds names, calls, filters and literals only.")
        }
        return try readMembers(of: try readPath(from: start))
    }

    private mutating func readParenthesised() throws(Failure) -> TemplateExpression {
        let start = position
        position += 1
        skipBlanks()
        let expression = try readExpression()
        guard peek == ")" else {
            if peek == nil { throw unclosed }
            throw Failure(
                at: start, problem: "this parenthesis is not closed", remedy: "Write ')'.")
        }
        position += 1
        return expression
    }
}
