public import Transform

/// `catalog.json` in dbt's shape: the columns of every relation that there is.
public enum CatalogFile {
    /// - Throws: where the database cannot be asked.
    public static func text(
        of project: TransformProject, on database: any RunDatabase, generatedAt: String,
        invocationID: String
    ) throws -> String {
        var entries: [(node: TransformNode, kind: String, columns: [(name: String, type: String)])]
        entries = []
        for node in project.nodes where node.relation != nil && isListed(node) {
            guard let relation = node.relation, let kind = try database.kind(of: relation) else {
                continue
            }
            entries.append((node, kind, try database.columns(of: relation)))
        }
        var writer = ArtifactWriter()
        writer.object { writer in
            writer.object("metadata") { writer in
                writer.string(
                    "dbt_schema_version", "https://schemas.getdbt.com/dbt/catalog/v1.json")
                writer.string("dbt_version", "1.11.0")
                writer.string("generated_at", generatedAt)
                writer.string("invocation_id", invocationID)
                writer.object("env") { _ in }
            }
            for (key, isSource) in [("nodes", false), ("sources", true)] {
                writer.object(key) { writer in
                    for entry in entries where (entry.node.kind == .source) == isSource {
                        write(entry.node, entry.kind, entry.columns, to: &writer)
                    }
                }
            }
            writer.null("errors")
        }
        return writer.text
    }

    private static func isListed(_ node: TransformNode) -> Bool {
        [.model, .seed, .snapshot, .source].contains(node.kind) && !node.isEphemeral
    }

    private static func write(
        _ node: TransformNode, _ kind: String, _ columns: [(name: String, type: String)],
        to writer: inout ArtifactWriter
    ) {
        writer.object(node.uniqueID) { writer in
            writer.object("metadata") { writer in
                writer.string("type", kind)
                writer.string("schema", node.relation?.schema)
                writer.string("name", node.relation?.identifier)
                writer.string("database", node.relation?.database)
                writer.string("comment", "")
                writer.string("owner", "")
            }
            writer.object("columns") { writer in
                for (index, column) in columns.enumerated() {
                    writer.object(column.name) { writer in
                        writer.string("type", column.type.isEmpty ? "UNKNOWN" : column.type)
                        writer.int("index", index)
                        writer.string("name", column.name)
                        writer.string("comment", "")
                    }
                }
            }
            writer.object("stats") { writer in
                writer.object("has_stats") { writer in
                    writer.string("id", "has_stats")
                    writer.string("label", "Has Stats?")
                    writer.bool("value", false)
                    writer.bool("include", false)
                    writer.string(
                        "description", "Indicates whether there are statistics for this table")
                }
            }
            writer.string("unique_id", node.uniqueID)
        }
    }
}
