import Domain
import Jinja

extension ProjectLoader {
    private static let configKeys: Set<String> = [
        "severity", "warn_if", "error_if", "fail_calc", "where", "limit", "store_failures",
        "store_failures_as", "enabled", "tags", "meta", "database", "schema", "alias", "group",
        "docs",
    ]

    func addGenericTests() {
        var positions: [String: Int] = [:]
        for (position, node) in nodes.enumerated() { positions[node.uniqueID] = position }
        for pending in properties.tests { add(pending, positions: positions) }
    }

    private func add(_ pending: PendingTest, positions: [String: Int]) {
        let entry = pending.entry
        guard let name = entry.value["name"]?.text else { return }
        let parts = Self.parts(of: pending.definition)
        guard let testName = parts.name else {
            problems.append(
                problem(
                    entry.file, pending.definition.place, "this is no test",
                    "Write a test's name, or 'name: {arguments: {…}}'."))
            return
        }
        guard let target = Self.target(of: pending, name: name, among: positions) else { return }
        let names = testName.split(separator: ".", maxSplits: 1).map(String.init)
        let test = GenericTest(
            namespace: names.count == 2 ? names[0] : nil, name: names.last ?? testName,
            columnName: pending.column,
            arguments: Self.arguments(parts, pending: pending, name: name), attachedTo: target)
        let label =
            pending.source.map { "\($0)_\(name)" }
            ?? name + (pending.version.map { "_v\($0)" } ?? "")
        let (full, short) = TestName.make(
            test: test, target: label, isSource: pending.source != nil)
        let title = parts.given ?? full
        var node = TransformNode(
            uniqueID:
                "test.\(entry.package).\(title).\(TestName.hash(of: test, name: title))",
            kind: .test, name: title, package: entry.package, path: entry.file)
        node.fqn = [entry.package] + entry.folders + [title]
        node.place = pending.definition.place
        node.generic = test
        node.sourceName = pending.source
        node.extra["alias"] = .string(parts.given ?? short)
        configure(&node, tree: "data_tests", patch: "data_tests")
        if !pending.columnTags.isEmpty {
            ConfigRules.merge(
                ConfigMap([("tags", .list(pending.columnTags.map { .string($0) }))]),
                into: &node.config)
        }
        ConfigRules.merge(configuration(parts.config, of: pending), into: &node.config)
        if let note = parts.description { node.description = note }
        if let record = plainRecord(of: node, pending, model: name) {
            take(record, into: &node)
        } else {
            renderTest(&node, place: pending.definition.place)
        }
        finish(&node)
    }

    /// A test's own configuration, rendered. Nothing in it may name another relation: the test would
    /// not wait for it.
    private func configuration(_ config: ConfigMap, of pending: PendingTest) -> ConfigMap {
        guard ConfigValue.map(config).sortedText.contains("{") else { return config }
        let place = pending.definition.place
        let found = rendered(
            config, package: pending.entry.package, file: pending.entry.file, place: place)
        let named =
            context.record.references.map { "ref('\($0.name)')" }
            + context.record.sources.map { "source('\($0.joined(separator: "', '"))')" }
        if let named = named.first {
            problems.append(
                problem(
                    pending.entry.file, place,
                    "the configuration of this test uses \(named), which is not known there",
                    "Write a test of your own ({% test … %}) that takes the other relation as an "
                        + "argument."))
        }
        return found
    }

    /// The node that a test stands under; nil where there is none.
    private static func target(
        of pending: PendingTest, name: String, among positions: [String: Int]
    ) -> String? {
        let package = pending.entry.package
        if let source = pending.source {
            let id = "source.\(package).\(source).\(name)"
            return positions[id] == nil ? nil : id
        }
        // Where a seed is described under `models:` its tests count all the same.
        let label = pending.version.map { ".v\($0)" } ?? ""
        return ([pending.target] + ["model", "seed", "snapshot"])
            .map { "\($0).\(package).\(name)\(label)" }.first { positions[$0] != nil }
    }

    private struct Parts {
        var name: String?
        /// `name:` inside the test.
        var given: String?
        var description: String?
        var config = ConfigMap()
        var arguments = ConfigMap()
    }

    private static func parts(of definition: YAMLValue) -> Parts {
        var parts = Parts()
        if let text = definition.text {
            parts.name = text
            return parts
        }
        var body = definition
        if let explicit = definition["test_name"]?.text {
            parts.name = explicit
        } else {
            let own = definition.pairs.first {
                !["name", "config", "description"].contains($0.key)
            }
            parts.name = own?.key
            body = own?.value ?? definition
            if definition.pairs.count > 1 {
                parts.given = definition["name"]?.text
                if let config = definition["config"]?.plainMap { parts.config = config }
            }
        }
        for pair in body.pairs {
            switch pair.key {
            case "name": parts.given = pair.value.text
            case "description": parts.description = pair.value.text
            case "test_name": break
            case "config": ConfigRules.merge(pair.value.plainMap, into: &parts.config)
            case "arguments":
                for inner in pair.value.plainMap.pairs { parts.arguments[inner.key] = inner.value }
            case _ where configKeys.contains(pair.key):
                parts.config[pair.key] = pair.value.plain
            default: parts.arguments[pair.key] = pair.value.plain
            }
        }
        return parts
    }

    private static func arguments(
        _ parts: Parts, pending: PendingTest, name: String
    ) -> ConfigMap {
        var all = ConfigMap()
        if let column = pending.column { all["column_name"] = .string(column) }
        for pair in parts.arguments.pairs { all[pair.key] = pair.value }
        let version = pending.version.map { ", version='\($0)'" } ?? ""
        let model =
            pending.source.map { "source('\($0)', '\(name)')" } ?? "ref('\(name)'\(version))"
        all["model"] = .string("{{ get_where_subquery(\(model)) }}")
        return all
    }

    /// The first pass over a generic test.
    func renderTest(_ node: inout TransformNode, place: SourcePlace) {
        context.begin(node)
        do {
            _ = try TestRenderer.sql(of: node, context: context, renderer: renderer)
        } catch let fault as JinjaFault {
            problems.append(problem(node.path, place, fault.message, fault.remedy))
        } catch let error as JinjaError
            where error.file == BuiltinMacros.file || error.file == node.path
        {
            problems.append(problem(node.path, place, error.message, error.remedy))
        } catch {
            report(error, file: node.path, place: place)
        }
        take(context.record, into: &node)
    }

    func addUnitTests() {
        for entry in properties.unitTests {
            guard let name = entry.value["name"]?.text, let model = entry.value["model"]?.text
            else {
                problems.append(
                    problem(
                        entry.file, entry.value.place, "a unit test needs a name and a model",
                        "Add 'name: …' and 'model: …'."))
                continue
            }
            var node = TransformNode(
                uniqueID: "unit_test.\(entry.package).\(model).\(name)", kind: .unitTest,
                name: name, package: entry.package, path: entry.file)
            node.fqn = [entry.package] + entry.folders + [model, name]
            node.place = entry.value.place
            node.unit = UnitTest(
                model: model, given: entry.value["given"]?.items.map(\.plainMap) ?? [],
                expect: entry.value["expect"]?.plainMap ?? ConfigMap(),
                overrides: entry.value["overrides"]?.plainMap ?? ConfigMap())
            configure(&node, tree: "unit_tests", patch: "unit_tests")
            ConfigRules.merge(
                rendered(
                    entry.value["config"]?.plainMap ?? ConfigMap(), package: entry.package,
                    file: entry.file, place: entry.value.place), into: &node.config)
            node.references = [NodeReference(name: model)]
            if node.isEnabled { nodes.append(node) } else { disabled.append(node) }
        }
    }
}

/// Names and ids of generic tests, as dbt makes them.
enum TestName {
    /// The full name, and the short one that is an alias.
    static func make(
        test: GenericTest, target: String, isSource: Bool
    ) -> (full: String, short: String) {
        var pieces: [String] = []
        for pair in test.arguments.pairs.sorted(by: { $0.key < $1.key }) where pair.key != "model" {
            switch pair.value {
            case .map(let map): pieces += map.pairs.map(\.value.text)
            case .list(let items): pieces += items.map(\.text)
            default: pieces.append(pair.value.text)
            }
        }
        let clean = pieces.map(underscored).joined(separator: "__")
        let kind = test.namespace.map { "\($0)_\(test.name)" } ?? test.name
        let head = (isSource ? "source_" : "") + "\(kind)_\(target)"
        let full = "\(head)_\(clean)"
        guard full.count >= 64 else { return (full, full) }
        return (full, "\(head.prefix(30))_\(Digest.hex(Digest.md5(full.utf8)))")
    }

    /// Runs of other characters than letters, digits and `_` become one `_`.
    private static func underscored(_ text: String) -> String {
        var result = ""
        var isGap = false
        for byte in text.utf8 {
            let keeps =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == 95
            if keeps {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else if !isGap {
                result += "_"
            }
            isGap = !keeps
        }
        return result
    }

    /// The ten digits at the end of a test's id.
    static func hash(of test: GenericTest, name: String) -> String {
        let metadata = JinjaValue.mapping([
            ("kwargs", sorted(.map(test.arguments))), ("name", .string(test.name)),
            ("namespace", .string(test.namespace ?? "None")),
        ])
        let text = name + ((try? metadata.representation()) ?? "")
        return String(Digest.hex(Digest.md5(text.utf8)).suffix(10))
    }

    /// Keys sorted, every scalar a text.
    private static func sorted(_ value: ConfigValue) -> JinjaValue {
        switch value {
        case .map(let map):
            .mapping(
                map.pairs.sorted { $0.key < $1.key }.map { ($0.key, sorted($0.value)) })
        case .list(let items): .array(items.map(sorted))
        default: .string(value.text)
        }
    }
}

/// Turns a generic test into its query.
enum TestRenderer {
    /// - Throws: a fault without place where the test's macro does not exist.
    static func sql(
        of node: TransformNode, context: RenderContext, renderer: JinjaRenderer
    ) throws -> String {
        guard let test = node.generic else { return "" }
        var named: [(String, JinjaValue)] = []
        for pair in test.arguments.pairs {
            var value = pair.value
            if case .string(let text) = value, looksLikeCall(text) {
                value = .string("{{ \(text) }}")
            }
            if pair.key == "column_name" {
                named.append((pair.key, value.jinja))
            } else {
                named.append((pair.key, try native(value, node, renderer)))
            }
        }
        let title = "test_" + test.name
        let macro =
            test.namespace.map { context.macros?.macro(title, in: $0) }
            ?? context.macros?.findAnywhere(title, from: node.package)
        guard let macro else {
            let names = (context.macros?.names(from: test.namespace ?? node.package) ?? [])
                .filter { $0.hasPrefix("test_") }.map { String($0.dropFirst(5)) }
            let near = nearestName(to: test.name, among: names)
            let shown = test.namespace.map { "\($0).\(test.name)" } ?? test.name
            let fault = JinjaFault(
                "there is no test named '\(shown)'",
                remedy: near.map { "Write '\($0)' instead." }
                    ?? "Define it with {% test \(test.name)(model, …) %}.")
            // As in dbt the test fails when it runs, and nothing else does.
            guard context.forgives(fault, at: nil) else { throw fault }
            return ""
        }
        return try renderer.call(macro, named: named).text()
    }

    private static func native(
        _ value: ConfigValue, _ node: TransformNode, _ renderer: JinjaRenderer
    ) throws -> JinjaValue {
        switch value {
        case .string(let text):
            guard text.contains("{{") || text.contains("{%") else { return .string(text) }
            return try renderer.renderNative(JinjaTemplate(file: node.path, text: text))
        case .list(let items): return .array(try items.map { try native($0, node, renderer) })
        case .map(let map):
            return .mapping(try map.pairs.map { ($0.key, try native($0.value, node, renderer)) })
        default: return value.jinja
        }
    }

    /// Whether a text is a bare `ref('x')`, which stands for its value.
    static func looksLikeCall(_ text: String) -> Bool {
        let text = text[...].trimmingSpace
        guard text.hasSuffix(")") else { return false }
        return ["env_var", "ref", "var", "source", "doc"].contains { name in
            guard text.hasPrefix(name) else { return false }
            return text.dropFirst(name.count).first { $0 != " " } == "("
        }
    }
}
