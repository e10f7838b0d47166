public import Domain
public import Jinja

/// What a node of a project is.
public enum ResourceKind: String, Hashable, Sendable, CaseIterable {
    case model, seed, snapshot, test, source, exposure, analysis, operation
    case unitTest = "unit_test"
    case metric, group
    case semanticModel = "semantic_model"
    case savedQuery = "saved_query"

    /// Whether a run executes it with SQL of its own.
    public var isExecutable: Bool {
        switch self {
        case .model, .seed, .snapshot, .test, .unitTest: true
        default: false
        }
    }
}

/// Where a node's rows are: a table or view of the one database file.
///
/// A schema other than the target's becomes a prefix of the name, because views of SQLite may not
/// look into another attached file.
public struct RelationName: Hashable, Sendable {
    public var database: String
    public var schema: String
    public var identifier: String
    /// The schema whose relations have no prefix.
    public var defaultSchema: String
    public var dialect: SQLDialect

    public init(
        database: String, schema: String, identifier: String, defaultSchema: String,
        dialect: SQLDialect = .sqlite
    ) {
        self.database = database
        self.schema = schema
        self.identifier = identifier
        self.defaultSchema = defaultSchema
        self.dialect = dialect
    }

    /// The table's name in its file or schema, without quotes. SQLite has one schema a file, so
    /// there the name begins with the schema where that is not the default one.
    public var tableName: String {
        dialect != .sqlite || schema.lowercased() == defaultSchema.lowercased() || schema.isEmpty
            ? identifier : schema + "." + identifier
    }

    /// The name as SQL takes it: `main."name"`; on other engines `"database"."schema"."name"`.
    public var sql: String {
        guard dialect != .sqlite else { return "main." + SQLText.quoted(tableName) }
        return [database, schema, identifier].filter { !$0.isEmpty }.map(SQLText.quoted)
            .joined(separator: ".")
    }

    /// What tells two relations of a database apart, in lower case.
    var key: String {
        (dialect == .sqlite ? tableName : schema + "." + identifier).lowercased()
    }
}

/// A reference to another node, as a template wrote it.
public struct NodeReference: Hashable, Sendable {
    public var package: String?
    public var name: String
    public var version: String?

    public init(package: String? = nil, name: String, version: String? = nil) {
        self.package = package
        self.name = name
        self.version = version
    }
}

public struct ColumnNote: Hashable, Sendable {
    public var name: String
    public var description = ""
    public var dataType: String?
    public var constraints: [ConfigMap] = []
    public var quotes = false
}

/// What makes a node a generic test.
public struct GenericTest: Hashable, Sendable {
    public var namespace: String?
    public var name: String
    public var columnName: String?
    /// The arguments as written, `model` and `column_name` among them.
    public var arguments: ConfigMap
    /// The model or source that the test stands under.
    public var attachedTo: String
}

/// What makes a node a unit test.
public struct UnitTest: Hashable, Sendable {
    public var model: String
    public var given: [ConfigMap]
    public var expect: ConfigMap
    public var overrides: ConfigMap
}

/// One node of a project: a model, a seed, a test, a source …
public struct TransformNode: Sendable {
    public var uniqueID: String
    public var kind: ResourceKind
    public var name: String
    public var package: String
    /// From the project's root.
    public var path: String
    /// The package, the folders below the resource's own, the name.
    public var fqn: [String] = []
    public var place = SourcePlace(line: 1, column: 1)
    public var config = ConfigMap()
    public var description = ""
    public var columns: [ColumnNote] = []
    public var template: JinjaTemplate?
    public var rawSQL = ""
    public var references: [NodeReference] = []
    public var sources: [[String]] = []
    /// The ids of what it depends on; filled once every node is known.
    public var dependencies: [String] = []
    public var relation: RelationName?
    public var generic: GenericTest?
    public var unit: UnitTest?
    /// For sources: the source's name; for tests on sources too.
    public var sourceName: String?
    /// The YAML file that describes it.
    public var patchPath: String?
    /// Other properties of sources, exposures and the like, as written.
    public var extra = ConfigMap()
    public var version: String?
    /// Whether a `ref` without a version means this one; true for a model without versions.
    public var isLatestVersion = true

    /// The name as selections and lists have it: `orders.v2` for a version.
    public var searchName: String { version.map { "\(name).v\($0)" } ?? name }

    public var tags: [String] { config["tags"]?.asList.map(\.text) ?? [] }
    public var materialized: String {
        config["materialized"]?.string
            ?? (kind == .seed
                ? "seed"
                : kind == .snapshot
                    ? "snapshot" : kind == .model || kind == .analysis ? "view" : "test")
    }
    public var isEphemeral: Bool { kind == .model && materialized == "ephemeral" }
    /// The path below the resource's own folder: `staging/stg_orders.sql`.
    public var shortPath: String {
        let parts = path.split(separator: "/")
        let folders = max(0, fqn.count - 2 - (kind == .analysis || version != nil ? 1 : 0))
        return parts.suffix(folders + 1).joined(separator: "/")
    }

    /// The configuration with the values that dbt gives what is not said.
    public var fullConfig: ConfigMap {
        var whole = ConfigMap([
            ("enabled", .bool(true)), ("alias", .null), ("schema", .null), ("database", .null),
            ("tags", .list([])), ("meta", .map(ConfigMap())), ("group", .null),
        ])
        // A source and a unit test have none; a selection by it must not take them.
        if kind != .source, kind != .unitTest { whole["materialized"] = .string(materialized) }
        switch kind {
        case .model, .seed, .snapshot:
            whole["persist_docs"] = .map(ConfigMap())
            whole["post-hook"] = .list([])
            whole["pre-hook"] = .list([])
            whole["quoting"] = .map(ConfigMap())
            whole["column_types"] = .map(ConfigMap())
            whole["full_refresh"] = .null
            whole["unique_key"] = .null
            whole["on_schema_change"] = .string("ignore")
            whole["incremental_strategy"] = .null
            whole["docs"] = .map(ConfigMap([("show", .bool(true)), ("node_color", .null)]))
            whole["contract"] = .map(Self.noContract)
            whole["event_time"] = .null
            whole["batch_size"] = .null
            whole["begin"] = .null
            whole["lookback"] = .int(1)
            whole["concurrent_batches"] = .null
            whole["on_configuration_change"] = .string("apply")
            whole["grants"] = .map(ConfigMap())
            whole["packages"] = .list([])
            if kind == .model {
                whole["access"] = .string("protected")
                whole["freshness"] = .null
            }
            if kind == .seed {
                whole["delimiter"] = .string(",")
                whole["quote_columns"] = .null
            }
        case .test:
            whole["severity"] = .string("ERROR")
            whole["store_failures"] = .null
            whole["store_failures_as"] = .null
            whole["where"] = .null
            whole["limit"] = .null
            whole["fail_calc"] = .string("count(*)")
            whole["warn_if"] = .string("!= 0")
            whole["error_if"] = .string("!= 0")
        default: break
        }
        for pair in config.pairs {
            switch pair.key {
            case "pre_hook": whole["pre-hook"] = pair.value
            case "post_hook": whole["post-hook"] = pair.value
            case "contract":
                var contract = Self.noContract
                for part in pair.value.map?.pairs ?? [] { contract[part.key] = part.value }
                whole["contract"] = .map(contract)
            default: whole[pair.key] = pair.value
            }
        }
        if kind == .test { completeTest(&whole) }
        return whole
    }

    private static let noContract = ConfigMap([
        ("enforced", .bool(false)), ("alias_types", .bool(true)),
    ])

    /// Whether a test keeps its rows and in which form follow from each other.
    private func completeTest(_ whole: inout ConfigMap) {
        if config["schema"] == nil { whole["schema"] = .string("dbt_test__audit") }
        if let form = config["store_failures_as"]?.text {
            if config["store_failures"] == nil {
                whole["store_failures"] = .bool(form != "ephemeral")
            }
        } else if let isStored = config["store_failures"]?.bool {
            whole["store_failures_as"] = .string(isStored ? "table" : "ephemeral")
        }
    }

    /// The template; of a node that comes from the cache it is parsed now. Nil for what has none.
    func parsedTemplate() throws(JinjaError) -> JinjaTemplate? {
        if let template { return template }
        guard generic == nil, !rawSQL.isEmpty else { return nil }
        // The reader of templates takes one line end off, and `rawSQL` has lost it already.
        return try JinjaTemplate(file: path, text: rawSQL + "\n")
    }

    /// SHA-256 of what the file holds, without spaces around it, as dbt's manifest has it.
    public var checksum: String { Digest.hex(Digest.sha256(rawSQL[...].trimmingSpace.utf8)) }

    /// Whether a model's file holds nothing at all: no command runs it.
    public var isEmpty: Bool { kind == .model && rawSQL.utf8.allSatisfy { $0 <= 32 } }
    public var isEnabled: Bool { config["enabled"]?.bool ?? true }
}

/// Small pieces of SQL text.
public enum SQLText {
    /// An identifier in double quotes.
    public static func quoted(_ name: String) -> String {
        "\""
            + name.split(separator: "\"", omittingEmptySubsequences: false).joined(
                separator: "\"\"")
            + "\""
    }

    /// A text literal in single quotes.
    public static func literal(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
            + "'"
    }
}

extension RelationName {
    /// The table in which a running command notes which nodes are done; it is nobody's model.
    public static let unfinishedRun = "spillway_unfinished_run"
}
