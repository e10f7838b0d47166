import Domain
import Jinja

/// `config(…)`, `config.get('x')`, `config.require('x')`.
final class ConfigObject: JinjaObject {
    private let context: RenderContext
    init(_ context: RenderContext) { self.context = context }

    override var typeName: String { "config" }
    override var isCallable: Bool { true }

    override func call(_ call: JinjaCall) throws -> JinjaValue {
        var given = ConfigMap()
        for value in call.positional {
            guard case .dict(let dict) = value else {
                throw JinjaFault(
                    "config() takes named arguments or one dictionary",
                    remedy: "Write {{ config(materialized='table') }}.")
            }
            for (key, value) in dict.textPairs { given[key] = ConfigValue(value) }
        }
        for (key, value) in call.named { given[key] = ConfigValue(value) }
        ConfigRules.merge(given, into: &context.record.config)
        return .string("")
    }

    private func found(_ name: String) -> ConfigValue? {
        Self.found(ConfigRules.canonical(name), context)
            ?? (name == "materialized" ? context.node.map { .string($0.materialized) } : nil)
    }

    /// In the second pass the node has what its file adds to tags and the like already.
    private static func found(_ name: String, _ context: RenderContext) -> ConfigValue? {
        guard ConfigRules.adds(name), let whole = context.node?.config[name] else {
            return context.record.config[name] ?? context.node?.config[name]
        }
        guard !context.isExecuting, let own = context.record.config[name] else { return whole }
        var merged = ConfigMap([(name, whole)])
        ConfigRules.merge(ConfigMap([(name, own)]), into: &merged)
        return merged[name]
    }

    override func attribute(_ name: String) throws -> JinjaValue? {
        switch name {
        case "get":
            .object(
                JinjaFunction(name) { [self] call in
                    found(try call.text(0, "name"))?.jinja ?? call.argument(1, "default") ?? .none
                })
        case "meta_get":
            .object(
                JinjaFunction(name) { [self] call in
                    found("meta")?.map?[try call.text(0, "name")]?.jinja
                        ?? call.argument(1, "default") ?? .none
                })
        case "require":
            .object(
                JinjaFunction(name) { [self] call in
                    let key = try call.text(0, "name")
                    guard let value = found(key) else {
                        throw JinjaFault(
                            "required configuration '\(key)' is missing",
                            remedy: "Give it in config(…).")
                    }
                    return value.jinja
                })
        case "set":
            .object(
                JinjaFunction(name) { [self] call in
                    context.record.config[try call.text(0, "name")] = ConfigValue(
                        try call.required(1, "value"))
                    return .string("")
                })
        case "persist_relation_docs", "persist_column_docs":
            .object(JinjaFunction(name) { _ in .bool(false) })
        default: nil
        }
    }
}

/// `var('x')`, `var('x', default)`, `var.has_var('x')`.
final class VariableObject: JinjaObject {
    private let context: RenderContext
    init(_ context: RenderContext) { self.context = context }
    override var typeName: String { "var" }
    override var isCallable: Bool { true }

    private func found(_ name: String) -> ConfigValue? {
        context.variableOverrides[name]
            ?? context.environment.variable(name, package: context.package)
    }

    override func call(_ call: JinjaCall) throws -> JinjaValue {
        let name = try call.text(0, "name")
        if let value = found(name) { return value.jinja }
        if let fallback = call.argument(1, "default") { return fallback }
        let near = nearestName(
            to: name, among: context.environment.variableNames(package: context.package))
        let fault = JinjaFault(
            "Required var '\(name)' not found in config",
            remedy: near.map { "Write '\($0)' instead, or give var a default." }
                ?? "Add it to vars: in dbt_project.yml, or pass --vars '{\(name): value}'.")
        guard context.forgives(fault, at: call.renderer.position) else { throw fault }
        return .none
    }

    override func attribute(_ name: String) -> JinjaValue? {
        guard name == "has_var" else { return nil }
        return .object(
            JinjaFunction(name) { [self] call in
                .bool(found(try call.text(0, "name")) != nil)
            })
    }
}

/// `adapter.…`
final class AdapterObject: JinjaObject {
    private let context: RenderContext
    init(_ context: RenderContext) { self.context = context }
    override var typeName: String { "adapter" }

    override func attribute(_ name: String) throws -> JinjaValue? {
        func function(_ body: @escaping (JinjaCall) throws -> JinjaValue) -> JinjaValue {
            .object(JinjaFunction("adapter.\(name)", body))
        }
        switch name {
        case "dispatch": return function { [self] in try dispatch($0) }
        case "quote": return function { .string(SQLText.quoted(try $0.text(0, "identifier"))) }
        case "quote_as_configured": return function { .string(try $0.text(0, "identifier")) }
        case "type":
            let type = context.environment.dialect.rawValue
            return function { _ in .string(type) }
        case "get_relation", "load_relation": return function { [self] in try relation($0) }
        case "get_columns_in_relation":
            return function { [self] call in
                guard context.isExecuting, let database = context.database,
                    case .object(let object) = try call.required(0, "relation"),
                    let relation = object as? RelationObject
                else { return .array([]) }
                return .array(
                    try database.columns(of: relation.name).map {
                        .object(ColumnObject(name: $0.name, type: $0.type))
                    })
            }
        case "check_schema_exists": return function { _ in .bool(true) }
        case "create_schema":
            return function { [self] call in
                guard context.isExecuting, let database = context.database,
                    database.dialect != .sqlite,
                    case .object(let object) = try call.required(0, "relation"),
                    let relation = object as? RelationObject
                else { return .none }
                let schema = SQLText.quoted(relation.name.schema)
                try database.run("create schema if not exists \(schema)")
                return .none
            }
        case "drop_schema", "expand_target_column_types", "cache_added",
            "commit", "cache_dropped":
            return function { _ in .none }
        case "drop_relation":
            return function { [self] call in
                guard context.isExecuting, let database = context.database,
                    case .object(let object) = try call.required(0, "relation"),
                    let relation = object as? RelationObject,
                    let kind = try database.kind(of: relation.name)
                else { return .none }
                try database.run(
                    "drop \(kind) if exists \(relation.name.sql)\(database.dialect.cascade)")
                return .none
            }
        default: return nil
        }
    }

    private func relation(_ call: JinjaCall) throws -> JinjaValue {
        guard context.isExecuting, let database = context.database else { return .none }
        let environment = context.environment
        let identifier = try call.text(2, "identifier")
        let schema = try call.argument(1, "schema")?.text() ?? environment.defaultSchema
        let name = RelationName(
            database: environment.database, schema: schema, identifier: identifier,
            defaultSchema: environment.defaultSchema, dialect: environment.dialect)
        guard let kind = try database.kind(of: name) else { return .none }
        return .object(RelationObject(name, kind: kind))
    }

    private func dispatch(_ call: JinjaCall) throws -> JinjaValue {
        let name = try call.text(0, "macro_name")
        let namespace = call.argument(1, "macro_namespace").flatMap { $0.isNone ? nil : $0 }
        let package = try namespace?.text()
        if let found = context.macros?.dispatch(
            name, namespace: package, from: context.package)
        {
            return found
        }
        let names = context.macros?.names(from: package ?? context.package) ?? []
        let near = nearestName(to: "default__" + name, among: names)
        throw JinjaFault(
            "In dispatch: No macro named '\(name)' found; searched for "
                + "\(context.environment.dialect.rawValue)__\(name) and default__\(name)",
            remedy: near.map { "There is '\($0)': correct one of the names." }
                ?? "Define a macro named default__\(name).")
    }
}

/// `exceptions.raise_compiler_error(…)`, `exceptions.warn(…)`.
final class ExceptionsObject: JinjaObject {
    private let context: RenderContext
    init(_ context: RenderContext) { self.context = context }
    override var typeName: String { "exceptions" }

    override func attribute(_ name: String) -> JinjaValue? {
        if name == "warn" {
            return .object(
                JinjaFunction(name) { [self] call in
                    context.record.warnings.append(try call.text(0, "msg"))
                    return .string("")
                })
        }
        guard name.hasPrefix("raise_") else { return nil }
        return .object(
            JinjaFunction(name) { call in
                throw JinjaFault(
                    try call.argument(0, "msg")?.text() ?? name,
                    remedy: "The project's own code refused to go on: see its message.")
            })
    }
}

/// `api.Relation.create(…)`, `api.Column(…)`.
enum ApiObject {
    static func value(_ environment: ProjectEnvironment) -> JinjaValue {
        let create = JinjaValue.object(
            JinjaFunction("Relation.create") { call in
                func part(_ index: Int, _ name: String, _ fallback: String) throws -> String {
                    guard let value = call.argument(index, name), !value.isNone else {
                        return fallback
                    }
                    return try value.text()
                }
                return .object(
                    RelationObject(
                        RelationName(
                            database: try part(0, "database", environment.database),
                            schema: try part(1, "schema", environment.defaultSchema),
                            identifier: try part(2, "identifier", ""),
                            defaultSchema: environment.defaultSchema, dialect: environment.dialect))
                )
            })
        return .mapping([
            ("Relation", .mapping([("create", create)])),
            ("Column", .object(ColumnFactory(environment.dialect))),
        ])
    }
}

/// `api.Column('name', 'type')` and its helpers.
final class ColumnFactory: JinjaObject {
    private let dialect: SQLDialect
    init(_ dialect: SQLDialect) { self.dialect = dialect }
    override var typeName: String { "Column" }
    override var isCallable: Bool { true }
    override func call(_ call: JinjaCall) throws -> JinjaValue {
        .object(
            ColumnObject(
                name: try call.text(0, "column"), type: try call.argument(1, "dtype")?.text() ?? "")
        )
    }
    override func attribute(_ name: String) -> JinjaValue? {
        switch name {
        case "translate_type":
            .object(
                JinjaFunction(name) { [dialect] call in
                    let type = try call.text(0, "dtype")
                    let known =
                        dialect == .sqlite
                        ? [
                            "string": "text", "timestamp": "text", "float": "real",
                            "boolean": "integer", "bigint": "integer", "int": "integer",
                        ] : ["string": "text", "float": "float8", "int": "integer"]
                    return .string(known[type.lowercased()] ?? type)
                })
        case "create": .object(self)
        default: nil
        }
    }
}

/// A node as `model` and `graph.nodes` show it.
enum NodeText {
    static func jinja(_ node: TransformNode) -> JinjaValue {
        let columns = node.columns.map { column in
            (
                column.name,
                JinjaValue.mapping([
                    ("name", .string(column.name)),
                    ("description", .string(column.description)),
                    ("data_type", column.dataType.map { .string($0) } ?? .none),
                ])
            )
        }
        return .mapping([
            ("unique_id", .string(node.uniqueID)), ("name", .string(node.name)),
            ("resource_type", .string(node.kind.rawValue)),
            ("package_name", .string(node.package)),
            ("original_file_path", .string(node.path)), ("path", .string(node.shortPath)),
            ("alias", .string(node.relation?.identifier ?? node.name)),
            ("schema", .string(node.relation?.schema ?? "")),
            ("database", .string(node.relation?.database ?? "")),
            ("identifier", .string(node.relation?.identifier ?? node.name)),
            ("relation_name", node.relation.map { .string($0.sql) } ?? .none),
            ("fqn", .array(node.fqn.map { .string($0) })),
            ("tags", .array(node.tags.map { .string($0) })),
            ("config", node.fullConfig.jinjaObject), ("description", .string(node.description)),
            ("columns", .mapping(columns)), ("raw_code", .string(node.rawSQL)),
            ("version", node.version.map { .string($0) } ?? .none),
            (
                "depends_on",
                .mapping([("nodes", .array(node.dependencies.map { .string($0) }))])
            ), ("meta", node.config["meta"]?.jinja ?? .mapping([])),
            ("source_name", node.sourceName.map { .string($0) } ?? .none),
        ])
    }
}
