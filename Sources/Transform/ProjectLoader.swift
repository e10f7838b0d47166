import Domain
import Jinja

extension TransformProject {
    /// Reads a project; never fails as a whole: what is wrong stands in ``problems``.
    ///
    /// The first of dbt's two passes: every node is rendered with `execute` false, and what it
    /// refers to and configures is noted. Cost is linear in the size of the files.
    ///
    /// - Parameter cache: where the nodes of a large project are kept; with it and without it the
    ///   result is the same.
    public static func load(
        _ files: ProjectFiles, options: TransformOptions = TransformOptions(),
        cache: ProjectCache? = nil
    ) -> TransformProject {
        let loader = ProjectLoader(files: files, options: options, cache: cache)
        return loader.load()
    }
}

/// The work of reading one project.
final class ProjectLoader {
    let files: ProjectFiles
    var environment = ProjectEnvironment()
    var problems: [SourceProblem] = []
    var packages: [PackageSettings] = []
    var library = MacroLibrary()
    var nodes: [TransformNode] = []
    var disabled: [TransformNode] = []
    /// Where each reference of a node was written, by the node's id.
    var referencePlaces: [String: [JinjaPosition?]] = [:]
    var sourcePlaces: [String: [JinjaPosition?]] = [:]
    var properties = Properties()
    var selectors: [(name: String, definition: ConfigValue, isDefault: Bool)] = []
    let context: RenderContext
    let renderer: JinjaRenderer
    private let options: TransformOptions
    private let cache: ProjectCache?
    var customNames: Set<String> = []
    /// Whether a test is dbt's own, by package and macro.
    var builtInTests: [String: Bool] = [:]

    init(files: ProjectFiles, options: TransformOptions, cache: ProjectCache? = nil) {
        self.files = files
        self.options = options
        self.cache = cache
        environment.options = options
        (context, renderer, problems) = (
            RenderContext(environment: environment), JinjaRenderer(context: JinjaGlobals()), []
        )
    }

    private init(from other: ProjectLoader) {
        files = other.files
        options = other.options
        cache = other.cache
        environment = other.environment
        problems = other.problems
        packages = other.packages
        library = other.library
        selectors = other.selectors
        context = RenderContext(environment: other.environment)
        renderer = JinjaRenderer(context: context)
    }

    func load() -> TransformProject {
        readSettings()
        guard !packages.isEmpty else { return finish() }
        readTarget()
        readMacros()
        readDocs()
        readSelectors()
        // The context holds a copy of the environment, which is complete only now.
        let ready = ProjectLoader(from: self)
        return ready.loadNodes()
    }

    private func loadNodes() -> TransformProject {
        guard let cache, files.paths.count >= ProjectCache.leastFiles,
            let key = CachedNodes.key(files, environment, cache)
        else { return readNodes() }
        let place = packages[0].targetPath
        if let bytes = cache.read(place),
            let kept = CachedNodes(bytes, key: key, environment: options.environment),
            let nodes = withSnapshots(kept.nodes)
        {
            return finish(nodes, disabled: kept.disabled, kept.problems)
        }
        let count = problems.count
        let project = readNodes()
        if project.isSound, !context.hangsOnMoment {
            let found = CachedNodes(
                nodes: project.nodes, disabled: project.disabled,
                problems: Array(problems.dropFirst(count)),
                environment: context.environmentReads)
            cache.write(place, found.bytes(key: key))
        }
        return project
    }

    /// The nodes with the templates of those that are blocks of their file; nil where one is gone.
    private func withSnapshots(_ nodes: [TransformNode]) -> [TransformNode]? {
        var nodes = nodes
        for position in nodes.indices
        where nodes[position].kind == .snapshot && nodes[position].path.hasSuffix(".sql") {
            let name = nodes[position].name
            guard
                let block = template(nodes[position].path)?.hostBlocks.first(where: {
                    $0.kind == "snapshot" && $0.name == name
                })
            else { return nil }
            nodes[position].template = block.content
        }
        return nodes
    }

    private func finish(
        _ nodes: [TransformNode], disabled: [String], _ found: [SourceProblem]
    ) -> TransformProject {
        let (kept, graph) = graph(of: nodes)
        problems += found
        return TransformProject(
            name: environment.rootPackage, environment: environment, macros: library, nodes: kept,
            disabled: disabled, graph: graph,
            problems: problems.sorted { ($0.file, $0.place) < ($1.file, $1.place) },
            packages: packages, selectors: selectors)
    }

    private func readNodes() -> TransformProject {
        let table = MacroTable(library, renderer: renderer)
        context.use(table)
        for fault in table.faults { problems.append(fault.asSourceProblem) }
        for name in ["generate_schema_name", "generate_alias_name", "generate_database_name"]
        where library.packages.contains(where: { package in
            package.name != "dbt"
                && package.templates.contains { $0.macros.contains { $0.name == name } }
        }) {
            customNames.insert(name)
        }
        for package in packages { readProperties(of: package) }
        for package in packages { readNodes(of: package) }
        addSources()
        addGenericTests()
        addUnitTests()
        addExposures()
        reportUnusedPatches()
        return finish()
    }

    private func finish() -> TransformProject {
        let (kept, graph) = resolve()
        return TransformProject(
            name: environment.rootPackage, environment: environment, macros: library, nodes: kept,
            disabled: disabled.map(\.uniqueID), graph: graph,
            problems: problems.sorted { ($0.file, $0.place) < ($1.file, $1.place) },
            packages: packages, selectors: selectors)
    }

    // MARK: Settings

    private func readSettings() {
        guard let root = readYAML("dbt_project.yml", isRequired: true) else { return }
        let settings = PackageSettings(root, folder: "")
        if settings.name.isEmpty {
            problems.append(
                problem(
                    "dbt_project.yml", root.place, "the project has no name",
                    "Add 'name: my_project' to the file."))
        }
        for pair in root.pairs where !PackageSettings.knownKeys.contains(pair.key) {
            let near = nearestName(to: pair.key, among: PackageSettings.knownKeys.sorted())
            problems.append(
                problem(
                    "dbt_project.yml", pair.place, "'\(pair.key)' is no key of a project file",
                    near.map { "Write '\($0)' instead." } ?? "Remove it.", .warning))
        }
        for (old, new) in [("source-paths", "model-paths"), ("data-paths", "seed-paths")] {
            guard let pair = root.pairs.first(where: { $0.key == old }) else { continue }
            problems.append(
                problem(
                    "dbt_project.yml", pair.place, "'\(old)' is an old name",
                    "Write '\(new)' instead.", .warning))
        }
        packages = [settings]
        let prefix = settings.packagesPath + "/"
        for path in files.paths.sorted()
        where path.hasPrefix(prefix) && path.hasSuffix("/dbt_project.yml") {
            let folder = path.dropLast("dbt_project.yml".count)
            guard folder.split(separator: "/").count == prefix.split(separator: "/").count + 1,
                let root = readYAML(path, isRequired: true)
            else { continue }
            packages.append(PackageSettings(root, folder: String(folder)))
        }
        environment.rootPackage = settings.name
        library.rootPackage = settings.name
        for package in packages { environment.packageVars[package.name] = package.vars }
        for entry in settings.dispatch {
            guard let namespace = entry["macro_namespace"]?.string else { continue }
            library.searchOrders[namespace] = entry["search_order"]?.asList.map(\.text)
        }
        if files.paths.contains("packages.yml") || files.paths.contains("dependencies.yml") {
            checkPackages(prefix: prefix)
        }
    }

    private func checkPackages(prefix: String) {
        for file in ["packages.yml", "dependencies.yml"] {
            guard let root = readYAML(file, isRequired: false) else { continue }
            for entry in root["packages"]?.items ?? [] {
                guard let name = entry["package"]?.text else { continue }
                let short = name.split(separator: "/").last.map(String.init) ?? name
                guard
                    !packages.contains(where: {
                        $0.folder == prefix + short + "/" || $0.name == short
                    })
                else { continue }
                problems.append(
                    problem(
                        file, entry.place, "the package '\(name)' is not installed",
                        "Put it into \(prefix)\(short), for instance with 'dbt deps'.", .warning))
            }
        }
    }

    private func readTarget() {
        environment.target = ConfigMap([
            ("name", .string("default")), ("type", .string("sqlite")),
            ("schema", .string("main")), ("database", .string("main")), ("threads", .int(1)),
        ])
        let file = "profiles.yml"
        guard let bytes = options.profiles ?? files.read(file) else { return }
        do {
            let root = try YAMLReader.read(bytes, file: file)
            let wanted = options.profile ?? packages[0].profile ?? packages[0].name
            let names = root.pairs.map(\.key).filter { $0 != "config" }
            guard let profile = root[wanted] else {
                let near = nearestName(to: wanted, among: names)
                problems.append(
                    problem(
                        file, root.place, "there is no profile named '\(wanted)'",
                        near.map { "Name the profile '\($0)' in dbt_project.yml." }
                            ?? "Add a profile '\(wanted)' with outputs."))
                return
            }
            try readTarget(profile, file: file)
        } catch let error as SourceProblem {
            problems.append(error)
        } catch let error as JinjaError {
            problems.append(error.asSourceProblem)
        } catch {
            problems.append(problem(file, SourcePlace(line: 1, column: 1), "\(error)", ""))
        }
    }

    private func readTarget(_ profile: YAMLValue, file: String) throws {
        let early = RenderContext(environment: environment)
        let renderer = JinjaRenderer(context: early)
        let written = profile["target"]?.plain ?? .string("default")
        let chosen =
            try options.target ?? Self.rendered(written, file: file, renderer: renderer).text
        let outputs = profile["outputs"]?.pairs ?? []
        guard let output = outputs.first(where: { $0.key == chosen }) else {
            let near = nearestName(to: chosen, among: outputs.map(\.key))
            problems.append(
                problem(
                    file, profile.place, "the profile has no output named '\(chosen)'",
                    near.map { "Write '\($0)' instead." }
                        ?? "Choose one of: \(outputs.map(\.key).joined(separator: ", "))."))
            return
        }
        let value = try Self.rendered(output.value.plain, file: file, renderer: renderer)
        for pair in value.map?.pairs ?? [] { environment.target[pair.key] = pair.value }
        environment.nameDatabase(value.map ?? ConfigMap())
        environment.target["name"] = .string(chosen)
        environment.target["target_name"] = .string(chosen)
        environment.target["profile_name"] = .string(options.profile ?? packages[0].profile ?? "")
    }

    // MARK: Macros, documentation, selectors

    private func readMacros() {
        for package in packages {
            var templates: [JinjaTemplate] = []
            for (folders, isTest) in [(package.macroPaths, false), (package.testPaths, true)] {
                for path in paths(of: package, in: folders, ending: ".sql") {
                    if isTest, !path.contains("/generic/") { continue }
                    if let template = template(path) { templates.append(template) }
                }
            }
            library.packages.append(MacroLibrary.Package(name: package.name, templates: templates))
            for template in templates {
                for block in template.hostBlocks where block.kind == "materialization" {
                    problems.append(
                        problem(
                            template.file, block.place,
                            "the custom materialization '\(block.name)' is not supported",
                            "Use table, view, incremental or ephemeral.", .warning))
                }
            }
        }
        do throws(JinjaError) {
            let template = try JinjaTemplate(
                file: BuiltinMacros.file, text: BuiltinMacros.text)
            var templates = [template]
            if let text = BuiltinMacros.text(of: environment.dialect) {
                templates.append(try JinjaTemplate(file: BuiltinMacros.file, text: text))
            }
            library.dialect = environment.dialect
            library.packages.append(MacroLibrary.Package(name: "dbt", templates: templates))
        } catch {
            problems.append(error.asSourceProblem)
        }
    }

    private func readDocs() {
        for package in packages {
            let folders =
                package.docsPaths.isEmpty
                ? package.modelPaths + package.seedPaths + package.snapshotPaths
                    + package.analysisPaths + package.macroPaths + package.testPaths
                : package.docsPaths
            for path in paths(of: package, in: folders, ending: ".md") {
                guard let bytes = files.read(path) else { continue }
                let text = String(decoding: bytes, as: UTF8.self)
                for (name, content) in DocsReader.blocks(of: text)
                where environment.docs[name] == nil {
                    environment.docs[name] = content
                }
            }
        }
    }

    private func readSelectors() {
        guard let root = readYAML("selectors.yml", isRequired: false) else { return }
        for entry in root["selectors"]?.items ?? [] {
            guard let name = entry["name"]?.text, let definition = entry["definition"] else {
                problems.append(
                    problem(
                        "selectors.yml", entry.place, "a selector needs a name and a definition",
                        "Add the missing key."))
                continue
            }
            selectors.append((name, definition.plain, entry["default"]?.plain.bool ?? false))
        }
    }

    // MARK: Common steps

    func paths(of package: PackageSettings, in folders: [String], ending: String) -> [String] {
        let prefixes = folders.map { package.folder + $0 + "/" }
        let inner = package.folder.isEmpty ? package.packagesPath + "/" : nil
        return files.paths.filter { path in
            path.hasSuffix(ending) && prefixes.contains { path.hasPrefix($0) }
                && !(inner.map { path.hasPrefix($0) } ?? false)
        }.sorted()
    }

    func template(_ path: String) -> JinjaTemplate? {
        guard let bytes = files.read(path) else {
            problems.append(
                problem(
                    path, SourcePlace(line: 1, column: 1), "the file cannot be read",
                    "Check that it exists and may be read."))
            return nil
        }
        do {
            return try JinjaTemplate(file: path, bytes: bytes)
        } catch {
            problems.append(error.asSourceProblem)
            return nil
        }
    }

    func readYAML(_ path: String, isRequired: Bool) -> YAMLValue? {
        guard let bytes = files.read(path) else {
            if isRequired {
                problems.append(
                    problem(
                        path, SourcePlace(line: 1, column: 1), "there is no file '\(path)'",
                        "Run this in the folder of a dbt project."))
            }
            return nil
        }
        do {
            return try YAMLReader.read(bytes, file: path)
        } catch {
            problems.append(error)
            return nil
        }
    }

    func problem(
        _ file: String, _ place: SourcePlace, _ message: String, _ remedy: String,
        _ severity: SourceProblem.Severity = .error
    ) -> SourceProblem {
        let text = files.read(file).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return SourceProblem(
            severity: severity, file: file, place: place,
            lineText: SourceText.line(place.line, of: text), problem: message, remedy: remedy)
    }

    /// A value whose texts are rendered; one that is a single expression keeps its type.
    static func rendered(
        _ value: ConfigValue, file: String, renderer: JinjaRenderer
    ) throws -> ConfigValue {
        switch value {
        case .string(let text):
            guard text.contains("{{") || text.contains("{%") else { return value }
            return ConfigValue(
                try renderer.renderNative(JinjaTemplate(file: file, text: text)))
        case .list(let items):
            return .list(try items.map { try rendered($0, file: file, renderer: renderer) })
        case .map(let map):
            return .map(
                ConfigMap(
                    try map.pairs.map {
                        ($0.key, try rendered($0.value, file: file, renderer: renderer))
                    }))
        default: return value
        }
    }
}

/// Finds `{% docs name %}…{% enddocs %}` in Markdown, whose other braces are just text.
enum DocsReader {
    static func blocks(of text: String) -> [(name: String, content: String)] {
        var result: [(String, String)] = []
        var open: (name: String, start: String.Index)?
        var place = text.startIndex
        while let start = text[place...].firstRange(of: "{%"),
            let end = text[start.upperBound...].firstRange(of: "%}")
        {
            let words = text[start.upperBound..<end.lowerBound]
                .split { $0.isWhitespace || $0 == "-" }
            if words.count == 2, words[0] == "docs", open == nil {
                open = (String(words[1]), end.upperBound)
            } else if words.first == "enddocs", let block = open {
                let content = text[block.start..<start.lowerBound]
                result.append((block.name, content.trimmingSpace))
                open = nil
            }
            place = end.upperBound
        }
        return result
    }
}

extension Substring {
    var trimmingSpace: String {
        // Characters are slow to classify; most texts begin and end with a visible ASCII one.
        if let first = utf8.first, let last = utf8.last, (33...126).contains(first),
            (33...126).contains(last)
        {
            return String(self)
        }
        var text = self
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
