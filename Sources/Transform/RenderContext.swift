import Domain
import Jinja

/// What one render of a node found out.
struct RenderRecord {
    var references: [NodeReference] = []
    /// Where each of ``references`` was written.
    var referencePlaces: [JinjaPosition?] = []
    var sources: [[String]] = []
    var sourcePlaces: [JinjaPosition?] = []
    var config = ConfigMap()
    /// The ephemeral models that the text names, in order.
    var ctes: [String] = []
    var logs: [String] = []
    var warnings: [String] = []
    /// Whether the template asked `execute`.
    var asksExecute = false
    /// What was missing while the project was read, and let through.
    var forgiven: [(fault: JinjaFault, position: JinjaPosition?)] = []
}

/// The names that dbt gives to templates, for one renderer; `node` changes from render to render.
final class RenderContext: JinjaContext {
    let environment: ProjectEnvironment
    private(set) var macros: MacroTable?
    var node: TransformNode?
    /// The package whose macros and variables count.
    var package: String
    var record = RenderRecord()
    var isExecuting = false
    var isIncremental = false
    weak var database: (any TransformDatabase)?
    /// Hears what `print` and `log(…, info=True)` write while nodes run.
    var listener: ((String) -> Void)?
    /// Finds a node for `ref`; nil while parsing.
    var resolve: ((NodeReference) throws -> RelationObject)?
    var resolveSource: (([String]) throws -> RelationObject)?
    /// `graph` as a template sees it.
    var graph: (() -> JinjaValue)?
    /// Names bound for one render: `_dbt_generic_test_kwargs`, `results`, `schemas`.
    var extra: [String: JinjaValue] = [:]
    var variableOverrides = ConfigMap()
    var environmentOverrides = ConfigMap()
    /// What templates asked of the environment, and what they got.
    private(set) var environmentReads: [String: String?] = [:]
    /// Whether a template asked for something that is another one in the next command.
    private(set) var hangsOnMoment = false
    private var statements: [String: JinjaValue] = [:]
    private var cache: [String: JinjaValue] = [:]

    init(environment: ProjectEnvironment) {
        self.environment = environment
        package = environment.rootPackage
    }

    func use(_ table: MacroTable) { macros = table }

    /// Prepares for another node.
    func begin(_ node: TransformNode?) {
        self.node = node
        package = node?.package ?? environment.rootPackage
        record = RenderRecord()
        extra = [:]
        statements = [:]
        isIncremental = false
        variableOverrides = ConfigMap()
        environmentOverrides = ConfigMap()
    }

    func forgives(_ fault: JinjaFault, at position: JinjaPosition?) -> Bool {
        guard !isExecuting, node != nil else { return false }
        record.forgiven.append((fault, position))
        return true
    }

    func replacement(of macro: JinjaObject, named name: String) -> JinjaValue? {
        macros?.replacement(of: macro, named: name, from: package)
    }

    func value(of name: String) -> JinjaValue? {
        if let value = extra[name] { return value }
        if let value = dynamic(name) { return value }
        if let value = cache[name] { return value }
        // A project may redefine what dbt itself gives as macros.
        if let macro = macros?.find(name, from: package) { return macro }
        if ["invocation_id", "run_started_at", "flags", "modules"].contains(name) {
            hangsOnMoment = true
        }
        if let value = fixed(name) {
            cache[name] = value
            return value
        }
        if let macros, macros.packageNames.contains(name) {
            let value = JinjaValue.object(PackageObject(name: name, table: macros))
            cache[name] = value
            return value
        }
        return macros?.findAnywhere(name, from: package)
    }

    private func dynamic(_ name: String) -> JinjaValue? {
        switch name {
        case "execute":
            record.asksExecute = true
            return .bool(isExecuting)
        case "this":
            guard let node else { return nil }
            return .object(
                RelationObject(
                    node.relation
                        ?? RelationName(
                            database: environment.database, schema: environment.defaultSchema,
                            identifier: node.name, defaultSchema: environment.defaultSchema,
                            dialect: environment.dialect)))
        case "model": return node.map { NodeText.jinja($0) }
        case "config": return .object(ConfigObject(self))
        case "graph": return graph?() ?? .mapping([("nodes", .mapping([]))])
        case "schema": return .string(node?.relation?.schema ?? environment.defaultSchema)
        case "database": return .string(environment.database)
        default: return nil
        }
    }

    private func function(
        _ name: String, _ body: @escaping (JinjaCall) throws -> JinjaValue
    ) -> JinjaValue { .object(JinjaFunction(name, body)) }

    private func fixed(_ name: String) -> JinjaValue? {
        switch name {
        case "ref": return function(name) { [unowned self] in try ref($0) }
        case "source": return function(name) { [unowned self] in try source($0) }
        case "var": return .object(VariableObject(self))
        case "env_var": return function(name) { [unowned self] in try environmentVariable($0) }
        case "target": return environment.target.jinjaObject
        case "is_incremental":
            return function(name) { [unowned self] _ in .bool(isExecuting && isIncremental) }
        case "run_query":
            return function(name) { [unowned self] call in
                try query(call.text(0, "sql")) ?? .none
            }
        case "statement": return function(name) { [unowned self] in try statement($0) }
        case "load_result":
            return function(name) { [unowned self] call in
                try statements[call.text(0, "name")] ?? .none
            }
        case "log":
            return function(name) { [unowned self] call in
                let text = try call.text(0, "msg")
                // Without `info` it goes to dbt's log file only.
                if call.argument(1, "info")?.isTrue ?? false { say(text) }
                return .string("")
            }
        case "print":
            return function(name) { [unowned self] call in
                say(try call.text(0, "msg"))
                return .string("")
            }
        case "doc":
            return function(name) { [unowned self] call in
                let title = try call.text(call.positional.count > 1 ? 1 : 0, "name")
                guard let text = environment.docs[title] else {
                    let near = nearestName(to: title, among: environment.docs.keys.sorted())
                    throw JinjaFault(
                        "the documentation block '\(title)' does not exist",
                        remedy: near.map { "Write '\($0)' instead." }
                            ?? "Add {% docs \(title) %} to a .md file.")
                }
                return .string(text)
            }
        case "tojson":
            return function(name) { call in
                .string(
                    try JSONText.text(
                        call.required(0, "value"),
                        isSorted: call.argument(2, "sort_keys")?.isTrue ?? false))
            }
        case "fromjson", "fromyaml":
            return function(name) { call in
                let text = try call.text(0, "value")
                do throws(SourceProblem) {
                    return try YAMLReader.read(Array(text.utf8), file: name).plain.jinja
                } catch {
                    if let fallback = call.argument(1, "default") { return fallback }
                    throw JinjaFault("\(name): \(error.problem)")
                }
            }
        case "toyaml":
            return function(name) { call in
                .string(YAMLText.text(try call.required(0, "value")) + "\n")
            }
        case "set", "set_strict":
            return function(name) { call in
                let unique = JinjaDict()
                for item in try call.required(0, "value").iterated() {
                    unique[try item.representation()] = item
                }
                return .array(unique.values)
            }
        case "zip", "zip_strict":
            return function(name) { call in
                let lists = try call.positional.map { try $0.iterated() }
                let count = lists.map(\.count).min() ?? 0
                return .array((0..<count).map { row in .tuple(lists.map { $0[row] }) })
            }
        case "local_md5":
            return function(name) { call in
                .string(Digest.hex(Digest.md5(try call.text(0, "value").utf8)))
            }
        case "get_where_subquery":
            return function(name) { [unowned self] in try whereSubquery($0) }
        case "project_name": return .string(environment.rootPackage)
        case "invocation_id": return .string(environment.options.invocationID)
        case "run_started_at": return .object(DateObject(environment.options.startedAt))
        case "dbt_version": return .string("1.11.0")
        case "flags": return flags
        case "adapter": return .object(AdapterObject(self))
        case "api": return ApiObject.value(environment)
        case "exceptions": return .object(ExceptionsObject(self))
        case "modules": return .object(ModulesObject(environment.options.startedAt))
        case "builtins":
            return .mapping(
                ["ref", "source", "config", "var"].compactMap { key in
                    value(of: key).map { (key, $0) }
                })
        default: return nil
        }
    }

    private var flags: JinjaValue {
        .mapping([
            ("FULL_REFRESH", .bool(environment.options.isFullRefresh)),
            ("WHICH", .string(environment.options.command)),
            ("STORE_FAILURES", .bool(environment.options.storesFailures)),
            ("FAIL_FAST", .bool(false)),
            ("USE_COLORS", .bool(false)), ("DEBUG", .bool(false)),
            ("EMPTY", .bool(environment.options.isEmpty)),
        ])
    }

    /// A name without quotes is a variable, and an undefined one an empty text.
    private func refuseBareNames(_ call: JinjaCall, in function: String) throws(JinjaFault) {
        for case .undefined(let name) in call.positional {
            throw JinjaFault(
                "\(function)() got '\(name)', which is undefined",
                remedy: "Put the name in quotes: '\(name)'.")
        }
    }

    private func ref(_ call: JinjaCall) throws -> JinjaValue {
        try refuseBareNames(call, in: "ref")
        let parts = try call.positional.map { try $0.text() }
        guard (1...2).contains(parts.count), let name = parts.last else {
            throw JinjaFault(
                "ref() takes one or two names, got \(parts.count)",
                remedy: "Write {{ ref('model') }} or {{ ref('package', 'model') }}.")
        }
        let version = call.named.first { $0.0 == "version" || $0.0 == "v" }?.1
        let reference = NodeReference(
            package: parts.count == 2 ? parts[0] : nil, name: name, version: try version?.text())
        if !record.references.contains(reference) {
            record.references.append(reference)
            record.referencePlaces.append(call.renderer.position)
        }
        if let resolve { return .object(try resolve(reference)) }
        return .object(RelationObject(placeholder(name)))
    }

    private func source(_ call: JinjaCall) throws -> JinjaValue {
        try refuseBareNames(call, in: "source")
        let parts = try call.positional.map { try $0.text() }
        guard parts.count == 2 else {
            throw JinjaFault(
                "source() takes a source and a table, got \(parts.count) arguments",
                remedy: "Write {{ source('source', 'table') }}.")
        }
        if !record.sources.contains(parts) {
            record.sources.append(parts)
            record.sourcePlaces.append(call.renderer.position)
        }
        if let resolveSource { return .object(try resolveSource(parts)) }
        return .object(RelationObject(placeholder(parts[1])))
    }

    func placeholder(_ name: String) -> RelationName {
        RelationName(
            database: environment.database, schema: environment.defaultSchema, identifier: name,
            defaultSchema: environment.defaultSchema, dialect: environment.dialect)
    }

    private func environmentVariable(_ call: JinjaCall) throws -> JinjaValue {
        let name = try call.text(0, "name")
        if let value = environmentOverrides[name] { return .string(value.text) }
        let found = environment.options.environment[name]
        environmentReads[name] = .some(found)
        if let found { return .string(found) }
        if let fallback = call.argument(1, "default") { return fallback }
        throw JinjaFault(
            "Env var required but not provided: '\(name)'",
            remedy: "Set \(name) in the environment, or give env_var a default.")
    }

    private func say(_ text: String) {
        record.logs.append(text)
        if isExecuting { listener?(text) }
    }

    /// Runs a query; nil while parsing.
    func query(_ sql: String) throws -> JinjaValue? {
        guard isExecuting, let database else { return nil }
        return .object(TableObject(try database.query(rewritten(sql, for: database))))
    }

    /// A statement that a template runs while it renders; on SQLite as its other SQL is.
    private func rewritten(_ sql: String, for database: any TransformDatabase) -> String {
        guard database.dialect == .sqlite else { return sql }
        return environment.rewritten(sql).sql
    }

    private func statement(_ call: JinjaCall) throws -> JinjaValue {
        guard let caller = call.named.first(where: { $0.0 == "caller" })?.1 else {
            throw JinjaFault("statement needs {% call statement(…) %}")
        }
        let sql = try call.renderer.call(caller).text()
        guard isExecuting, let database else { return .string("") }
        let name = try call.argument(0, "name")?.text() ?? "main"
        if call.argument(1, "fetch_result")?.isTrue ?? false {
            let table = try database.query(rewritten(sql, for: database))
            statements[name] = .mapping([
                ("table", .object(TableObject(table))),
                ("data", .array(table.rows.map { .tuple($0.map(\.jinja)) })),
                ("response", .string("OK")),
            ])
        } else {
            try database.run(rewritten(sql, for: database))
            statements[name] = .mapping([("response", .string("OK"))])
        }
        return .string("")
    }

    private func whereSubquery(_ call: JinjaCall) throws -> JinjaValue {
        let relation = try call.required(0, "relation")
        guard let condition = node?.config["where"]?.string ?? record.config["where"]?.string,
            !condition.isEmpty
        else { return relation }
        return .string("(select * from \(try relation.text()) where \(condition)) dbt_subquery")
    }
}

extension ConfigMap {
    var jinjaObject: JinjaValue { .mapping(pairs.map { ($0.key, $0.value.jinja) }) }
}
