import Domain
import Jinja
public import Transform

/// The commands that execute nodes.
public enum RunCommand: String, Hashable, Sendable {
    case seed, run, test, snapshot, build

    /// Whether the command is about nodes of this kind.
    public func runs(_ kind: ResourceKind) -> Bool {
        switch self {
        case .seed: kind == .seed
        case .run: kind == .model
        case .test: kind == .test || kind == .unitTest
        case .snapshot: kind == .snapshot
        case .build: kind.isExecutable || kind == .exposure || kind == .savedQuery
        }
    }
}

/// How much of a command is run.
public enum RunPart: Hashable, Sendable {
    case whole
    /// Nodes only, without the project's hooks and without marks for a retry: a piece of a run that
    /// somebody else keeps.
    case nodes
    /// The hooks at the start, or at the end, only.
    case start, end
}

/// How a command runs its nodes.
public struct RunSettings: Sendable {
    public var command: RunCommand
    public var part = RunPart.whole
    public var isFullRefresh = false
    /// The time of the run in UTC, as `YYYY-MM-DD HH:MM:SS`, for snapshots and batches.
    public var now: String
    /// Whether the first failure skips what is left.
    public var failsFast = false
    /// Whether a warning of a test counts as a failure.
    public var takesWarningsForErrors = false
    /// Whether every test keeps its failing rows.
    public var storesFailures = false
    /// `--vars` as it was written, for a retry after a crash.
    public var vars: String?
    /// `--event-time-start` and `--event-time-end`.
    public var eventTimes: (start: String, end: String)?
    /// Whether microbatch models also build the batches that earlier runs left out.
    public var fillsGaps = false
    /// The fingerprints of an earlier run; given, nodes that are as they were are left alone.
    public var earlierFingerprints: [String: String]?

    public init(command: RunCommand, now: String) {
        self.command = command
        self.now = now
    }
}

/// Runs a project's nodes, one after the other, each in one transaction.
public final class TransformRun {
    let project: TransformProject
    let database: any RunDatabase
    let session: TransformSession
    let settings: RunSettings
    let files: ProjectFiles
    var journal: RunJournal
    /// What each relation was made of, by the node's id; filled where nodes are built.
    public private(set) var fingerprints: [String: String] = [:]
    /// Seconds from any fixed point, for durations.
    private let clock: () -> Double
    private let observe: (NodeResult) -> Void

    var command: RunCommand { settings.command }
    var isFullRefresh: Bool { settings.isFullRefresh }
    var now: String { settings.now }

    /// - Parameters:
    ///   - observe: called after each node, in order.
    ///   - listen: hears what templates print.
    public init(
        project: TransformProject, files: ProjectFiles, database: any RunDatabase,
        settings: RunSettings, clock: @escaping () -> Double,
        observe: @escaping (NodeResult) -> Void = { _ in },
        listen: @escaping (String) -> Void = { _ in }
    ) {
        self.project = project
        self.files = files
        self.database = database
        self.settings = settings
        self.clock = clock
        self.observe = observe
        session = TransformSession(project: project, database: database)
        session.listen(listen)
        journal = RunJournal(database: database, project)
    }

    /// Lets nodes that do not run be read from where `deferral` has them.
    public func `defer`(to deferral: Deferral) { session.deferral = deferral }

    /// Runs what `selected` names (positions of the project's nodes; nil: all), with the project's
    /// hooks before and after.
    public func run(selected: Set<Int>? = nil) -> [NodeResult] {
        var results: [NodeResult] = []
        func add(_ result: NodeResult) {
            results.append(result)
            observe(result)
        }
        let wanted = Set(
            (selected.map { Array($0) } ?? Array(project.nodes.indices)).filter {
                command.runs(project.nodes[$0].kind) && !project.nodes[$0].isEphemeral
                    && !project.nodes[$0].isEmpty
            })
        let part = settings.part
        // As dbt: where there is nothing to do, no hook runs either.
        let ephemerals = (selected.map { Array($0) } ?? Array(project.nodes.indices)).filter {
            project.nodes[$0].isEphemeral && command.runs(.model)
        }.sorted()
        if part == .whole, wanted.isEmpty, ephemerals.isEmpty { return [] }
        if part != .whole { database.waitForOthers() }
        // A server that forbids it has them already, or the nodes will tell.
        try? database.makeSchemas(schemas(of: wanted))
        if part == .whole {
            journal.begin(settings, ids: wanted.sorted().map { project.nodes[$0].uniqueID })
        }
        var hasFailedStart = false
        for hook in part == .whole || part == .start ? project.onRunStart : [] {
            let result = run(hook, extra: [:], isSkipped: hasFailedStart)
            hasFailedStart = hasFailedStart || result.status == .error
            add(result)
        }
        let startHooks = results.count
        var isStopped = hasFailedStart && project.skipsAfterFailedStart
        let plan = RunPlan(
            project, command, part == .whole || part == .nodes ? wanted : [])
        var poisoned: Set<Int> = []
        for position in plan.order {
            let isBlocked = plan.parents[position].contains { poisoned.contains($0) }
            if isBlocked { poisoned.insert(position) }
            guard plan.selected.contains(position) else { continue }
            let node = project.nodes[position]
            var result = NodeResult(uniqueID: node.uniqueID, status: .skipped)
            if !isBlocked, !isStopped, !isAfterFailedUnitTest(node, results) {
                let start = clock()
                result = execute(node)
                result.seconds = max(0, clock() - start)
                if settings.takesWarningsForErrors, result.status == .warn {
                    result.status = .fail
                }
                if Self.poisons(result.status, node.kind, command) { poisoned.insert(position) }
                if settings.failsFast, [.error, .fail, .partialSuccess].contains(result.status) {
                    isStopped = true
                }
            }
            // dbt gives that of what it compiles; a test has one where it keeps rows.
            if [.model, .snapshot].contains(node.kind) {
                result.relationName = result.relationName ?? node.relation?.sql
            }
            journal.note(node.uniqueID, result.status)
            add(result)
        }
        // dbt then counts every node without a result as skipped, and ephemeral ones never have one.
        if isStopped, settings.failsFast, !hasFailedStart {
            for position in ephemerals {
                add(NodeResult(uniqueID: project.nodes[position].uniqueID, status: .skipped))
            }
        }
        // As dbt: what nodes gave, without the hooks before them, and where they wrote.
        let ended = results.dropFirst(startHooks)
        let shown = JinjaValue.array(ended.map(shown))
        let usedSchemas = JinjaValue.array(writtenSchemas(ended).map { .string($0) })
        var hasFailedEnd = false
        for hook in part == .whole || part == .end ? project.onRunEnd : [] {
            let result = run(
                hook, extra: ["results": shown, "schemas": usedSchemas], isSkipped: hasFailedEnd)
            hasFailedEnd = hasFailedEnd || result.status == .error
            add(result)
        }
        return results
    }

    /// The schemas that the nodes at these positions write to, and the target's.
    private func schemas(of positions: Set<Int>) -> [String] {
        var names: Set<String> = [project.relation(named: "").schema]
        for position in positions {
            let node = project.nodes[position]
            guard let schema = node.relation?.schema, writes(node) else { continue }
            names.insert(schema)
        }
        return names.sorted()
    }

    private func writes(_ node: TransformNode) -> Bool {
        guard node.kind == .test else { return [.model, .seed, .snapshot].contains(node.kind) }
        return settings.storesFailures || node.config["store_failures"]?.bool == true
            || node.config["store_failures_as"] != nil
    }

    func note(fingerprint: String, of id: String) { fingerprints[id] = fingerprint }

    /// Removes the marks that `retry` needs after a crash; to be called once the results are
    /// written.
    public func finish() { journal.end() }

    /// In a build, after one unit test of a model failed its others are skipped.
    private func isAfterFailedUnitTest(_ node: TransformNode, _ results: [NodeResult]) -> Bool {
        guard command == .build, node.kind == .unitTest else { return false }
        let prefix = node.uniqueID.dropLast(node.name.count)
        return results.contains {
            $0.uniqueID.hasPrefix(prefix) && [.fail, .error].contains($0.status)
        }
    }

    /// Whether what follows a node with this status is skipped.
    private static func poisons(
        _ status: NodeStatus, _ kind: ResourceKind, _ command: RunCommand
    ) -> Bool {
        switch status {
        case .error, .skipped, .partialSuccess:
            kind != .test && kind != .unitTest || command == .build
        case .fail: command == .build
        default: false
        }
    }

    /// A result as `results` of a hook at the end holds it.
    private func shown(_ result: NodeResult) -> JinjaValue {
        let name = result.uniqueID.split(separator: ".").last.map(String.init) ?? ""
        let node = project.node(result.uniqueID)?.jinja
        return .mapping([
            (
                "node",
                node
                    ?? .mapping([
                        ("unique_id", .string(result.uniqueID)), ("name", .string(name)),
                    ])
            ), ("unique_id", .string(result.uniqueID)),
            ("status", .string(result.status.rawValue)),
            ("message", result.message.map { .string($0) } ?? .none),
            ("failures", result.failures.map { .int($0) } ?? .none),
            ("execution_time", .double(result.seconds)), ("thread_id", .string("Thread-1")),
            ("adapter_response", .mapping([])), ("timing", .array([])),
        ])
    }

    /// The schemas of the models, seeds and snapshots that were built.
    private func writtenSchemas(_ results: ArraySlice<NodeResult>) -> [String] {
        let nodes = results.filter { $0.status == .success }.compactMap {
            project.node($0.uniqueID)
        }
        return Set(
            nodes.filter { [.model, .seed, .snapshot].contains($0.kind) }
                .compactMap { $0.relation?.schema }
        ).sorted()
    }

    /// Runs a hook; after the first that failed the others are skipped, as dbt does it.
    private func run(
        _ hook: RunHook, extra: [String: JinjaValue], isSkipped: Bool
    ) -> NodeResult {
        var result = NodeResult(uniqueID: hook.uniqueID, status: .success)
        let name = "\(hook.package).\(hook.kind).\(hook.index)"
        guard !isSkipped else {
            result.status = .skipped
            result.failures = 1
            result.message = "\(name) skipped"
            return result
        }
        result.failures = 0
        let start = clock()
        do {
            let sql = try session.renderText(
                hook.text, file: "dbt_project.yml", node: nil, extra: extra, package: hook.package)
            result.compiledSQL = sql
            if !SQLScanner.isBlank(sql) {
                try database.transaction { try database.run(adapted(sql)) }
            }
            result.message = "\(name) passed"
        } catch {
            result.status = .error
            result.failures = 1
            result.message = "\(name) failed, error:\n \(Self.words(of: error))"
        }
        result.seconds = max(0, clock() - start)
        return result
    }

    private func execute(_ node: TransformNode) -> NodeResult {
        var result = NodeResult(uniqueID: node.uniqueID, status: .success)
        do {
            if try isUnchanged(node) {
                result.status = .noOp
                result.message = "unchanged since it was built last"
                return result
            }
            switch node.kind {
            case .seed: try load(node, &result)
            case .snapshot: try snapshot(node, &result)
            case .test: try test(node, &result)
            case .unitTest: try unitTest(node, &result)
            case .model: try build(node, &result)
            default:
                result.status = .noOp
                result.failures = 0
                result.message = "NO-OP"
            }
        } catch {
            result.status = .error
            result.message = words(of: error, in: node, sql: result.compiledSQL)
        }
        return result
    }

    // MARK: Hooks of a node

    /// The texts of `pre_hook` or `post_hook`, and whether each runs inside the transaction.
    func hooks(_ key: String, _ config: ConfigMap) -> [(sql: String, isInside: Bool)] {
        (config[key]?.asList ?? []).map { value in
            guard let map = value.map else { return (value.text, true) }
            return (map["sql"]?.text ?? "", map["transaction"]?.bool ?? true)
        }
    }

    func runHooks(
        _ key: String, _ config: ConfigMap, _ node: TransformNode, isInside: Bool,
        isIncremental: Bool
    ) throws {
        for hook in hooks(key, config) where hook.isInside == isInside {
            let sql = try session.renderText(
                hook.sql, file: node.path, node: node, isIncremental: isIncremental)
            if !SQLScanner.isBlank(sql) { try database.run(adapted(sql)) }
        }
    }

    /// `work` between the hooks of a node, in one transaction.
    ///
    /// - Parameters:
    ///   - isLast: whether the node is done with it.
    ///   - isIncremental: what `is_incremental()` answers in the hooks.
    func transaction(
        _ node: TransformNode, _ config: ConfigMap, isLast: Bool = true,
        isIncremental: Bool = false, _ work: () throws -> Void
    ) throws {
        func hooks(_ key: String, isInside: Bool) throws {
            try runHooks(
                key, config, node, isInside: isInside, isIncremental: isIncremental)
        }
        try hooks("pre_hook", isInside: false)
        try database.transaction {
            try hooks("pre_hook", isInside: true)
            try work()
            try hooks("post_hook", isInside: true)
            if isLast { journal.note(node.uniqueID, .success) }
        }
        try hooks("post_hook", isInside: false)
    }

    func run(_ statements: [String]) throws {
        for statement in statements { try database.run(statement) }
    }
}
