import Domain
import Jinja

/// `manifest.json` in the shape of dbt's schema v12, so that other tools can read it.
public enum ManifestFile {
    /// The file's text; linear in the size of the project.
    ///
    /// - Parameters:
    ///   - generatedAt: ISO 8601 in UTC.
    ///   - compiled: compiled SQL by node, where it is known.
    public static func text(
        of project: TransformProject, generatedAt: String, invocationID: String,
        compiled: [String: String] = [:]
    ) -> String {
        let nodes = project.nodes
        // A node is large: it is not to be copied for a look at its kind.
        let places = Dictionary(grouping: nodes.indices) { nodes[$0].kind }
        var writer = ArtifactWriter(capacity: (nodes.count + 64) * usualNode)
        writer.object { writer in
            writer.object("metadata") { writer in
                writer.string(
                    "dbt_schema_version", "https://schemas.getdbt.com/dbt/manifest/v12.json")
                writer.string("dbt_version", "1.11.0")
                writer.string("generated_at", generatedAt)
                writer.string("invocation_id", invocationID)
                writer.object("env") { _ in }
                writer.string("project_name", project.name)
                writer.string("adapter_type", project.engine)
            }
            writer.object("nodes") { writer in
                for place in nodes.indices where isInNodes(nodes[place].kind) {
                    let id = nodes[place].uniqueID
                    write(nodes[place], compiled[id], key: id, of: project, to: &writer)
                }
            }
            writer.object("sources") { writer in
                for place in places[.source] ?? [] {
                    writeSource(
                        nodes[place], key: nodes[place].uniqueID, of: project, to: &writer)
                }
            }
            writer.object("macros") { writer in writeMacros(project, to: &writer) }
            writer.object("docs") { writer in writeDocs(project, to: &writer) }
            for (key, kind) in others {
                writer.object(key) { writer in
                    for place in places[kind] ?? [] {
                        writeOther(
                            nodes[place], key: nodes[place].uniqueID, of: project, to: &writer)
                    }
                }
            }
            writer.object("selectors") { writer in
                for selector in project.selectors {
                    writer.value(selector.name, selector.definition)
                }
            }
            writer.object("disabled") { writer in
                for id in project.disabled { writer.array(id) { _ in } }
            }
            writeMaps(project, to: &writer)
        }
        return writer.text
    }

    /// Bytes of a node, in the mean of projects seen.
    private static let usualNode = 1_600

    private static let others: [(String, ResourceKind)] = [
        ("exposures", .exposure), ("metrics", .metric), ("groups", .group),
        ("saved_queries", .savedQuery), ("semantic_models", .semanticModel),
        ("unit_tests", .unitTest),
    ]

    private static func isInNodes(_ kind: ResourceKind) -> Bool {
        [.model, .seed, .snapshot, .test, .analysis, .operation].contains(kind)
    }

    /// One node as it stands in the file, as an object of JSON.
    public static func text(of node: TransformNode, in project: TransformProject) -> String {
        var writer = ArtifactWriter()
        switch node.kind {
        case .source: writeSource(node, key: nil, of: project, to: &writer)
        case _ where isInNodes(node.kind): write(node, nil, key: nil, of: project, to: &writer)
        default: writeOther(node, key: nil, of: project, to: &writer)
        }
        return writer.text
    }

    private static func write(
        _ node: TransformNode, _ compiled: String?, key: String?, of project: TransformProject,
        to writer: inout ArtifactWriter
    ) {
        writer.object(key) { writer in
            common(node, of: project, to: &writer)
            writer.string("alias", node.relation?.identifier ?? node.name)
            writer.object("checksum") { writer in
                // A generic test has no text of its own.
                writer.string("name", node.generic == nil ? "sha256" : "none")
                writer.string("checksum", node.generic == nil ? node.checksum : "")
            }
            writer.map("config", node.fullConfig)
            writer.map("unrendered_config", node.config)
            writer.array("tags", node.tags)
            writer.string("description", node.description)
            columns(node, to: &writer)
            writer.value("meta", node.config["meta"] ?? .map(ConfigMap()))
            writer.string("group", node.config["group"]?.string)
            writer.map("docs", node.config["docs"]?.map)
            writer.string("patch_path", node.patchPath.map { "\(node.package)://\($0)" })
            writer.string(
                "relation_name",
                node.isEphemeral || node.kind == .test ? nil : node.relation?.sql)
            writer.string("raw_code", node.rawSQL)
            writer.string("language", "sql")
            references(node, to: &writer)
            writer.bool("compiled", compiled != nil)
            if let compiled { writer.string("compiled_code", compiled) }
            switch node.kind {
            case .model: model(node, to: &writer)
            case .test: test(node, to: &writer)
            default: break
            }
        }
    }

    private static func model(_ node: TransformNode, to writer: inout ArtifactWriter) {
        writer.string("access", node.config["access"]?.string ?? "protected")
        writer.object("contract") { writer in
            writer.bool("enforced", node.config["contract"]?.map?["enforced"]?.bool ?? false)
        }
        writer.value("constraints", node.extra["constraints"] ?? .list([]))
        writer.string("version", node.version)
        writer.value("latest_version", node.extra["latest_version"])
    }

    private static func test(_ node: TransformNode, to writer: inout ArtifactWriter) {
        guard let generic = node.generic else { return }
        writer.object("test_metadata") { writer in
            writer.string("name", generic.name)
            writer.map("kwargs", generic.arguments)
            writer.string("namespace", generic.namespace)
        }
        writer.string("column_name", generic.columnName)
        writer.string("attached_node", generic.attachedTo)
    }

    private static func common(
        _ node: TransformNode, of project: TransformProject, to writer: inout ArtifactWriter
    ) {
        writer.string("database", node.relation?.database)
        writer.string("schema", node.relation?.schema)
        writer.string("name", node.name)
        writer.string("resource_type", node.kind.rawValue)
        writer.string("package_name", node.package)
        writer.string("path", node.shortPath)
        writer.string("original_file_path", project.originalPath(of: node))
        writer.string("unique_id", node.uniqueID)
        writer.array("fqn", node.fqn)
    }

    private static func columns(_ node: TransformNode, to writer: inout ArtifactWriter) {
        writer.object("columns") { writer in
            for column in node.columns {
                writer.object(column.name) { writer in
                    writer.string("name", column.name)
                    writer.string("description", column.description)
                    writer.string("data_type", column.dataType)
                    writer.array("constraints") { writer in
                        for constraint in column.constraints { writer.map(nil, constraint) }
                    }
                    writer.bool("quote", column.quotes)
                    writer.object("meta") { _ in }
                    writer.array("tags") { _ in }
                }
            }
        }
    }

    private static func references(_ node: TransformNode, to writer: inout ArtifactWriter) {
        writer.array("refs") { writer in
            for reference in node.references {
                writer.object { writer in
                    writer.string("name", reference.name)
                    writer.string("package", reference.package)
                    writer.string("version", reference.version)
                }
            }
        }
        writer.array("sources") { writer in
            for source in node.sources {
                writer.array { writer in for part in source { writer.string(nil, part) } }
            }
        }
        writer.object("depends_on") { writer in
            writer.array("macros") { _ in }
            writer.array("nodes", node.dependencies)
        }
    }

    private static func writeSource(
        _ node: TransformNode, key: String?, of project: TransformProject,
        to writer: inout ArtifactWriter
    ) {
        writer.object(key) { writer in
            common(node, of: project, to: &writer)
            writer.string("source_name", node.sourceName)
            writer.string("identifier", node.relation?.identifier)
            writer.string("relation_name", node.relation?.sql)
            writer.string("description", node.description)
            columns(node, to: &writer)
            writer.value("freshness", node.config["freshness"])
            writer.value("loaded_at_field", node.config["loaded_at_field"])
            writer.map("config", node.config)
            writer.value("meta", node.config["meta"] ?? .map(ConfigMap()))
            writer.array("tags", node.tags)
        }
    }

    private static func writeOther(
        _ node: TransformNode, key: String?, of project: TransformProject,
        to writer: inout ArtifactWriter
    ) {
        writer.object(key) { writer in
            common(node, of: project, to: &writer)
            writer.string("description", node.description)
            let written = ["name", "description", "depends_on", "config"]
            let own = node.kind == .exposure ? ["tags", "meta"] : []
            for pair in node.extra.pairs where !(written + own).contains(pair.key) {
                writer.value(pair.key, pair.value)
            }
            if let unit = node.unit {
                writer.string("model", unit.model)
                writer.array("given") { writer in
                    for given in unit.given { writer.map(nil, given) }
                }
                writer.map("expect", unit.expect)
                writer.map("overrides", unit.overrides)
            }
            if node.kind == .exposure {
                writer.array("tags", node.tags)
                writer.value("meta", node.config["meta"] ?? .map(ConfigMap()))
            }
            writer.map("config", configOfOther(node))
            references(node, to: &writer)
        }
    }

    /// What may be set for an exposure, a metric or a unit test, with what holds where it is not.
    private static func configOfOther(_ node: TransformNode) -> ConfigMap {
        guard [.exposure, .unitTest].contains(node.kind) else { return node.config }
        var whole = ConfigMap([
            ("enabled", .bool(true)), ("tags", .list([])), ("meta", .map(ConfigMap())),
        ])
        for pair in node.config.pairs { whole[pair.key] = pair.value }
        return whole
    }

    private static func writeMacros(
        _ project: TransformProject, to writer: inout ArtifactWriter
    ) {
        for package in project.macros.packages {
            for template in package.templates {
                for macro in template.macros {
                    let id = "macro.\(package.name).\(macro.name)"
                    writer.object(id) { writer in
                        writer.string("name", macro.name)
                        writer.string("resource_type", "macro")
                        writer.string("package_name", package.name)
                        writer.string("path", template.file)
                        writer.string("original_file_path", template.file)
                        writer.string("unique_id", id)
                        writer.string("macro_sql", "")
                        writer.object("depends_on") { $0.array("macros") { _ in } }
                    }
                }
            }
        }
    }

    private static func writeDocs(_ project: TransformProject, to writer: inout ArtifactWriter) {
        for (name, text) in project.environment.docs.sorted(by: { $0.key < $1.key }) {
            let id = "doc.\(project.name).\(name)"
            writer.object(id) { writer in
                writer.string("name", name)
                writer.string("resource_type", "doc")
                writer.string("package_name", project.name)
                writer.string("unique_id", id)
                writer.string("block_contents", text)
            }
        }
    }

    private static func writeMaps(_ project: TransformProject, to writer: inout ArtifactWriter) {
        writer.object("parent_map") { writer in
            for place in project.nodes.indices {
                writer.array(project.nodes[place].uniqueID, project.nodes[place].dependencies)
            }
        }
        writer.object("child_map") { writer in
            for position in project.nodes.indices {
                writer.array(project.nodes[position].uniqueID) { writer in
                    for child in project.graph.children(of: position) {
                        writer.string(nil, project.nodes[Int(child)].uniqueID)
                    }
                }
            }
        }
        writer.object("group_map") { _ in }
    }
}
