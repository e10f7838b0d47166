import SQLLineage
public import Transform

/// OpenLineage events (spec 2-0-2) of a run, one JSON object each.
///
/// A node that ran begins with START and ends with COMPLETE, or FAIL with its error; one that was
/// skipped ends with ABORT, since nothing of it happened.
public struct OpenLineageEvents {
    private static let producer = "https://github.com/spillway/spillway"
    private static let spec = "https://openlineage.io/spec/"

    private let project: TransformProject
    private let lineage: ProjectLineage?
    /// The namespace of the datasets: `sqlite://host/path`.
    private let datasets: String
    private let jobs: String
    /// The run of the whole command.
    private let parent: (id: String, name: String)

    /// - Parameters:
    ///   - lineage: where the columns come from, if events are to tell.
    ///   - database: the file's absolute path.
    ///   - runID: a UUID for the command.
    public init(
        _ project: TransformProject, lineage: ProjectLineage?, host: String, database: String,
        runID: String, command: RunCommand
    ) {
        self.project = project
        self.lineage = lineage
        datasets =
            switch project.dialect {
            case .sqlite: "sqlite://\(host)\(database)"
            case .duckdb: "duckdb://\(host)\(database)"
            // The naming rules of OpenLineage: the server is the namespace, the database is not.
            case .postgres: "postgres://\(database)"
            }
        jobs = "dbt://\(project.name)"
        parent = (runID, "\(project.name).\(command.rawValue)")
    }

    /// The command's own START, and at its end COMPLETE or FAIL.
    public func command(_ type: String, at time: String, message: String? = nil) -> String {
        event(
            type, time, runID: parent.id, job: parent.name, message: message, isParent: true,
            facets: { jobType("RUN", to: &$0) }, inputs: { _ in }, outputs: { _ in })
    }

    /// The events of one node, in their order.
    ///
    /// - Parameters:
    ///   - began: ISO 8601 in UTC, as `ended`.
    ///   - runID: a UUID for this node's run.
    public func node(
        _ result: NodeResult, began: String, ended: String, runID: String
    ) -> [String] {
        guard let node = project.node(result.uniqueID), node.kind.isExecutable else { return [] }
        let last =
            switch result.status {
            case .success, .pass, .warn, .noOp: "COMPLETE"
            case .error, .fail, .partialSuccess: "FAIL"
            case .skipped: "ABORT"
            }
        return [("START", began), (last, ended)].map { type, time in
            event(
                type, time, runID: runID, job: Self.jobName(node, project),
                message: type == "FAIL" ? result.message ?? result.status.rawValue : nil,
                isParent: false,
                facets: { writer in
                    jobType(node.kind.rawValue.uppercased(), to: &writer)
                    guard let sql = result.compiledSQL else { return }
                    facet("sql", "facets/1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet", &writer) {
                        $0.string("query", sql)
                        $0.string("dialect", project.dialect.rawValue)
                    }
                }, inputs: { inputs(of: node, result, isEnd: type != "START", to: &$0) },
                outputs: { writer in
                    if node.kind != .test, node.kind != .unitTest, !node.isEphemeral {
                        output(node, result, isEnd: type == "COMPLETE", to: &writer)
                    }
                })
        }
    }

    static func jobName(_ node: TransformNode, _ project: TransformProject) -> String {
        let schema = node.relation?.schema ?? "main"
        return "\(schema).\(project.name).\(node.relation?.identifier ?? node.name)"
    }

    // MARK: Parts

    private func event(
        _ type: String, _ time: String, runID: String, job: String, message: String?,
        isParent: Bool, facets: (inout ArtifactWriter) -> Void,
        inputs: (inout ArtifactWriter) -> Void, outputs: (inout ArtifactWriter) -> Void
    ) -> String {
        var writer = ArtifactWriter()
        writer.object { writer in
            writer.string("eventType", type)
            writer.string("eventTime", time)
            writer.string("producer", Self.producer)
            writer.string("schemaURL", Self.spec + "2-0-2/OpenLineage.json#/$defs/RunEvent")
            writer.object("run") { writer in
                writer.string("runId", runID)
                writer.object("facets") { writer in
                    if !isParent { parentFacet(&writer) }
                    guard let message else { return }
                    facet(
                        "errorMessage",
                        "facets/1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet",
                        &writer
                    ) {
                        $0.string("message", message)
                        $0.string("programmingLanguage", "SQL")
                    }
                }
            }
            writer.object("job") { writer in
                writer.string("namespace", jobs)
                writer.string("name", job)
                writer.object("facets", facets)
            }
            writer.array("inputs", inputs)
            writer.array("outputs", outputs)
        }
        return writer.text
    }

    private func facet(
        _ name: String, _ schema: String, _ writer: inout ArtifactWriter,
        _ body: (inout ArtifactWriter) -> Void
    ) {
        writer.object(name) { writer in
            writer.string("_producer", Self.producer)
            writer.string("_schemaURL", Self.spec + schema)
            body(&writer)
        }
    }

    private func parentFacet(_ writer: inout ArtifactWriter) {
        facet(
            "parent", "facets/1-0-1/ParentRunFacet.json#/$defs/ParentRunFacet", &writer
        ) { writer in
            writer.object("run") { $0.string("runId", parent.id) }
            writer.object("job") {
                $0.string("namespace", jobs)
                $0.string("name", parent.name)
            }
        }
    }

    private func jobType(_ type: String, to writer: inout ArtifactWriter) {
        facet(
            "jobType", "facets/2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet", &writer
        ) {
            $0.string("processingType", "BATCH")
            $0.string("integration", "SPILLWAY")
            $0.string("jobType", type)
        }
    }

    private func name(_ id: String) -> String? {
        project.node(id)?.relation.map { relation in
            switch project.dialect {
            case .sqlite: "main.\(relation.tableName)"
            case .duckdb: "\(relation.schema).\(relation.identifier)"
            case .postgres:
                "\(relation.database).\(relation.schema).\(relation.identifier)"
            }
        }
    }

    private func inputs(
        of node: TransformNode, _ result: NodeResult, isEnd: Bool, to writer: inout ArtifactWriter
    ) {
        for id in node.dependencies {
            guard let name = name(id) else { continue }
            writer.object { writer in
                writer.string("namespace", datasets)
                writer.string("name", name)
                writer.object("facets") { _ in }
                guard isEnd, node.kind == .test, result.status != .skipped else { return }
                writer.object("inputFacets") { writer in
                    facet(
                        "dataQualityAssertions",
                        "facets/1-0-1/DataQualityAssertionsDatasetFacet.json"
                            + "#/$defs/DataQualityAssertionsDatasetFacet", &writer
                    ) { writer in
                        writer.array("assertions") { writer in
                            writer.object { writer in
                                writer.string("assertion", node.generic?.name ?? node.name)
                                writer.bool(
                                    "success", result.status == .pass || result.status == .warn)
                                if let column = node.generic?.columnName {
                                    writer.string("column", column)
                                }
                                writer.string(
                                    "severity",
                                    node.config["severity"]?.text.lowercased() ?? "error")
                            }
                        }
                    }
                }
            }
        }
    }

    private func output(
        _ node: TransformNode, _ result: NodeResult, isEnd: Bool, to writer: inout ArtifactWriter
    ) {
        guard let name = name(node.uniqueID) else { return }
        writer.object { writer in
            writer.string("namespace", datasets)
            writer.string("name", name)
            writer.object("facets") { writer in
                guard let found = lineage?.node(node.uniqueID), !found.columns.isEmpty else {
                    return
                }
                schema(found, node, &writer)
                columnLineage(found, &writer)
            }
            guard isEnd, let rows = result.rows else { return }
            writer.object("outputFacets") { writer in
                facet(
                    "outputStatistics",
                    "facets/1-0-2/OutputStatisticsOutputDatasetFacet.json"
                        + "#/$defs/OutputStatisticsOutputDatasetFacet", &writer
                ) { $0.int("rowCount", rows) }
            }
        }
    }

    private func schema(
        _ found: ProjectLineage.Node, _ node: TransformNode, _ writer: inout ArtifactWriter
    ) {
        facet(
            "schema", "facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet", &writer
        ) { writer in
            writer.array("fields") { writer in
                for (place, column) in found.columns.enumerated() {
                    writer.object { writer in
                        writer.string("name", column.name)
                        let note = node.columns.first { $0.name == column.name }
                        if let type = note?.dataType { writer.string("type", type) }
                        if let text = note?.description, !text.isEmpty {
                            writer.string("description", text)
                        }
                        writer.int("ordinal_position", place + 1)
                    }
                }
            }
        }
    }

    private func columnLineage(_ found: ProjectLineage.Node, _ writer: inout ArtifactWriter) {
        func input(_ origin: ColumnOrigin, _ writer: inout ArtifactWriter) {
            writer.object { writer in
                writer.string("namespace", datasets)
                writer.string("name", name(origin.table) ?? origin.table)
                writer.string("field", origin.column)
                writer.array("transformations") { writer in
                    writer.object { writer in
                        writer.string("type", origin.kind.isDirect ? "DIRECT" : "INDIRECT")
                        writer.string("subtype", origin.kind.rawValue)
                        writer.string("description", "")
                        writer.bool("masking", false)
                    }
                }
            }
        }
        facet(
            "columnLineage",
            "facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet", &writer
        ) { writer in
            writer.object("fields") { writer in
                for column in found.columns where !column.origins.isEmpty {
                    writer.object(column.name) { writer in
                        writer.array("inputFields") { writer in
                            for origin in column.origins { input(origin, &writer) }
                        }
                    }
                }
            }
            writer.array("dataset") { writer in
                for origin in found.indirect { input(origin, &writer) }
            }
        }
    }
}
