import Domain

/// What `method:value` takes: §4.
extension NodeSelection {
    private static let methods = [
        "fqn", "name", "path", "file", "tag", "source", "exposure", "resource_type", "test_type",
        "test_name", "package", "group", "access", "state", "result", "config", "unit_test",
        "metric", "semantic_model", "saved_query", "selector", "version",
    ]

    func matches(_ method: String, _ value: String) throws(Mistake) -> Set<Int> {
        if method == "selector" { return try positions(selector: value) }
        if method == "result", earlierResults == nil {
            throw Mistake(
                problem: "The method 'result' needs the results of an earlier run.",
                remedy: "Give a folder with a run_results.json by --state FOLDER.")
        }
        if method == "test_type",
            !["generic", "schema", "data", "singular", "unit"].contains(value)
        {
            throw Mistake(
                problem: "'\(value)' is no type of tests.",
                remedy: "Write generic, singular, unit or data.")
        }
        if method == "resource_type", ResourceKind(rawValue: value) == nil {
            let kinds = ResourceKind.allCases.map(\.rawValue)
            throw Mistake(
                problem: "'\(value)' is no kind of node.",
                remedy: nearestName(to: value, among: kinds).map { "Write '\($0)' instead." }
                    ?? "Use one of: \(kinds.joined(separator: ", ")).")
        }
        if method == "state" {
            guard let changes else {
                throw Mistake(
                    problem: "The method 'state' needs the state of an earlier run.",
                    remedy: "Give a folder with a manifest.json by --state FOLDER.")
            }
            guard ProjectChanges.values.contains(value) else {
                let near = nearestName(to: value, among: ProjectChanges.values)
                throw Mistake(
                    problem: "'\(value)' is no state of a node.",
                    remedy: near.map { "Write 'state:\($0)' instead." }
                        ?? "Use one of: \(ProjectChanges.values.joined(separator: ", ")).")
            }
            return found { changes.takes($0.uniqueID, value) }
        }
        let head = method.split(separator: ".").first.map(String.init) ?? method
        guard Self.methods.contains(head) else {
            let near = nearestName(to: head, among: Self.methods)
            throw Mistake(
                problem: "'\(method)' is not a selection method.",
                remedy: near.map { "Write '\($0):\(value)' instead." }
                    ?? "Use one of: \(Self.methods.joined(separator: ", ")).")
        }
        return found { matches($0, method: head, path: method, value: value) }
    }

    func found(_ test: (TransformNode) -> Bool) -> Set<Int> {
        Set(project.nodes.indices.filter { test(project.nodes[$0]) })
    }

    func matches(
        _ node: TransformNode, method: String, path: String, value: String
    ) -> Bool {
        switch method {
        case "fqn", "name": return matchesName(node, value)
        case "path":
            var wanted = value[...]
            while wanted.hasSuffix("/") { wanted = wanted.dropLast() }
            while wanted.hasPrefix("./") { wanted = wanted.dropFirst(2) }
            let pattern = wanted.split(separator: "/").map(String.init)
            let parts = node.path.split(separator: "/").map(String.init)
            if parts.indices.contains(where: { PathGlob.matches(parts[...$0], pattern[...]) }) {
                return true
            }
            guard let patch = node.patchPath else { return false }
            return PathGlob.matches(
                patch.split(separator: "/").map(String.init)[...], pattern[...])
        case "file":
            let name = node.path.split(separator: "/").last.map(String.init) ?? ""
            let stem = name.prefix(upTo: name.lastIndex(of: ".") ?? name.endIndex)
            return Glob.matches(name, value) || Glob.matches(String(stem), value)
        case "tag": return node.tags.contains { Glob.matches($0, value) }
        case "package":
            return Glob.matches(node.package, value == "this" ? project.name : value)
        case "resource_type": return node.kind.rawValue == value
        case "source":
            guard node.kind == .source else { return false }
            let parts = value.split(separator: ".").map(String.init)
            let own = [node.package, node.sourceName ?? "", node.name]
            switch parts.count {
            case 1: return Glob.matches(own[1], parts[0])
            case 2: return Glob.matches(own[1], parts[0]) && Glob.matches(own[2], parts[1])
            default: return zip(own, parts).allSatisfy { Glob.matches($0, $1) }
            }
        case "exposure": return node.kind == .exposure && Glob.matches(node.name, value)
        case "metric": return node.kind == .metric && Glob.matches(node.name, value)
        case "unit_test": return node.kind == .unitTest && Glob.matches(node.name, value)
        case "semantic_model": return node.kind == .semanticModel && Glob.matches(node.name, value)
        case "saved_query": return node.kind == .savedQuery && Glob.matches(node.name, value)
        case "test_type":
            switch value {
            case "generic", "schema": return node.generic != nil
            case "singular": return node.kind == .test && node.generic == nil
            case "data": return node.kind == .test
            case "unit": return node.kind == .unitTest
            default: return false
            }
        case "test_name":
            if node.kind == .unitTest { return Glob.matches(node.name, value) }
            return node.generic.map { Glob.matches($0.name, value) } ?? false
        case "version":
            guard node.kind == .model else { return false }
            guard let version = node.version else { return value == "none" }
            guard let latest = latestVersion(of: node) else { return false }
            switch value {
            case "latest": return node.isLatestVersion
            case "prerelease": return ModelVersions.isEarlier(latest, version)
            case "old": return ModelVersions.isEarlier(version, latest)
            default: return false
            }
        case "group": return node.config["group"]?.text == value
        case "access":
            return node.kind == .model && (node.config["access"]?.text ?? "protected") == value
        case "result": return earlierResults?[node.uniqueID] == value
        case "config":
            switch node.kind {
            case .exposure, .metric, .semanticModel, .savedQuery, .group: return false
            default: break
            }
            let keys = path.split(separator: ".").dropFirst().map(String.init)
            var current: ConfigValue? = .map(node.fullConfig)
            for key in keys { current = current?.map?[key] }
            let lower = value.lowercased()
            return (current?.asList ?? []).contains { item in
                switch item {
                case .string(let text):
                    text == value || (keys == ["severity"] && text.lowercased() == lower)
                case .bool(let flag): lower == (flag ? "true" : "false")
                default: false
                }
            }
        default: return false
        }
    }

    private func latestVersion(of node: TransformNode) -> String? {
        project.nodes.first {
            $0.kind == .model && $0.name == node.name && $0.package == node.package
                && $0.isLatestVersion
        }?.version
    }

    /// A name, a prefix of the fqn (with or without the package), or a pattern of the rest of it.
    private func matchesName(_ node: TransformNode, _ value: String) -> Bool {
        switch node.kind {
        case .source, .group: return false
        default: break
        }
        let wanted = value.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isVersioned = node.version != nil
        func fits(_ fqn: ArraySlice<String>) -> Bool {
            if isVersioned {
                let tail = fqn.suffix(2)
                if tail.first == value { return true }
                if tail.joined(separator: "_") == wanted.suffix(2).joined(separator: "_") {
                    return true
                }
            } else if fqn.last == value {
                return true
            }
            let flat = fqn.flatMap { $0.split(separator: ".").map(String.init) }
            guard flat.count >= wanted.count else { return false }
            for (index, part) in wanted.enumerated() {
                if part.contains(where: { "*?[]".contains($0) }) {
                    // A pattern takes all that is left, dots too.
                    if Glob.matches(
                        flat[index...].joined(separator: "."),
                        wanted[index...].joined(separator: "."))
                    {
                        return true
                    }
                    // One without dots also takes the name alone, however deep it lies.
                    guard wanted.count == 1 else { return false }
                    let leaf = isVersioned ? fqn.dropLast().last : fqn.last
                    return Glob.matches(leaf ?? "", value)
                }
                if flat[index] != part { return false }
            }
            return true
        }
        return fits(node.fqn[...]) || fits(node.fqn.dropFirst())
    }
}
