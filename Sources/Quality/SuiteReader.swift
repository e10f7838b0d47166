public import Domain
import JSONText

/// Reads suites: our own YAML, and Great Expectations' JSON as it is.
///
/// A wrong expectation is named with its place and the rest is read.
public struct SuiteReader {
    private let source: SourceFile
    private var parameters: SuiteParameters
    private var problems: [SourceProblem] = []

    /// A suite and what is wrong with it; the suite is nil where nothing could be read.
    ///
    /// - Parameter parameters: the values of its parameters, before those that it names itself.
    public static func read(
        _ bytes: [UInt8], file: String, parameters: SuiteParameters = SuiteParameters()
    ) -> (Suite?, [SourceProblem]) {
        do throws(SourceProblem) {
            let root = try SourceText.read(bytes, file: file)
            var reader = SuiteReader(
                source: SourceFile(name: file, text: String(decoding: bytes, as: UTF8.self)),
                parameters: parameters.over(root))
            let suite = reader.suite(root)
            return (suite, reader.problems)
        } catch {
            return (nil, [error])
        }
    }

    private static let suiteKeys = [
        "name", "table", "csv", "column_types", "counting", "expectations", "checks", "meta",
        "expectation_suite_name", "id", "notes", "data_asset_type", "ge_cloud_id",
        "suite_parameters", "evaluation_parameters",
    ]

    private mutating func report(
        _ problem: String, _ remedy: String, at place: SourcePlace,
        severity: SourceProblem.Severity = .error
    ) {
        problems.append(source.problem(problem, remedy, at: place, severity: severity))
    }

    private mutating func suite(_ root: SourceNode) -> Suite? {
        guard let entries = root.entries else {
            report(
                "a suite is a map with 'expectations', this is \(root.kind)",
                "Write 'expectations:' with a list.", at: root.place)
            return nil
        }
        for entry in entries where !Self.suiteKeys.contains(entry.key) {
            let near = nearestName(to: entry.key, among: Self.suiteKeys)
            report(
                "a suite has no key '\(entry.key)'",
                near.map { "Write '\($0)' instead." } ?? "Remove it.", at: entry.place,
                severity: .warning)
        }
        var suite = Suite(
            name: text(root, "name") ?? text(root, "expectation_suite_name") ?? "suite",
            table: text(root, "table"), csv: text(root, "csv"))
        if let types = root["column_types"] {
            for entry in types.entries ?? [] {
                if let type = entry.value.text {
                    suite.columnTypes[entry.key] = type
                } else {
                    report(
                        "the type of '\(entry.key)' is \(entry.value.kind)",
                        "Write text, integer, number or boolean.", at: entry.value.place)
                }
            }
        }
        if let counting = text(root, "counting") {
            if let known = Counting(rawValue: counting) {
                suite.counting = known
            } else {
                report(
                    "'\(counting)' is no way of counting", "Write 'sql' or 'pandas'.",
                    at: root["counting"]?.place ?? root.place)
            }
        }
        guard let list = root["expectations"] ?? root["checks"] else {
            report(
                "the suite has no 'expectations'", "Add 'expectations:' with a list.",
                at: root.place)
            return suite
        }
        guard let items = list.items else {
            report(
                "'expectations' is \(list.kind)", "Write a list, one expectation an entry.",
                at: list.place)
            return suite
        }
        suite.entries = items.map { entry($0) }
        return suite
    }

    private mutating func text(_ node: SourceNode, _ key: String) -> String? {
        guard let value = node[key], !value.isNull else { return nil }
        if let text = value.text { return text }
        report("'\(key)' is \(value.kind)", "Write a text.", at: value.place)
        return nil
    }

    private mutating func refuse(
        _ type: String, _ kwargs: SourceNode?, _ severity: CheckSeverity,
        _ problem: String, _ remedy: String, at place: SourcePlace
    ) -> SuiteEntry {
        report(problem, remedy, at: place)
        return .refused(
            RefusedExpectation(
                type: type, kwargs: kwargs?.json ?? JSONValue.object([JSONValue.Member]()),
                severity: severity, problem: source.problem(problem, remedy, at: place)))
    }

    private static let entryKeys: Set<String> = [
        "type", "expectation_type", "kwargs", "meta", "id", "severity", "description", "notes",
        "error_if", "warn_if", "where", "rendered_content", "ge_cloud_id",
        "expectation_context", "success_on_last_run",
    ]

    private mutating func entry(_ node: SourceNode) -> SuiteEntry {
        guard let entries = node.entries else {
            return refuse(
                "", nil, .error, "an expectation is a map, this is \(node.kind)",
                "Write 'type:' and 'kwargs:'.", at: node.place)
        }
        let severity = severity(node)
        guard let typeNode = node["type"] ?? node["expectation_type"] else {
            // Our own short form: the type is the key.
            let candidates = entries.filter { !Self.entryKeys.contains($0.key) }
            guard candidates.count == 1, let short = candidates.first else {
                return refuse(
                    "", nil, severity, "an expectation names no 'type'",
                    "Write 'type:' and 'kwargs:', or one key such as 'not_null:'.",
                    at: node.place)
            }
            return expectation(
                short.key, short.place, short.value, in: node, severity, isShort: true)
        }
        guard let type = typeNode.text else {
            return refuse(
                "", node["kwargs"], severity, "the type is \(typeNode.kind)",
                "Write the name of an expectation.", at: typeNode.place)
        }
        let kwargs =
            node["kwargs"] ?? SourceNode(place: node.place, content: .map([]))
        return expectation(type, typeNode.place, kwargs, in: node, severity, isShort: false)
    }

    private mutating func severity(_ node: SourceNode) -> CheckSeverity {
        guard let value = node["severity"], !value.isNull else { return .error }
        switch value.text?.lowercased() {
        case "error", "critical": return .error
        // Great Expectations knows a third one, below a warning.
        case "warn", "warning", "info": return .warn
        default:
            report(
                "the severity is \(value.text.map { "'\($0)'" } ?? value.kind)",
                "Write 'warn' or 'error'.", at: value.place)
            return .error
        }
    }

    private mutating func threshold(_ node: SourceNode, _ key: String) -> Threshold? {
        guard let value = node[key], !value.isNull else { return nil }
        let written = value.text ?? value.number.map { "\($0)" }
        if let threshold = written.flatMap({ Threshold($0) }) { return threshold }
        report(
            "'\(key)' is \(written.map { "'\($0)'" } ?? value.kind)",
            "Write a limit such as '> 30' or '>= 1%'.", at: value.place)
        return nil
    }

    private mutating func expectation(
        _ type: String, _ place: SourcePlace, _ kwargs: SourceNode, in node: SourceNode,
        _ severity: CheckSeverity, isShort: Bool
    ) -> SuiteEntry {
        guard let kind = ExpectationKind(name: type) else {
            if ExpectationKind.knownElsewhere.contains(type) {
                return refuse(
                    type, kwargs, severity, "'\(type)' cannot be checked in SQL",
                    "Remove it, or say it as 'unexpected_rows_expectation'.", at: place)
            }
            let names = ExpectationKind.allCases.map(\.rawValue)
            let near =
                nearestName(to: type, among: names)
                ?? nearestName(to: type, among: ExpectationKind.shortForms.keys.sorted())
            return refuse(
                type, kwargs, severity, "there is no expectation '\(type)'",
                near.map { "Write '\($0)' instead." } ?? "Look up its name.", at: place)
        }
        let filled: SourceNode
        do throws(MissingParameter) {
            filled = try parameters.filled(kwargs)
        } catch {
            return refuse(
                type, kwargs, severity, "the parameter '\(error.name)' has no value",
                "Give it one: --parameter \(error.name)=VALUE, or 'suite_parameters' in the suite.",
                at: error.place)
        }
        let fields = filled.entries ?? (isShort ? short(filled, kind) : nil)
        guard let fields else {
            return refuse(
                type, kwargs, severity, "the arguments of '\(type)' are \(kwargs.kind)",
                "Write a map of names and values.", at: kwargs.place)
        }
        var arguments: [String: SourceNode] = [:]
        let known = kind.parameters + ExpectationKind.commonParameters
        for field in fields {
            guard let parameter = known.first(where: { $0.name == field.key }) else {
                let near = nearestName(to: field.key, among: known.map(\.name))
                return refuse(
                    type, kwargs, severity, "'\(type)' takes no '\(field.key)'",
                    near.map { "Write '\($0)' instead." } ?? "Remove it.", at: field.place)
            }
            if field.value.isNull { continue }
            guard parameter.form.accepts(field.value) else {
                let found = field.value.number.map { RuleBound.number($0) } ?? field.value.kind
                return refuse(
                    type, kwargs, severity, "'\(field.key)' of '\(type)' is \(found)",
                    "Write \(parameter.form.rawValue).", at: field.value.place)
            }
            arguments[field.key] = parameter.form.normalised(field.value)
        }
        for parameter in kind.parameters
        where parameter.isRequired && arguments[parameter.name] == nil {
            return refuse(
                type, kwargs, severity, "'\(type)' lacks '\(parameter.name)'",
                "Add '\(parameter.name)', \(parameter.form.rawValue).", at: place)
        }
        if let (problem, remedy) = ArgumentRules.problem(of: kind, arguments) {
            return refuse(type, kwargs, severity, problem, remedy, at: place)
        }
        var condition: RowCondition?
        if let written = arguments["row_condition"] ?? node["where"], !written.isNull {
            do throws(RowConditionError) {
                condition = try RowCondition(
                    written, isSQL: arguments["condition_parser"]?.text == "sql")
            } catch {
                return refuse(
                    type, kwargs, severity, "the condition is not understood: \(error.problem)",
                    error.remedy, at: written.place)
            }
        }
        return .expectation(
            Expectation(
                kind: kind, type: isShort ? kind.rawValue : type,
                kwargs: SourceNode(place: kwargs.place, content: .map(fields)).json,
                arguments: arguments, condition: condition, severity: severity,
                errorIf: threshold(node, "error_if"), warnIf: threshold(node, "warn_if"),
                description: node["description"]?.text, place: place))
    }

    /// A short form's bare value: that of the first parameter.
    private func short(_ value: SourceNode, _ kind: ExpectationKind) -> [SourceNode.Entry]? {
        guard let first = kind.parameters.first else { return nil }
        return [SourceNode.Entry(key: first.name, place: value.place, value: value)]
    }
}
