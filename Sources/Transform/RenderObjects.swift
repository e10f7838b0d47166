import Domain
public import Jinja

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
        case "expand_target_column_types", "cache_added", "commit", "cache_dropped":
            return function { _ in .none }
        case "drop_relation", "truncate_relation":
            return function { [self] call in
                try change(call) { relation, kind, database in
                    name == "drop_relation"
                        ? "drop \(kind) if exists \(relation.sql)\(database.cascade)"
                        : "delete from \(relation.sql)"
                }
            }
        case "rename_relation":
            return function { [self] call in
                guard case .object(let object) = try call.required(1, "to_relation"),
                    let target = object as? RelationObject
                else { throw JinjaFault("rename_relation needs two relations") }
                return try change(call) { relation, kind, dialect in
                    // SQLite renames views by no statement.
                    guard kind == "table" || dialect != .sqlite else {
                        throw JinjaFault("the view \(relation.sql) cannot be renamed on SQLite")
                    }
                    return "alter \(kind) \(relation.sql) rename to "
                        + SQLText.quoted(target.name.tableName)
                }
            }
        case "drop_schema":
            return function { [self] call in
                guard case .object(let object) = try call.required(0, "relation"),
                    let schema = object as? RelationObject
                else { return .none }
                for (relation, kind) in try relations(in: schema.name.schema) {
                    try context.database?.run(
                        "drop \(kind) if exists "
                            + relation.sql + context.environment.dialect.cascade)
                }
                return .none
            }
        case "list_relations", "list_relations_without_caching":
            return function { [self] call in
                let place = name == "list_relations" ? 1 : 0
                let given =
                    try call.argument(place, "schema") ?? call.required(0, "schema_relation")
                let schema: String
                if case .object(let object) = given, let relation = object as? RelationObject {
                    schema = relation.name.schema
                } else {
                    schema = try given.text()
                }
                return .array(
                    try relations(in: schema).map {
                        .object(RelationObject($0.name, kind: $0.kind))
                    })
            }
        case "get_missing_columns":
            return function { [self] call in
                guard context.isExecuting, let database = context.database,
                    case .object(let first) = try call.required(0, "from_relation"),
                    let from = first as? RelationObject,
                    case .object(let second) = try call.required(1, "to_relation"),
                    let target = second as? RelationObject
                else { return .array([]) }
                let known = Set(try database.columns(of: target.name).map(\.name))
                return .array(
                    try database.columns(of: from.name).filter { !known.contains($0.name) }.map {
                        .object(ColumnObject(name: $0.name, type: $0.type))
                    })
            }
        default: return nil
        }
    }

    /// Runs a statement about a relation that is there.
    private func change(
        _ call: JinjaCall, _ statement: (RelationName, String, SQLDialect) throws -> String
    ) throws -> JinjaValue {
        guard context.isExecuting, let database = context.database,
            case .object(let object)? = call.positional.first ?? call.named.first?.1,
            let relation = object as? RelationObject,
            let kind = try database.kind(of: relation.name)
        else { return .none }
        try database.run(try statement(relation.name, kind, database.dialect))
        return .none
    }

    private func relations(in schema: String) throws -> [(name: RelationName, kind: String)] {
        guard context.isExecuting, let database = context.database else { return [] }
        let environment = context.environment
        let isDefault = schema.lowercased() == environment.defaultSchema.lowercased()
        let found = try database.query(
            database.dialect.relations(in: schema, isDefault: isDefault))
        return found.rows.compactMap { row in
            // Macros that clear a schema up leave what a running command notes there.
            guard row.count == 2, case .text(let name) = row[0], case .text(let kind) = row[1],
                name != RelationName.unfinishedRun
            else { return nil }
            return (
                RelationName(
                    database: environment.database, schema: schema, identifier: name,
                    defaultSchema: environment.defaultSchema, dialect: environment.dialect), kind
            )
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
                let kind = call.argument(3, "type").flatMap { $0.isNone ? nil : $0 }
                return .object(
                    RelationObject(
                        RelationName(
                            database: try part(0, "database", environment.database),
                            schema: try part(1, "schema", environment.defaultSchema),
                            identifier: try part(2, "identifier", ""),
                            defaultSchema: environment.defaultSchema, dialect: environment.dialect),
                        kind: try kind?.text()))
            })
        let prefixed = JinjaValue.object(
            JinjaFunction("Relation.add_ephemeral_prefix") { call in
                .string("__dbt__cte__" + (try call.text(0, "name")))
            })
        return .mapping([
            ("Relation", .mapping([("create", create), ("add_ephemeral_prefix", prefixed)])),
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
extension TransformNode {
    /// The node as templates see it: `model`, an entry of `graph.nodes`, `node` of a result.
    public var jinja: JinjaValue { NodeText.jinja(self) }
}

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
