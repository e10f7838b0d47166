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

    private let scalars: [Unicode.Scalar]
    private let params: Set<String>?
    private var position: Int
    private var depth = 0
    /// Whether `-}}` ended it.
    private(set) var stripsAfter = false

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
        let expression = try readFiltered()
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

    private mutating func readFiltered() throws(Failure) -> TemplateExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else {
            throw Failure(
                at: position, problem: "calls lie too deep in each other",
                remedy: "Compute the value in the command.")
        }
        var expression = try readValue()
        skipBlanks()
        while peek == "|" {
            position += 1
            skipBlanks()
            expression = try readFilter(of: expression)
            skipBlanks()
        }
        return expression
    }

    private mutating func readFilter(
        of value: TemplateExpression
    ) throws(Failure) -> TemplateExpression {
        let start = position
        let name = readWord()
        if name == "quote" { return .quote(value) }
        if name == "tojson" { return .json(value) }
        guard let form = TemplateDateForm(rawValue: name) else {
            let names = TemplateDateForm.allCases.map(\.rawValue) + ["quote", "tojson"]
            throw unknown("filter", name, among: names, at: start)
        }
        guard value.kind == .date else {
            throw Failure(
                at: start,
                problem: "the filter '\(name)' wants a date and time, not \(value.kind.rawValue)",
                remedy: "Use it on logical_date, data_interval_start or data_interval_end.")
        }
        return .dateForm(form, value)
    }

    private mutating func readValue() throws(Failure) -> TemplateExpression {
        guard let first = peek else { throw unclosed }
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

    /// A dotted name or a call of a macro.
    private mutating func readPath(from start: Int) throws(Failure) -> TemplateExpression {
        let first = readWord()
        switch first {
        case "params":
            let nameStart = position + 1
            let name = try readMember(of: "params", example: "params.region")
            if let params, !params.contains(name) {
                throw unknown("parameter", name, among: params.sorted(), at: nameStart)
            }
            return .param(name)
        case "outputs":
            let task = try readMember(of: "outputs", example: "outputs.extract.rows")
            return .output(TaskID(task), path: try readSteps())
        case "item": return .item(path: try readSteps())
        case "ti" where startsCall("xcom_pull"): return try readPull(at: start)
        case "macros":
            let nameStart = position + 1
            let name = try readMember(of: "macros", example: "macros.ds_add(ds, -7)")
            return try readMacro(name, at: nameStart)
        case "dag", "pipeline", "task", "ti", "dag_run":
            let member = try readMember(of: first, example: Self.example(of: first))
            let path = first + "." + member
            guard let variable = TemplateVariable(rawValue: path) else {
                throw unknown("name", path, among: Self.names, at: start)
            }
            return .variable(variable)
        default:
            guard let variable = TemplateVariable(rawValue: first) else {
                throw unknown("name", first, among: Self.names, at: start)
            }
            return .variable(variable)
        }
    }

    /// `.name`, `['name']` and `[0]`, as many as there are.
    private mutating func readSteps() throws(Failure) -> [String] {
        var steps: [String] = []
        while peek == "." || peek == "[" {
            if peek == "[", position + 1 < scalars.count,
                ("0"..."9").contains(scalars[position + 1])
            {
                position += 1
                steps.append(String(try readNumber()))
                guard peek == "]" else {
                    throw Failure(
                        at: position, problem: "this index is not closed", remedy: "Write ']'.")
                }
                position += 1
            } else {
                steps.append(try readMember(of: "an output", example: "outputs.extract.rows"))
            }
        }
        return steps
    }

    /// Whether `.name(` comes next.
    private func startsCall(_ name: String) -> Bool {
        scalars[position...].starts(with: ("." + name + "(").unicodeScalars)
    }

    /// Airflow's `ti.xcom_pull('task')`, `ti.xcom_pull(task_ids='task', key='name')`.
    private mutating func readPull(at start: Int) throws(Failure) -> TemplateExpression {
        position += ".xcom_pull(".unicodeScalars.count
        var (task, key): (String?, String?)
        skipBlanks()
        while let next = peek, next != ")" {
            var name = "task_ids"
            if Self.startsName(next) {
                name = readWord()
                skipBlanks()
                guard peek == "=" else { break }
                position += 1
                skipBlanks()
            } else if task != nil {
                name = "key"
            }
            guard peek == "'" || peek == "\"" else { break }
            let text = try readString()
            if name == "task_ids" {
                task = text
            } else if name == "key" {
                key = text
            } else {
                break
            }
            skipBlanks()
            if peek == "," {
                position += 1
                skipBlanks()
            }
        }
        guard peek == ")", let task else {
            throw Failure(
                at: start, problem: "this 'ti.xcom_pull' is not understood",
                remedy: "Write ti.xcom_pull('TASK', key='NAME'), or outputs.TASK.NAME.")
        }
        position += 1
        return .output(TaskID(task), path: [key].compactMap { $0 })
    }

    private mutating func readMacro(
        _ name: String, at start: Int
    ) throws(Failure) -> TemplateExpression {
        let counts = ["ds_add": 2, "ds_format": 3]
        guard let count = counts[name] else {
            throw unknown("macro", name, among: counts.keys.sorted(), at: start)
        }
        let arguments = try readArguments(count, of: name, at: start)
        return name == "ds_add"
            ? .addDays(arguments[0], arguments[1])
            : .reformat(arguments[0], from: arguments[1], to: arguments[2])
    }

    /// `.year`, `.strftime('%d')` after a date.
    private mutating func readMembers(
        of value: TemplateExpression
    ) throws(Failure) -> TemplateExpression {
        guard peek == "." else { return value }
        let start = position + 1
        guard value.kind == .date else {
            throw Failure(
                at: position, problem: "\(value.kind.rawValue) has no members",
                remedy: "Remove what follows the '.'.")
        }
        let name = try readMember(of: "a date", example: "logical_date.strftime('%d')")
        if name == "strftime" {
            let patternStart = position + 1
            let pattern = try readArguments(1, of: name, at: start)[0]
            if case .literal(let text) = pattern, let code = DatePattern.unknownCode(in: text) {
                throw Failure(
                    at: patternStart, problem: "strftime does not know '\(code.short)'",
                    remedy: "It knows % with one of \(DatePattern.writable).")
            }
            return .strftime(value, pattern)
        }
        guard let part = TemplateDatePart(rawValue: name) else {
            let names = TemplateDatePart.allCases.map(\.rawValue) + ["strftime"]
            throw unknown("member of a date", name, among: names, at: start)
        }
        return .datePart(part, value)
    }

    private mutating func readArguments(
        _ count: Int, of name: String, at start: Int
    ) throws(Failure) -> [TemplateExpression] {
        let wrongCount = Failure(
            at: start, problem: "'\(name)' takes \(count) argument\(count == 1 ? "" : "s")",
            remedy: name == "ds_add"
                ? "Write macros.ds_add(ds, -7)."
                : name == "ds_format"
                    ? "Write macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%Y')."
                    : "Write strftime('%Y-%m-%d').")
        guard peek == "(" else { throw wrongCount }
        position += 1
        var arguments: [TemplateExpression] = []
        skipBlanks()
        while peek != ")" {
            arguments.append(try readFiltered())
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
        guard arguments.count == count else { throw wrongCount }
        return arguments
    }
}

// MARK: words and literals

extension TemplateExpressionReader {
    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private var unclosed: Failure {
        Failure(
            at: position, problem: "'{{' is never closed",
            remedy: "Close it with '}}'; for the characters themselves write {{ \"{{\" }}.",
            isUnclosed: true)
    }

    private mutating func skipBlanks() {
        while let next = peek, next.isTemplateBlank { position += 1 }
    }

    private static func startsName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "_": true
        default: false
        }
    }

    private mutating func readWord() -> String {
        var word = String.UnicodeScalarView()
        while let next = peek, Self.startsName(next) || ("0"..."9").contains(next) {
            word.append(next)
            position += 1
        }
        return String(word)
    }

    /// The name after a `.`, or in `['…']`.
    private mutating func readMember(of owner: String, example: String) throws(Failure) -> String {
        let start = position
        if peek == "[" {
            position += 1
            if peek == "'" || peek == "\"" {
                let name = try readString()
                if peek == "]" {
                    position += 1
                    return name
                }
            }
        } else if peek == "." {
            position += 1
            let name = readWord()
            if !name.isEmpty { return name }
        }
        throw Failure(
            at: start, problem: "'\(owner)' needs a name after it",
            remedy: "Write for example \(example).")
    }

    private mutating func readString() throws(Failure) -> String {
        let start = position
        let quote = scalars[position]
        position += 1
        var text = String.UnicodeScalarView()
        while let next = peek, next != quote {
            position += 1
            guard next == "\\", let escaped = peek else {
                text.append(next)
                continue
            }
            position += 1
            switch escaped {
            case "n": text.append("\n")
            case "t": text.append("\t")
            case "\\", "'", "\"": text.append(escaped)
            default:
                text.append("\\")
                text.append(escaped)
            }
        }
        guard peek == quote else {
            throw Failure(
                at: start, problem: "this quote is never closed", remedy: "Close it.")
        }
        position += 1
        return String(text)
    }

    private mutating func readNumber() throws(Failure) -> Int {
        let start = position
        var text = ""
        if peek == "-" {
            text = "-"
            position += 1
        }
        while let next = peek, ("0"..."9").contains(next) {
            text.unicodeScalars.append(next)
            position += 1
        }
        guard let number = Int(text) else {
            throw Failure(
                at: start, problem: "'\(text.short)' is no number",
                remedy: "Write a whole number such as -7.")
        }
        return number
    }

    private static let names =
        TemplateVariable.allCases.map(\.rawValue)
        + ["params", "outputs", "item", "macros.ds_add", "macros.ds_format"]

    private static func example(of owner: String) -> String {
        TemplateVariable.allCases.map(\.rawValue).first { $0.hasPrefix(owner + ".") } ?? owner
    }

    private func unknown(
        _ what: String, _ name: String, among names: [String], at start: Int
    ) -> Failure {
        if let remedy = Self.known[String(name.prefix { $0 != "." })] {
            return Failure(at: start, problem: "'\(name)' is not supported", remedy: remedy)
        }
        let list = names.prefix(12).joined(separator: ", ")
        let remedy =
            nearestName(to: name, among: names).map { "Write '\($0)'." }
            ?? (names.isEmpty ? "Declare it under 'params'." : "Known here: \(list).")
        return Failure(
            at: start, problem: "unknown \(what) '\(name.short)' in a template", remedy: remedy)
    }

    /// Names of Airflow that mean something there but not here, and what to write instead.
    private static let known: [String: String] = [
        "execution_date": "Airflow 3 has no execution_date: write logical_date.",
        "next_ds": "Airflow 3 has no next_ds: write macros.ds_add(ds, 1).",
        "tomorrow_ds": "Airflow 3 has no tomorrow_ds: write macros.ds_add(ds, 1).",
        "prev_ds": "Airflow 3 has no prev_ds: write macros.ds_add(ds, -1).",
        "yesterday_ds": "Airflow 3 has no yesterday_ds: write macros.ds_add(ds, -1).",
        "var": "Use params, or the environment of the task.",
        "conn": "Use 'connection' of an sql task, or the environment of the task.",
    ]
}

extension Unicode.Scalar {
    /// Blanks and line breaks, as templates see them.
    var isTemplateBlank: Bool { self == " " || self == "\n" || self == "\t" || self == "\r" }
}
