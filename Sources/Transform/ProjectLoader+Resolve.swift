import Domain
import Jinja

extension ProjectLoader {
    /// Turns references into dependencies and dependencies into a graph; reports what is missing,
    /// double or in a circle.
    func resolve() -> ([TransformNode], DAG) {
        reportDoubles()
        let finder = NodeFinder(nodes)
        var kept = nodes
        var dropped: Set<String> = []
        for position in kept.indices {
            let package = kept[position].package
            var ids: [String] = []
            for (index, reference) in kept[position].references.enumerated() {
                if let found = finder.find(reference, from: package) {
                    ids.append(nodes[found].uniqueID)
                    checkAccess(of: kept[position], to: nodes[found], index: index)
                } else if kept[position].kind == .test, isDisabled(reference) {
                    dropped.insert(kept[position].uniqueID)
                } else {
                    reportMissing(
                        reference, node: kept[position], index: index, finder: finder)
                }
            }
            for (index, source) in kept[position].sources.enumerated() {
                if let found = finder.find(source: source) {
                    ids.append(nodes[found].uniqueID)
                } else {
                    reportMissing(source: source, node: kept[position], index: index)
                }
            }
            var seen: Set<String> = []
            kept[position].dependencies = ids.filter { seen.insert($0).inserted }
        }
        kept.removeAll { dropped.contains($0.uniqueID) }
        checkOwnership(of: kept)
        return graph(of: kept)
    }

    /// Says where a model's access is none and where a node's group is nowhere defined.
    private func checkOwnership(of nodes: [TransformNode]) {
        let groups = nodes.filter { $0.kind == .group }.map(\.name)
        let levels = ["private", "protected", "public"]
        func report(_ node: TransformNode, _ text: String, _ remedy: String) {
            let entry = properties.patches["models/\(node.package)/\(node.name)"]
            problems.append(
                entry.map { problem($0.file, $0.value.place, text, remedy) }
                    ?? problem(node.path, node.place, text, remedy))
        }
        for node in nodes where node.kind == .model {
            if let level = node.config["access"]?.text, !levels.contains(level) {
                report(
                    node, "'\(level)' is no access of a model",
                    "Write 'private', 'protected' or 'public'.")
            }
            if let group = node.config["group"]?.string, !groups.contains(group) {
                let near = nearestName(to: group, among: groups)
                report(
                    node, "'\(node.name)' is in the group '\(group)', which does not exist",
                    near.map { "Write '\($0)' instead." }
                        ?? "Add it: groups: [{name: \(group), owner: {email: …}}].")
            }
        }
    }

    func graph(of kept: [TransformNode]) -> ([TransformNode], DAG) {
        var positions: [String: Int] = [:]
        for (position, node) in kept.enumerated() { positions[node.uniqueID] = position }
        var edges: [DAG.Edge] = []
        for (position, node) in kept.enumerated() {
            for id in node.dependencies {
                guard let from = positions[id] else { continue }
                edges.append(DAG.Edge(from: from, to: position))
            }
        }
        do {
            return (kept, try DAG(nodeCount: kept.count, edges: edges))
        } catch {
            let names = error.path.map { kept[$0].name }
            let first = kept[error.path[0]]
            let places = error.path.map { "\(kept[$0].name) (\(kept[$0].path))" }
            problems.append(
                problem(
                    first.path, first.place,
                    names.count == 1
                        ? "'\(names[0])' selects from itself"
                        : "these nodes wait for each other: "
                            + (names + [names[0]]).joined(separator: " → "),
                    names.count == 1
                        ? "Use {{ this }} for the rows it already has."
                        : "Remove one of the refs in \(places.joined(separator: ", "))."))
            guard let flat = try? DAG(nodeCount: kept.count, edges: []) else {
                preconditionFailure("a graph without edges has no cycle")
            }
            return (kept, flat)
        }
    }

    /// A private model is for its group, a protected one for its package where that says so.
    private func checkAccess(of node: TransformNode, to target: TransformNode, index: Int) {
        guard target.kind == .model, node.generic == nil, node.kind != .unitTest,
            node.kind != .analysis
        else { return }
        let group = target.config["group"]?.text
        switch target.config["access"]?.text {
        case "private"
        where node.config["group"]?.text != group || node.package != target.package:
            add(
                "'\(node.name)' refers to '\(target.name)', which is private to the "
                    + (group.map { "group '\($0)'" } ?? "models of its group"),
                "Put '\(node.name)' into that group, or widen the access of '\(target.name)'.",
                node, referencePlaces[node.uniqueID], index)
        case nil, "protected":
            guard node.package != target.package,
                packages.first(where: { $0.name == target.package })?.restrictsAccess == true
            else { return }
            add(
                "'\(node.name)' refers to '\(target.name)', which is protected in the package "
                    + "'\(target.package)'",
                "Make '\(target.name)' public, or use another model.",
                node, referencePlaces[node.uniqueID], index)
        default: break
        }
    }

    private func isDisabled(_ reference: NodeReference) -> Bool {
        disabled.contains { $0.name == reference.name }
    }

    private func reportMissing(
        _ reference: NodeReference, node: TransformNode, index: Int, finder: NodeFinder
    ) {
        let shown = reference.package.map { "\($0).\(reference.name)" } ?? reference.name
        let message: String
        let remedy: String
        if isDisabled(reference) {
            message = "'\(node.name)' depends on '\(shown)', which is disabled"
            remedy = "Enable '\(shown)', or remove the ref."
        } else {
            message = "'\(node.name)' depends on a node named '\(shown)', which does not exist"
            remedy =
                nearestName(to: reference.name, among: finder.names).map {
                    "Write '\($0)' instead."
                } ?? "Add a model, seed or snapshot named '\(shown)'."
        }
        add(message, remedy, node, referencePlaces[node.uniqueID], index)
    }

    private func reportMissing(source: [String], node: TransformNode, index: Int) {
        let shown = source.joined(separator: ".")
        let names = nodes.filter { $0.kind == .source }.map { "\($0.sourceName ?? "").\($0.name)" }
        let near = nearestName(to: shown, among: names)
        add(
            "'\(node.name)' depends on a source named '\(shown)', which does not exist",
            near.map { "Write '\($0)' instead." } ?? "Add it under sources: in a .yml file.", node,
            sourcePlaces[node.uniqueID], index)
    }

    private func add(
        _ message: String, _ remedy: String, _ node: TransformNode, _ places: [JinjaPosition?]?,
        _ index: Int
    ) {
        if node.generic == nil, let places, places.indices.contains(index),
            let place = places[index]
        {
            problems.append(place.problem(message, remedy: remedy))
        } else {
            problems.append(problem(node.path, node.place, message, remedy))
        }
    }

    private func reportDoubles() {
        // Positions, not nodes: a node is large to copy.
        var ids: [String: Int] = [:]
        var names: [String: Int] = [:]
        var tables: [String: Int] = [:]
        for position in nodes.indices {
            if let other = ids.updateValue(position, forKey: nodes[position].uniqueID) {
                let node = nodes[position]
                reportDouble(
                    node, nodes[other], "two \(node.kind.rawValue)s are named '\(node.name)'")
                continue
            }
            switch nodes[position].kind {
            case .model, .seed, .snapshot: break
            default: continue
            }
            let node = nodes[position]
            if let other = names.updateValue(position, forKey: "\(node.package).\(node.searchName)")
            {
                reportDouble(node, nodes[other], "two nodes are named '\(node.name)'")
            }
            guard !node.isEphemeral, let table = node.relation?.key else {
                continue
            }
            if let place = tables.updateValue(position, forKey: table) {
                let other = nodes[place]
                if other.searchName != node.searchName || other.package != node.package {
                    reportDouble(node, other, "two nodes would be written to '\(table)'")
                }
            }
        }
    }

    private func reportDouble(_ node: TransformNode, _ other: TransformNode, _ message: String) {
        problems.append(
            problem(
                node.path, node.place, "\(message): \(other.path) and \(node.path)",
                "Rename one of them, or give it another alias."))
    }
}

/// Finds the node that a `ref` or `source` means.
struct NodeFinder {
    private var byName: [String: [Int]] = [:]
    private var bySource: [String: Int] = [:]
    private let packages: [String]
    private var versions: [Int: (label: String, isLatest: Bool)] = [:]
    let names: [String]

    init(_ nodes: [TransformNode]) {
        packages = nodes.map(\.package)
        var names: [String] = []
        for (position, node) in nodes.enumerated() {
            switch node.kind {
            case .model, .seed, .snapshot:
                byName[node.name, default: []].append(position)
                if let version = node.version {
                    versions[position] = (version, node.isLatestVersion)
                }
                names.append(node.name)
            case .source: bySource["\(node.sourceName ?? "").\(node.name)"] = position
            default: break
            }
        }
        self.names = names
    }

    /// The position of the node: in the named package, else in `package`, else in any.
    func find(_ reference: NodeReference, from package: String) -> Int? {
        guard var found = byName[reference.name] else { return nil }
        if let wanted = reference.version {
            found = found.filter { versions[$0]?.label == wanted }
        } else {
            found = found.filter { versions[$0]?.isLatest ?? true }
        }
        if let wanted = reference.package { return found.first { packages[$0] == wanted } }
        return found.first { packages[$0] == package } ?? found.first
    }

    func find(source: [String]) -> Int? { bySource[source.joined(separator: ".")] }
}
