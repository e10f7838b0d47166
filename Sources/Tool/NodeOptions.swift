import ArgumentParser
import Domain
import Foundation
import Transform

/// Which nodes of a project a command takes.
struct NodeOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, parsing: .upToNextOption, help: "Nodes to take (dbt's syntax).")
    var select: [String] = []

    @Option(
        name: [.customLong("models"), .customShort("m")], parsing: .upToNextOption,
        help: "The old name of --select; for 'ls' only models.")
    var models: [String] = []

    @Option(parsing: .upToNextOption, help: "Nodes to leave out.")
    var exclude: [String] = []

    @Option(help: "A selector of selectors.yml.")
    var selector: String?

    @Option(
        name: [.customLong("resource-type"), .customLong("resource-types")],
        parsing: .upToNextOption, help: "Kinds of nodes to take: model, seed, test …")
    var resourceTypes: [String] = []

    @Option(
        name: [.customLong("exclude-resource-type"), .customLong("exclude-resource-types")],
        parsing: .upToNextOption, help: "Kinds of nodes to leave out.")
    var excludedTypes: [String] = []

    @Option(
        name: .customLong("indirect-selection"),
        help: "Which tests come along: eager, cautious, buildable or empty.",
        transform: Self.indirect)
    var indirect: NodeSelection.IndirectSelection?

    @Option(
        help: "A folder with an earlier manifest.json or run_results.json, for state: and result:.")
    var state: String?

    private static func indirect(
        _ text: String
    ) throws -> NodeSelection.IndirectSelection {
        guard let found = NodeSelection.IndirectSelection(rawValue: text) else {
            throw ValidationError("Write eager, cautious, buildable or empty.")
        }
        return found
    }

    /// The positions of the nodes that the options name; nil: all.
    func selected(in loaded: LoadedProject) throws -> Set<Int>? {
        let project = loaded.project
        let selection = try self.selection(loaded)
        var chosen: Set<Int>?
        if let selector {
            chosen = try selection.positions(selector: selector, indirect: indirect)
        } else if !select.isEmpty || !models.isEmpty || !exclude.isEmpty {
            chosen = try selection.positions(
                select: select + models, exclude: exclude, indirect: indirect ?? .eager)
        } else if let preset = project.selectors.first(where: \.isDefault) {
            chosen = try selection.positions(selector: preset.name, indirect: indirect)
        }
        guard !resourceTypes.isEmpty || !excludedTypes.isEmpty else { return chosen }
        let (taken, left) = (try Self.kinds(resourceTypes), try Self.kinds(excludedTypes))
        return (chosen ?? Set(project.nodes.indices)).filter { position in
            let kind = project.nodes[position].kind
            return (resourceTypes.isEmpty || taken.contains(kind)) && !left.contains(kind)
        }
    }

    private func selection(_ loaded: LoadedProject) throws -> NodeSelection {
        guard let state else { return NodeSelection(loaded.project) }
        let hasResults = FileManager.default.fileExists(atPath: state + "/run_results.json")
        let results = hasResults ? try loaded.earlierRun(in: state).statuses : nil
        var changes: ProjectChanges?
        if let bytes = FileManager.default.contents(atPath: state + "/manifest.json") {
            changes = try ProjectChanges(
                loaded.project, since: Array(bytes), file: state + "/manifest.json")
        }
        return NodeSelection(loaded.project, earlierResults: results, changes: changes)
    }

    private static func kinds(_ names: [String]) throws -> Set<ResourceKind> {
        var result: Set<ResourceKind> = []
        for name in names.flatMap({ $0.split(whereSeparator: \.isWhitespace) }) {
            if name == "all" || name == "default" {
                result.formUnion(ResourceKind.allCases)
                if name == "default" { result.remove(.analysis) }
                continue
            }
            guard let kind = ResourceKind(rawValue: String(name)) else {
                let known = ResourceKind.allCases.map(\.rawValue)
                let near = nearestName(to: String(name), among: known)
                throw ValidationError(
                    "'\(name)' is no kind of node. "
                        + (near.map { "Write '\($0)'." }
                            ?? "Write one of: \(known.joined(separator: ", ")).")
                )
            }
            result.insert(kind)
        }
        return result
    }
}
