import Domain
import Jinja

extension ProjectLoader {
    func readNodes(of package: PackageSettings) {
        let versioned = versionedFiles(of: package)
        for path in paths(of: package, in: package.modelPaths, ending: ".sql") {
            let stem = String(path.split(separator: "/").last?.dropLast(4) ?? "")
            readSQL(
                path, kind: .model, package: package, folders: package.modelPaths,
                version: versioned[stem])
        }
        for path in paths(of: package, in: package.modelPaths, ending: ".py") {
            problems.append(
                problem(
                    path, SourcePlace(line: 1, column: 1), "Python models are not supported",
                    "Write it in SQL, or run it as a task of its own.", .warning))
        }
        for path in paths(of: package, in: package.seedPaths, ending: ".csv") {
            var node = node(path, kind: .seed, package: package, folders: package.seedPaths)
            configure(&node, tree: "seeds", patch: "seeds")
            finish(&node)
        }
        for path in paths(of: package, in: package.snapshotPaths, ending: ".sql") {
            readSnapshots(path, package: package)
        }
        for path in paths(of: package, in: package.analysisPaths, ending: ".sql") {
            readSQL(path, kind: .analysis, package: package, folders: package.analysisPaths)
        }
        for path in paths(of: package, in: package.testPaths, ending: ".sql")
        where !path.contains("/generic/") {
            readSQL(path, kind: .test, package: package, folders: package.testPaths)
        }
        for entry in properties.snapshots where entry.package == package.name {
            addSnapshot(entry, package: package)
        }
        for (kind, entry) in properties.others where entry.package == package.name {
            let name = entry.value["name"]?.text ?? ""
            var node = TransformNode(
                uniqueID: "\(kind.rawValue).\(package.name).\(name)", kind: kind, name: name,
                package: package.name, path: entry.file)
            node.extra = entry.value.plainMap
            node.place = entry.value.place
            nodes.append(node)
        }
    }

    private func node(
        _ path: String, kind: ResourceKind, package: PackageSettings, folders: [String]
    ) -> TransformNode {
        let file = path.split(separator: "/").last ?? ""
        let name = String(file.prefix(upTo: file.lastIndex(of: ".") ?? file.endIndex))
        var node = TransformNode(
            uniqueID: "\(kind.rawValue).\(package.name).\(name)", kind: kind, name: name,
            package: package.name, path: path)
        let middle = kind == .analysis ? ["analysis"] : []
        node.fqn =
            [package.name] + middle + Self.folders(of: path, package: package, in: folders)
            + [name]
        return node
    }

    private func readSQL(
        _ path: String, kind: ResourceKind, package: PackageSettings, folders: [String],
        version: (name: String, version: ModelVersions.Version)? = nil
    ) {
        guard let template = template(path) else { return }
        var node = node(path, kind: kind, package: package, folders: folders)
        node.template = template
        node.rawSQL = template.text
        if let version {
            node.name = version.name
            node.version = version.version.label
            node.isLatestVersion = version.version.isLatest
            node.uniqueID = "\(kind.rawValue).\(package.name).\(node.searchName)"
            node.fqn = node.fqn.dropLast() + [version.name, "v\(version.version.label)"]
        }
        if node.name.contains(" "), kind == .model || kind == .test {
            problems.append(
                problem(
                    path, SourcePlace(line: 1, column: 1),
                    "the name '\(node.name)' has a space in it", "Rename the file."))
        }
        let tree = kind == .model ? "models" : kind == .test ? "data_tests" : "analyses"
        configure(
            &node, tree: tree,
            patch: kind == .model ? "models" : kind == .test ? "data_tests" : "analyses")
        render(&node)
        finish(&node)
    }

    private func readSnapshots(_ path: String, package: PackageSettings) {
        guard let template = template(path) else { return }
        let blocks = template.hostBlocks.filter { $0.kind == "snapshot" }
        if blocks.isEmpty {
            problems.append(
                problem(
                    path, SourcePlace(line: 1, column: 1), "the file has no snapshot block",
                    "Put the query between {% snapshot name %} and {% endsnapshot %}."))
        }
        for block in blocks {
            var node = node(path, kind: .snapshot, package: package, folders: package.snapshotPaths)
            node.fqn.append(block.name)
            node.name = block.name
            node.uniqueID = "snapshot.\(package.name).\(block.name)"
            node.place = block.place
            node.template = block.content
            node.rawSQL = block.text
            configure(&node, tree: "snapshots", patch: "snapshots")
            render(&node)
            checkSnapshot(node)
            finish(&node)
        }
    }

    private func addSnapshot(_ entry: Properties.Entry, package: PackageSettings) {
        guard let name = entry.value["name"]?.text, let relation = entry.value["relation"]?.text
        else { return }
        var node = TransformNode(
            uniqueID: "snapshot.\(package.name).\(name)", kind: .snapshot, name: name,
            package: package.name, path: entry.file)
        node.fqn = [package.name] + entry.folders + [name]
        node.place = entry.value.place
        do {
            let template = try JinjaTemplate(
                file: entry.file, text: "select * from {{ \(relation) }}")
            node.template = template
            node.rawSQL = "select * from {{ \(relation) }}"
            configure(&node, tree: "snapshots", patch: "snapshots")
            render(&node)
            checkSnapshot(node)
            finish(&node)
        } catch {
            report(error, file: entry.file, place: entry.value.place)
        }
    }

    private func checkSnapshot(_ node: TransformNode) {
        var missing: [String] = []
        if node.config["unique_key"] == nil { missing.append("unique_key") }
        switch node.config["strategy"]?.string {
        case "timestamp": if node.config["updated_at"] == nil { missing.append("updated_at") }
        case "check": if node.config["check_cols"] == nil { missing.append("check_cols") }
        case let other?:
            problems.append(
                problem(
                    node.path, node.place, "'\(other)' is no strategy of a snapshot",
                    "Write 'timestamp' or 'check'."))
        case nil: missing.append("strategy")
        }
        for key in missing {
            problems.append(
                problem(
                    node.path, node.place, "the snapshot '\(node.name)' has no '\(key)'",
                    "Add it to the snapshot's config."))
        }
    }

    /// Lays the project's trees and the properties over each other.
    func configure(_ node: inout TransformNode, tree: String, patch: String) {
        var config = ConfigMap()
        let own = packages.first { $0.name == node.package }
        if node.package != environment.rootPackage {
            ConfigRules.merge(
                ConfigRules.lookUp(own?.trees[tree], fqn: node.fqn), into: &config)
        }
        ConfigRules.merge(
            ConfigRules.lookUp(packages.first?.trees[tree], fqn: node.fqn), into: &config)
        context.begin(nil)
        context.package = node.package
        do {
            // Hooks stay as they are until they run: only then do they know `this`.
            for pair in config.pairs where pair.key != "pre_hook" && pair.key != "post_hook" {
                config[pair.key] = try Self.rendered(
                    pair.value, file: "dbt_project.yml", renderer: renderer)
            }
        } catch {
            report(error, file: "dbt_project.yml", place: SourcePlace(line: 1, column: 1))
        }
        let key = patchKey(of: node, patch)
        if var entry = properties.patches[key] {
            properties.patches[key]?.isUsed = true
            var ownConfig: ConfigMap?
            if let label = node.version {
                let versions = ModelVersions(entry.value)
                if let version = versions.all.first(where: { $0.label == label }) {
                    ownConfig = version.value["config"]?.plainMap
                    entry.value = versions.merged(version)
                }
            }
            node.patchPath = entry.file
            node.description = described(entry.value["description"], file: entry.file)
            node.columns = columns(of: entry.value, file: entry.file)
            node.extra = entry.value.plainMap
            var given = ConfigMap()
            for old in ["tags", "meta", "docs", "access", "group"] {
                if let value = entry.value[old] { given[old] = value.plain }
            }
            for pair in entry.value["config"]?.plainMap.pairs ?? [] { given[pair.key] = pair.value }
            if let ownConfig { ConfigRules.merge(ownConfig, into: &given) }
            do {
                context.begin(nil)
                let hooks = ["pre_hook", "post_hook", "pre-hook", "post-hook"]
                for pair in given.pairs where !hooks.contains(pair.key) {
                    given[pair.key] = try Self.rendered(
                        pair.value, file: entry.file, renderer: renderer)
                }
            } catch {
                report(error, file: entry.file, place: entry.value.place)
            }
            ConfigRules.merge(given, into: &config)
        }
        node.config = config
    }

    /// A model's properties may stand under `seeds:`, and so on; dbt warns of it and takes them.
    private func patchKey(of node: TransformNode, _ kind: String) -> String {
        let name = "/\(node.package)/\(node.name)"
        let kinds = ["models", "seeds", "snapshots"]
        guard properties.patches[kind + name] == nil, kinds.contains(kind),
            let other = kinds.first(where: { properties.patches[$0 + name] != nil }),
            let entry = properties.patches[other + name]
        else { return kind + name }
        problems.append(
            problem(
                entry.file, entry.value.place,
                "'\(node.name)' is described under '\(other):' and is a \(node.kind.rawValue)",
                "Move it to '\(kind):'.", .warning))
        return other + name
    }

    /// What a YAML file says of something, rendered.
    func rendered(
        _ map: ConfigMap, package: String, file: String, place: SourcePlace
    ) -> ConfigMap {
        context.begin(nil)
        context.package = package
        do {
            return try Self.rendered(.map(map), file: file, renderer: renderer).map ?? map
        } catch {
            report(error, file: file, place: place)
            return map
        }
    }

    /// The first pass over a node: what it refers to and configures.
    func render(_ node: inout TransformNode) {
        guard let template = node.template else { return }
        context.begin(node)
        do {
            _ = try renderer.render(template)
        } catch let error as JinjaError {
            problems.append(error.asSourceProblem)
        } catch {
            problems.append(problem(node.path, node.place, "\(error)", "Correct the file."))
        }
        take(context.record, into: &node)
    }

    func take(_ record: RenderRecord, into node: inout TransformNode) {
        for (fault, position) in record.forgiven {
            problems.append(
                position?.problem(fault.message, remedy: fault.remedy, severity: .warning)
                    ?? problem(node.path, node.place, fault.message, fault.remedy, .warning))
        }
        node.references = record.references
        node.sources = record.sources
        referencePlaces[node.uniqueID] = record.referencePlaces
        sourcePlaces[node.uniqueID] = record.sourcePlaces
        ConfigRules.merge(record.config, into: &node.config)
    }

    /// Gives a node its relation and files it.
    func finish(_ node: inout TransformNode) {
        if node.kind != .operation { node.relation = relation(of: node) }
        if node.isEnabled { nodes.append(node) } else { disabled.append(node) }
    }

    private func relation(of node: TransformNode) -> RelationName {
        let config = node.config
        var schema = environment.defaultSchema
        // A test's relation is the table that keeps its failing rows.
        let custom =
            config["schema"] ?? (node.kind == .test ? .string("dbt_test__audit") : nil)
        if node.kind == .snapshot, let target = config["target_schema"]?.string {
            schema = target
        } else if customNames.contains("generate_schema_name") {
            schema = named("generate_schema_name", custom, node) ?? schema
        } else if let custom = custom?.string {
            schema += "_" + custom[...].trimmingSpace
        }
        let plain =
            node.name
            + (node.version.map { "_v" + String($0.map { $0 == "." ? "_" : $0 }) } ?? "")
        var alias = config["alias"]?.string.map { $0[...].trimmingSpace } ?? plain
        if customNames.contains("generate_alias_name") {
            alias = named("generate_alias_name", config["alias"], node) ?? alias
        } else if node.kind == .test, config["alias"] == nil, let short = node.extra["alias"] {
            alias = short.text
        }
        return RelationName(
            database: environment.database, schema: schema, identifier: alias,
            defaultSchema: environment.defaultSchema, dialect: environment.dialect)
    }

    private func named(
        _ macro: String, _ custom: ConfigValue?, _ node: TransformNode
    ) -> String? {
        guard let value = context.macros?.find(macro, from: environment.rootPackage) else {
            return nil
        }
        context.begin(node)
        do {
            let result = try renderer.call(
                value, [custom?.jinja ?? .none, NodeText.jinja(node)])
            return try result.text()[...].trimmingSpace
        } catch let error as JinjaError {
            problems.append(error.asSourceProblem)
        } catch {
            problems.append(problem(node.path, node.place, "\(error)", "Correct \(macro)."))
        }
        return nil
    }

    // MARK: Sources and exposures

    func addSources() {
        for entry in properties.sources {
            guard let name = entry.value["name"]?.text else {
                problems.append(
                    problem(entry.file, entry.value.place, "a source has no name", "Add 'name: …'.")
                )
                continue
            }
            for table in entry.value["tables"]?.items ?? [] {
                addSource(table, source: name, entry: entry)
            }
        }
    }

    private func addSource(_ table: YAMLValue, source: String, entry: Properties.Entry) {
        guard let name = table["name"]?.text else {
            problems.append(
                problem(
                    entry.file, table.place, "a table of '\(source)' has no name", "Add 'name: …'.")
            )
            return
        }
        var node = TransformNode(
            uniqueID: "source.\(entry.package).\(source).\(name)", kind: .source, name: name,
            package: entry.package, path: entry.file)
        node.fqn = [entry.package] + entry.folders + [source, name]
        node.place = table.place
        node.sourceName = source
        configure(&node, tree: "sources", patch: "sources")
        for value in [entry.value, table] {
            var given = value["config"]?.plainMap ?? ConfigMap()
            for key in ["tags", "meta", "freshness", "loaded_at_field", "loaded_at_query"] {
                if let item = value[key] { given[key] = item.plain }
            }
            // A table's limits go over those of its source, one by one; null takes them away.
            if let own = given["freshness"]?.map, var whole = node.config["freshness"]?.map {
                for pair in own.pairs { whole[pair.key] = pair.value }
                given["freshness"] = .map(whole)
            }
            ConfigRules.merge(
                rendered(given, package: entry.package, file: entry.file, place: value.place),
                into: &node.config)
        }
        node.description = described(table["description"], file: entry.file)
        node.columns = columns(of: table, file: entry.file)
        var parts = ConfigMap()
        parts["schema"] = entry.value["schema"]?.plain ?? .string(source)
        parts["identifier"] = table["identifier"]?.plain ?? .string(name)
        // SQLite has one database; elsewhere a source may stand in another one.
        if environment.dialect != .sqlite { parts["database"] = entry.value["database"]?.plain }
        parts = rendered(parts, package: entry.package, file: entry.file, place: table.place)
        node.relation = RelationName(
            database: parts["database"]?.text ?? environment.database,
            schema: parts["schema"]?.text ?? source, identifier: parts["identifier"]?.text ?? name,
            defaultSchema: environment.defaultSchema, dialect: environment.dialect)
        if node.isEnabled { nodes.append(node) } else { disabled.append(node) }
        collectTests(table, entry: entry, target: name, source: source)
    }

    func addExposures() {
        for entry in properties.exposures {
            guard let name = entry.value["name"]?.text else {
                problems.append(
                    problem(
                        entry.file, entry.value.place, "an exposure has no name", "Add 'name: …'."))
                continue
            }
            var node = TransformNode(
                uniqueID: "exposure.\(entry.package).\(name)", kind: .exposure, name: name,
                package: entry.package, path: entry.file)
            node.fqn = [entry.package] + entry.folders + [name]
            node.place = entry.value.place
            configure(&node, tree: "exposures", patch: "exposures")
            var given = ConfigMap()
            for key in ["tags", "meta"] {
                if let value = entry.value[key] { given[key] = value.plain }
            }
            for pair in entry.value["config"]?.plainMap.pairs ?? [] {
                ConfigRules.merge(ConfigMap([(pair.key, pair.value)]), into: &given)
            }
            ConfigRules.merge(
                rendered(
                    given, package: entry.package, file: entry.file, place: entry.value.place),
                into: &node.config)
            node.extra = entry.value.plainMap
            node.description = described(entry.value["description"], file: entry.file)
            context.begin(node)
            for item in entry.value["depends_on"]?.items ?? [] {
                guard let text = item.text else { continue }
                do {
                    _ = try renderer.render(
                        JinjaTemplate(file: entry.file, text: "{{ \(text) }}"))
                } catch {
                    report(error, file: entry.file, place: item.place)
                }
            }
            take(context.record, into: &node)
            // Each was read as a text of its own: its place there is none in the file.
            referencePlaces[node.uniqueID] = node.references.map { _ in nil }
            sourcePlaces[node.uniqueID] = node.sources.map { _ in nil }
            if node.isEnabled { nodes.append(node) } else { disabled.append(node) }
        }
    }
}
