import ArgumentParser
import Domain
import JSONText
import Transform
import TransformFiles
import TransformHistory
import TransformRunner

/// `transform docs` writes the artifacts of documentation and searches in it.
struct TransformDocs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs", abstract: "Write catalog and manifest, or search the documentation.",
        subcommands: [Generate.self, Search.self, Show.self])

    struct Generate: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "generate", abstract: "Write manifest.json and catalog.json.",
            discussion: "Example:\n  spillway transform docs generate")
        @OptionGroup var options: ProjectOptions

        func run() throws {
            let loaded = try options.load("generate")
            let database = try options.open(loaded)
            let now = SystemClock.now().iso8601
            let session = TransformSession(project: loaded.project, database: database)
            var compiled: [String: String] = [:]
            for node in loaded.project.nodes where node.isCompilable {
                compiled[node.uniqueID] = try session.compile(node).sql
            }
            try loaded.write(
                ManifestFile.text(
                    of: loaded.project, generatedAt: now, invocationID: loaded.invocationID,
                    compiled: compiled), to: "manifest.json")
            try loaded.write(
                CatalogFile.text(
                    of: loaded.project, on: database, generatedAt: now,
                    invocationID: loaded.invocationID), to: "catalog.json")
            Console.print(
                "wrote \(loaded.artifact("manifest.json")) and \(loaded.artifact("catalog.json"))"
                    .printable)
        }
    }

    struct Search: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "search", abstract: "Find words in names, columns and descriptions.",
            discussion: "Example:\n  spillway transform docs search \"late arrival\" --json")
        @OptionGroup var options: ProjectOptions
        @Argument(help: "Words that must all be there.") var words: [String]
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let loaded = try options.load("docs")
            let found = DocsSearch.entries(of: loaded.project, words: words)
            if json {
                let rows = found.map { entry in
                    JSONValue.object([
                        "unique_id": .string(entry.uniqueID),
                        "column": .string(orNull: entry.column),
                        "description": .string(entry.description), "path": .string(entry.path),
                    ])
                }
                return Console.printJSON(.object(["entries": .array(rows)]))
            }
            var table = TextTable(["NODE", "COLUMN", "DESCRIPTION"])
            for entry in found {
                table.add([entry.uniqueID, entry.column ?? "", entry.description])
            }
            Console.print(table.text)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print the documentation of a node.",
            discussion: """
                Its description, tags and columns, with the type that the database gave them, what they \
                come from and what is tested.

                Example:
                  spillway transform docs show orders --json
                """)
        @OptionGroup var options: ProjectOptions
        @Argument(help: "A node, by its name or unique id.") var node: String
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let loaded = try options.load("docs")
            let database = try options.open(loaded)
            let project = loaded.project
            guard
                let node = project.nodes.first(where: {
                    $0.uniqueID == self.node || $0.searchName == self.node
                })
            else {
                throw UnknownPlaceError(
                    what: "node", name: self.node,
                    nearest: nearestName(to: self.node, among: project.nodes.map(\.name)))
            }
            let lineage = ProjectLineage(
                reading: project, files: loaded.files, database: database)
            let kept = NodeHistory(targetFolder: loaded.artifact(".")).records[node.uniqueID]
            let found = try node.relation.map { try database.columns(of: $0) } ?? []
            let docs = NodeDocs(
                node, of: project, lineage.node(node.uniqueID),
                types: Dictionary(found, uniquingKeysWith: { $1 }))
            guard json else { return Console.print(docs.text.printableLines) }
            Console.printJSON(docs.json(history: kept ?? []))
        }
    }
}
