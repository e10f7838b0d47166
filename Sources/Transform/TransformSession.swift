import Domain
public import Jinja

/// A node's SQL after the second pass.
public struct CompiledNode: Sendable {
    /// With the common table expressions of ephemeral parents in front.
    public var sql: String
    /// The configuration, with what `config(…)` said while `execute` was true.
    public var config: ConfigMap
    /// What `log` and `print` wrote.
    public var logs: [String]
    public var warnings: [String]
    /// What was rewritten for SQLite, and how often.
    public var rewrites: [String: Int] = [:]
}

/// The second pass over a project: renders its nodes with `execute` true, against a database.
///
/// One session is one thread's work; macros are made once for all its renders.
public final class TransformSession {
    public let project: TransformProject
    private let context: RenderContext
    private let renderer: JinjaRenderer
    private let finder: NodeFinder
    private let database: (any TransformDatabase)?
    private var dialect: SQLDialect { project.dialect }
    /// Nodes that the current run skips as ephemeral, with their compiled text.
    private var ephemeral: [String: (sql: String, ctes: [String])] = [:]
    /// The batch that is being built; parents with an `event_time` show only its rows.
    private var window: Microbatch.Window?
    /// Where parents stand that do not run; nil without `--defer`.
    public var deferral: Deferral?

    public init(project: TransformProject, database: (any TransformDatabase)?) {
        self.project = project
        self.database = database
        context = RenderContext(environment: project.environment)
        renderer = JinjaRenderer(context: context)
        context.use(MacroTable(project.macros, renderer: renderer))
        context.isExecuting = true
        context.database = database
        finder = NodeFinder(project.nodes)
        context.graph = { [unowned self] in graph }
    }

    /// Lets `listener` hear what templates `print` or `log` for people.
    public func listen(_ listener: @escaping (String) -> Void) { context.listener = listener }

    private lazy var graph: JinjaValue = {
        var nodes: [(String, JinjaValue)] = []
        var sources: [(String, JinjaValue)] = []
        var exposures: [(String, JinjaValue)] = []
        for node in project.nodes {
            let pair = (node.uniqueID, NodeText.jinja(node))
            switch node.kind {
            case .source: sources.append(pair)
            case .exposure: exposures.append(pair)
            default: nodes.append(pair)
            }
        }
        return .mapping([
            ("nodes", .mapping(nodes)), ("sources", .mapping(sources)),
            ("exposures", .mapping(exposures)),
        ])
    }()

    /// Renders a node to the SQL that runs.
    ///
    /// - Parameter isIncremental: what `is_incremental()` answers; nil asks the database.
    /// - Parameter window: the batch of a microbatch model.
    public func compile(
        _ node: TransformNode, isIncremental: Bool? = nil, window: Microbatch.Window? = nil
    ) throws -> CompiledNode {
        self.window = window
        // Ephemeral parents are rendered anew for each batch: they hold its rows only.
        if window != nil { ephemeral = [:] }
        defer {
            if window != nil { ephemeral = [:] }
            self.window = nil
        }
        let body = try render(node, isIncremental: isIncremental ?? addsRows(node))
        let record = context.record
        var config = node.config
        // Adding configurations are in `node.config` already, from the first pass.
        for pair in record.config.pairs
        where !["tags", "pre_hook", "post_hook"].contains(ConfigRules.canonical(pair.key)) {
            ConfigRules.merge(ConfigMap([(pair.key, pair.value)]), into: &config)
        }
        let whole = try inject(record.ctes, into: body)
        // SQL written for other engines is rewritten for SQLite only.
        let rewritten = dialect == .sqlite ? rewrite(whole) : nil
        return CompiledNode(
            sql: rewritten?.sql ?? whole, config: config, logs: record.logs,
            warnings: record.warnings, rewrites: rewritten?.counts ?? [:])
    }

    /// Whether the model would add to its table rather than make it.
    private func addsRows(_ node: TransformNode) throws -> Bool {
        guard node.materialized == "incremental", let relation = node.relation,
            !(node.config["full_refresh"]?.bool ?? project.environment.options.isFullRefresh)
        else { return false }
        return try database?.kind(of: relation) == "table"
    }

    /// The SQL of another engine for SQLite, which is asked for the columns of its parts.
    private func rewrite(_ sql: String) -> SQLRewriter {
        project.environment.rewritten(sql) { [context] query in
            try? context.database?.query("select * from (\(query)\n) limit 0").columns
        }
    }

    /// Compiles a query that is no node, such as `show --inline` takes; it may refer to any node.
    public func compile(inline text: String) throws -> CompiledNode {
        var node = TransformNode(
            uniqueID: "sql_operation.\(project.name).inline", kind: .operation, name: "inline",
            package: project.name, path: "<inline>")
        node.template = try JinjaTemplate(file: "<inline>", text: text)
        return try compile(node)
    }

    private func render(_ node: TransformNode, isIncremental: Bool) throws -> String {
        context.begin(node)
        context.isIncremental = isIncremental
        context.resolve = { [unowned self] in try resolve($0, from: node) }
        context.resolveSource = { [unowned self] in try resolveSource($0) }
        if node.generic != nil {
            return try TestRenderer.sql(of: node, context: context, renderer: renderer)
        }
        guard let template = try node.parsedTemplate() else { return "" }
        let sql = try renderer.render(template)
        // A file's last line break goes when it is read; a block's, as in dbt, when it is rendered.
        return node.kind == .snapshot && node.rawSQL.hasSuffix("\n") && sql.hasSuffix("\n")
            ? String(sql.dropLast()) : sql
    }

    private func resolve(
        _ reference: NodeReference, from node: TransformNode
    ) throws(JinjaFault) -> RelationObject {
        guard let position = finder.find(reference, from: node.package) else {
            throw JinjaFault(
                "there is no node named '\(reference.name)'", remedy: "Correct the name.")
        }
        let found = project.nodes[position]
        guard node.dependencies.contains(found.uniqueID) || node.kind == .operation else {
            throw JinjaFault(
                "'\(node.name)' refers to '\(found.name)' only when it runs, so its place in the "
                    + "order is unknown",
                remedy: "Add the line '-- depends_on: {{ ref('\(found.name)') }}' to \(node.path).")
        }
        guard let relation = found.relation else {
            throw JinjaFault("'\(found.name)' has no relation")
        }
        guard found.isEphemeral else {
            if let other = try deferred(found, relation) {
                return RelationObject(relation, replacement: other)
            }
            return batched(relation, found.config, for: node)
        }
        if !context.record.ctes.contains(found.uniqueID) {
            context.record.ctes.append(found.uniqueID)
        }
        let name = "__dbt__cte__" + found.name
        return RelationObject(relation, replacement: noRows(of: name, for: node) ?? name)
    }

    private func deferred(
        _ node: TransformNode, _ relation: RelationName
    ) throws(JinjaFault) -> String? {
        guard let deferral, let other = deferral.relation(of: node) else { return nil }
        guard !deferral.favorsState else { return other }
        do {
            return try database?.kind(of: relation) == nil ? other : nil
        } catch {
            throw JinjaFault("\(error)")
        }
    }

    private func resolveSource(_ source: [String]) throws(JinjaFault) -> RelationObject {
        guard let position = finder.find(source: source),
            let relation = project.nodes[position].relation
        else {
            throw JinjaFault("there is no source '\(source.joined(separator: "."))'")
        }
        return batched(relation, project.nodes[position].config, for: context.node)
    }

    /// The relation, or its rows of the current batch where it has an `event_time`.
    private func batched(
        _ relation: RelationName, _ config: ConfigMap, for node: TransformNode?
    ) -> RelationObject {
        if let none = noRows(of: relation.sql, for: node) {
            return RelationObject(relation, replacement: none)
        }
        let isSampled = node.map { [.model, .snapshot].contains($0.kind) } ?? false
        guard let window = window ?? (isSampled ? project.environment.options.sample : nil),
            let time = config["event_time"]?.string
        else { return RelationObject(relation) }
        let condition = Microbatch.condition(time, window, dialect)
        return RelationObject(
            relation,
            replacement: "(select * from \(relation.sql) where \(condition))"
                + (dialect == .postgres ? " as batch_rows" : ""))
    }

    /// What `--empty` puts in place of a parent; nil without that.
    private func noRows(of table: String, for node: TransformNode?) -> String? {
        guard project.environment.options.isEmpty, let node,
            [.model, .snapshot].contains(node.kind)
        else { return nil }
        return "(select * from \(table) where false limit 0)"
            + (dialect == .postgres ? " as no_rows" : "")
    }

    /// Puts the ephemeral models `ids`, and those that they use, in front of `sql`.
    private func inject(_ ids: [String], into sql: String) throws -> String {
        guard !ids.isEmpty else { return sql }
        var order: [String] = []
        for id in ids { try collect(id, into: &order) }
        let ctes = order.compactMap { id -> String? in
            guard let node = project.node(id), let text = ephemeral[id] else { return nil }
            return "__dbt__cte__\(node.name) as (\n\(text.sql)\n)"
        }
        return SQLScanner.inject(ctes, into: sql)
    }

    private func collect(_ id: String, into order: inout [String]) throws {
        guard !order.contains(id), let node = project.node(id) else { return }
        if ephemeral[id] == nil {
            let sql = try render(node, isIncremental: false)
            ephemeral[id] = (SQLScanner.trimmed(sql), context.record.ctes)
        }
        for inner in ephemeral[id]?.ctes ?? [] { try collect(inner, into: &order) }
        order.append(id)
    }

    /// Renders a text of the project, such as a hook of `node`.
    ///
    /// - Parameter isIncremental: what `is_incremental()` answers: what it answered in the node.
    public func renderText(
        _ text: String, file: String, node: TransformNode?, extra: [String: JinjaValue] = [:],
        package: String? = nil, isIncremental: Bool = false
    ) throws -> String {
        context.begin(node)
        context.isIncremental = isIncremental
        if let package { context.package = package }
        context.extra = extra
        let owner =
            node
            ?? TransformNode(
                uniqueID: "operation", kind: .operation, name: file, package: project.name,
                path: file)
        context.resolve = { [unowned self] in try resolve($0, from: owner) }
        context.resolveSource = { [unowned self] in try resolveSource($0) }
        return try renderer.render(JinjaTemplate(file: file, text: text))
    }

    /// Calls a macro by name, as `run-operation` does.
    public func runOperation(_ name: String, arguments: ConfigMap) throws -> ConfigValue {
        context.begin(nil)
        return ConfigValue(
            try renderer.call(
                operation(name), named: arguments.pairs.map { ($0.key, $0.value.jinja) }))
    }

    /// - Throws: where `run-operation` would find no macro of this name.
    public func checkOperation(_ name: String) throws { _ = try operation(name) }

    private func operation(_ name: String) throws(JinjaFault) -> JinjaValue {
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        let macro =
            parts.count == 2
            ? context.macros?.macro(parts[1], in: parts[0])
            : context.macros?.findAnywhere(name, from: project.name)
        guard let macro else {
            let names = context.macros?.names(from: project.name) ?? []
            throw JinjaFault(
                "there is no macro named '\(name)'",
                remedy: nearestName(to: name, among: names).map { "Write '\($0)' instead." }
                    ?? "Add it to a file of the macro folder.")
        }
        return macro
    }

    /// A unit test's query: the model with its inputs in place of its parents.
    public func compile(unitTest node: TransformNode) throws -> UnitTestQuery {
        guard let unit = node.unit,
            let position = finder.find(NodeReference(name: unit.model), from: node.package)
        else { throw JinjaFault("the unit test '\(node.name)' has no model") }
        let model = project.nodes[position]
        var inputs: [String: String] = [:]
        var ctes: [String] = []
        var isIncremental = false
        for (number, given) in unit.given.enumerated() {
            let input = given["input"]?.text[...].trimmingSpace ?? ""
            let name = "__dbt__input__\(number)"
            let target = try self.target(of: input, node: node, model: model)
            inputs[target.uniqueID + (input == "this" ? ".this" : "")] = name
            let known = try target.relation.flatMap { try database?.columns(of: $0) } ?? []
            let types = known.map { FixtureColumn(name: $0.name, type: $0.type) }
            let columns = types + target.columns.map { FixtureColumn(name: $0.name) }
            try FixtureRows.check(given, names: types.map(\.name), test: node.name, input: input)
            let rows = try FixtureRows.sql(given, columns: columns, dialect)
            ctes.append("\(name) as (\n\(rows)\n)")
        }
        context.begin(model)
        if let vars = unit.overrides["vars"]?.map { context.variableOverrides = vars }
        if let vars = unit.overrides["env_vars"]?.map { context.environmentOverrides = vars }
        for pair in unit.overrides["macros"]?.map?.pairs ?? [] {
            if pair.key == "is_incremental" { isIncremental = pair.value.bool ?? false }
            let value = pair.value.jinja
            context.extra[pair.key] = .object(JinjaFunction(pair.key) { _ in value })
        }
        context.isIncremental = isIncremental
        if let name = inputs[model.uniqueID + ".this"], let relation = model.relation {
            context.extra["this"] = .object(RelationObject(relation, replacement: name))
        }
        context.resolve = { [unowned self] reference in
            if let found = finder.find(reference, from: model.package),
                let name = inputs[project.nodes[found].uniqueID],
                let relation = project.nodes[found].relation
            {
                return RelationObject(relation, replacement: name)
            }
            return try resolve(reference, from: model)
        }
        context.resolveSource = { [unowned self] source in
            if let found = finder.find(source: source),
                let name = inputs[project.nodes[found].uniqueID],
                let relation = project.nodes[found].relation
            {
                return RelationObject(relation, replacement: name)
            }
            return try resolveSource(source)
        }
        guard let template = try model.parsedTemplate() else {
            throw JinjaFault("the model has no SQL")
        }
        let text = try renderer.render(template)
        let ephemerals = context.record.ctes
        let body = SQLScanner.inject(ctes, into: try inject(ephemerals, into: text))
        return try UnitTestQuery(
            sql: dialect == .sqlite ? rewrite(body).sql : body,
            expect: unit.expect, dialect)
    }

    private func target(
        of input: String, node: TransformNode, model: TransformNode
    ) throws -> TransformNode {
        if input == "this" { return model }
        context.begin(node)
        context.resolve = nil
        context.resolveSource = nil
        _ = try renderer.render(JinjaTemplate(file: node.path, text: "{{ \(input) }}"))
        if let reference = context.record.references.first,
            let found = finder.find(reference, from: node.package)
        {
            return project.nodes[found]
        }
        if let source = context.record.sources.first, let found = finder.find(source: source) {
            return project.nodes[found]
        }
        throw JinjaFault(
            "the unit test '\(node.name)' gives the input '\(input)', which does not exist",
            remedy: "Write ref('model'), source('source', 'table') or this.")
    }
}
