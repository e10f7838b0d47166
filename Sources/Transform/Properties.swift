import Domain
import Jinja

/// What the YAML files beside the models say.
struct Properties {
    struct Entry {
        var package: String
        var file: String
        /// The folders below the resource folder, for the fqn of tests.
        var folders: [String]
        var value: YAMLValue
        var isUsed = false
    }

    /// By kind and name: `models/orders`.
    var patches: [String: Entry] = [:]
    var sources: [Entry] = []
    var exposures: [Entry] = []
    var unitTests: [Entry] = []
    var snapshots: [Entry] = []
    /// Tests to make once every node is known.
    var tests: [PendingTest] = []
    var others: [(kind: ResourceKind, entry: Entry)] = []
}

/// A generic test as a YAML file has it.
struct PendingTest {
    var entry: Properties.Entry
    var definition: YAMLValue
    var column: String?
    var columnTags: [String]
    /// `model`, `seed`, `snapshot`, or `source` with its source's name.
    var target: String
    var source: String?
    /// The version of the model that it tests.
    var version: String?
}

extension ProjectLoader {
    private static let knownRoots: Set<String> = [
        "version", "models", "sources", "seeds", "snapshots", "exposures", "unit_tests", "macros",
        "groups", "metrics", "semantic_models", "saved_queries", "analyses", "data_tests", "tests",
        "anchors", "functions",
    ]

    func readProperties(of package: PackageSettings) {
        let folders =
            package.modelPaths + package.seedPaths + package.snapshotPaths + package.macroPaths
            + package.testPaths + package.analysisPaths
        var seen: Set<String> = []
        let yaml =
            paths(of: package, in: folders, ending: ".yml")
            + paths(of: package, in: folders, ending: ".yaml")
        for path in yaml.sorted() where seen.insert(path).inserted {
            guard let root = readYAML(path, isRequired: false) else { continue }
            read(root, path: path, package: package, folders: folders)
        }
    }

    private func read(
        _ root: YAMLValue, path: String, package: PackageSettings, folders: [String]
    ) {
        let own = Self.folders(of: path, package: package, in: folders)
        func entry(_ value: YAMLValue) -> Properties.Entry {
            Properties.Entry(package: package.name, file: path, folders: own, value: value)
        }
        for pair in root.pairs {
            switch pair.key {
            case "models", "seeds", "analyses", "macros", "snapshots", "data_tests", "tests":
                for value in pair.value.items {
                    let kind = pair.key == "tests" ? "data_tests" : pair.key
                    readPatch(value, kind: kind, entry: entry(value))
                }
            case "sources": properties.sources += pair.value.items.map(entry)
            case "exposures": properties.exposures += pair.value.items.map(entry)
            case "unit_tests": properties.unitTests += pair.value.items.map(entry)
            case "metrics", "semantic_models", "saved_queries", "groups":
                let kind: ResourceKind =
                    switch pair.key {
                    case "metrics": .metric
                    case "semantic_models": .semanticModel
                    case "groups": .group
                    default: .savedQuery
                    }
                properties.others += pair.value.items.map { (kind, entry($0)) }
            default:
                guard !Self.knownRoots.contains(pair.key) else { continue }
                let near = nearestName(to: pair.key, among: Self.knownRoots.sorted())
                problems.append(
                    problem(
                        path, pair.place, "'\(pair.key)' is no key of a properties file",
                        near.map { "Write '\($0)' instead." } ?? "Remove it.", .warning))
            }
        }
    }

    private static let knownOfNode = [
        "name", "description", "columns", "config", "data_tests", "tests", "docs", "meta", "tags",
        "access", "group", "constraints", "versions", "latest_version", "deprecation_date",
        "time_spine", "relation", "arguments", "primary_key",
    ]
    private static let knownOfColumn = [
        "name", "description", "data_type", "data_tests", "tests", "constraints", "quote", "meta",
        "tags", "policy_tags", "config", "granularity", "dimension", "entity",
    ]

    /// Warns of keys that are nearly one that has a meaning; others are people's own.
    private func checkKeys(of value: YAMLValue, among known: [String], _ entry: Properties.Entry) {
        for pair in value.pairs where !known.contains(pair.key) {
            guard let near = nearestName(to: pair.key, among: known) else { continue }
            problems.append(
                problem(
                    entry.file, pair.place, "'\(pair.key)' has no meaning here",
                    "Write '\(near)' instead.", .warning))
        }
    }

    private func readPatch(_ value: YAMLValue, kind: String, entry: Properties.Entry) {
        guard let name = value["name"]?.text else {
            problems.append(
                problem(
                    entry.file, value.place, "an entry of '\(kind)' has no name",
                    "Add 'name: …'."))
            return
        }
        if kind == "snapshots", value["relation"] != nil {
            properties.snapshots.append(entry)
        }
        let key = "\(kind)/\(entry.package)/\(name)"
        if let other = properties.patches[key] {
            problems.append(
                problem(
                    entry.file, value.place,
                    "'\(name)' is described twice: here and in \(other.file)",
                    "Keep one of the two."))
        }
        properties.patches[key] = entry
        checkKeys(of: value, among: Self.knownOfNode, entry)
        for column in value["columns"]?.items ?? [] {
            checkKeys(of: column, among: Self.knownOfColumn, entry)
        }
        let target = ["models": "model", "seeds": "seed", "snapshots": "snapshot"][kind]
        guard let target else { return }
        let versions = kind == "models" ? ModelVersions(value) : nil
        guard let versions, !versions.all.isEmpty else {
            return collectTests(value, entry: entry, target: target, source: nil)
        }
        for version in versions.all {
            collectTests(
                versions.merged(version), entry: entry, target: target, source: nil,
                version: version.label)
        }
    }

    func collectTests(
        _ value: YAMLValue, entry: Properties.Entry, target: String, source: String?,
        version: String? = nil
    ) {
        var entry = entry
        entry.value = value
        func add(_ holder: YAMLValue, column: String?, tags: [String]) {
            for key in ["data_tests", "tests"] {
                for definition in holder[key]?.items ?? [] {
                    properties.tests.append(
                        PendingTest(
                            entry: entry, definition: definition, column: column,
                            columnTags: tags, target: target, source: source,
                            version: version))
                }
            }
        }
        add(value, column: nil, tags: [])
        for column in value["columns"]?.items ?? [] {
            guard let name = column["name"]?.text else {
                problems.append(
                    problem(entry.file, column.place, "a column has no name", "Add 'name: …'."))
                continue
            }
            let tags = (column["tags"] ?? column["config"]?["tags"])?.items.compactMap(\.text) ?? []
            add(
                column, column: column["quote"]?.plain.bool == true ? SQLText.quoted(name) : name,
                tags: tags)
        }
    }

    /// The folders between a resource folder and a file.
    static func folders(
        of path: String, package: PackageSettings, in roots: [String]
    ) -> [String] {
        let prefix =
            roots.map { package.folder + $0 + "/" }.filter { path.hasPrefix($0) }
            .max { $0.count < $1.count } ?? ""
        return path.dropFirst(prefix.count).split(separator: "/").dropLast().map(String.init)
    }

    func columns(of value: YAMLValue?, file: String) -> [ColumnNote] {
        (value?["columns"]?.items ?? []).compactMap { column in
            guard let name = column["name"]?.text else { return nil }
            return ColumnNote(
                name: name, description: described(column["description"], file: file),
                dataType: column["data_type"]?.text,
                constraints: column["constraints"]?.items.map(\.plainMap) ?? [],
                quotes: column["quote"]?.plain.bool ?? false)
        }
    }

    /// A description with its `{{ doc('…') }}`.
    func described(_ value: YAMLValue?, file: String) -> String {
        guard let value, let text = value.text else { return "" }
        guard text.contains("{{") else { return text }
        do {
            context.begin(nil)
            return try renderer.render(JinjaTemplate(file: file, text: text))
        } catch {
            report(error, file: file, place: value.place)
            return text
        }
    }

    /// A problem from an error inside a text of a YAML file, at that text's place.
    func report(_ error: any Error, file: String, place: SourcePlace) {
        if let error = error as? JinjaError {
            let inner = error.file == file
            problems.append(
                inner
                    ? problem(file, place, error.message, error.remedy) : error.asSourceProblem)
        } else {
            problems.append(problem(file, place, "\(error)", "Correct it."))
        }
    }

    func reportUnusedPatches() {
        for (key, entry) in properties.patches.sorted(by: { $0.key < $1.key }) where !entry.isUsed {
            let parts = key.split(separator: "/", maxSplits: 2).map(String.init)
            guard parts.count == 3, parts[0] == "models" || parts[0] == "seeds" else { continue }
            let kind: ResourceKind = parts[0] == "models" ? .model : .seed
            let names = (nodes + disabled).filter { $0.kind == kind }.map(\.name)
            guard !names.contains(parts[2]) else { continue }
            let near = nearestName(to: parts[2], among: names)
            problems.append(
                problem(
                    entry.file, entry.value.place,
                    "there is no \(kind.rawValue) named '\(parts[2])' for this description",
                    near.map { "Write '\($0)' instead." } ?? "Remove it, or add the file.",
                    .warning))
        }
    }
}
