import Domain
import Jinja
public import Transform

/// The commands that execute nodes.
public enum RunCommand: String, Hashable, Sendable {
    case seed, run, test, snapshot, build

    /// Whether the command is about nodes of this kind.
    func runs(_ kind: ResourceKind) -> Bool {
        switch self {
        case .seed: kind == .seed
        case .run: kind == .model
        case .test: kind == .test || kind == .unitTest
        case .snapshot: kind == .snapshot
        case .build: kind.isExecutable || kind == .exposure || kind == .savedQuery
        }
    }
}

/// Runs a project's nodes on SQLite, one after the other, each in one transaction.
public final class TransformRun {
    let project: TransformProject
    let database: SQLiteDatabase
    let session: TransformSession
    let command: RunCommand
    let isFullRefresh: Bool
    /// The time of the run, as `YYYY-MM-DD HH:MM:SS`, for snapshots.
    let now: String
    /// `--event-time-start` and `--event-time-end`.
    public var eventTimes: (start: String, end: String)?
    /// Whether microbatch models also build the batches that earlier runs left out.
    public var fillsGaps = false
    let files: ProjectFiles
    /// Seconds from any fixed point, for durations.
    private let clock: () -> Double
    private let observe: (NodeResult) -> Void

    /// - Parameter observe: called after each node, in order.
    public init(
        project: TransformProject, files: ProjectFiles, database: SQLiteDatabase,
        command: RunCommand, isFullRefresh: Bool = false, now: String,
        clock: @escaping () -> Double, observe: @escaping (NodeResult) -> Void = { _ in }
    ) {
        self.project = project
        self.files = files
        self.database = database
        self.command = command
        self.isFullRefresh = isFullRefresh
        self.now = now
        self.clock = clock
        self.observe = observe
        session = TransformSession(project: project, database: database)
    }

    /// Runs what `selected` names (positions of the project's nodes; nil: all), with the project's
    /// hooks before and after.
    public func run(selected: Set<Int>? = nil) -> [NodeResult] {
        var results: [NodeResult] = []
        let wanted = Set(
            (selected.map { Array($0) } ?? Array(project.nodes.indices)).filter {
                command.runs(project.nodes[$0].kind) && !project.nodes[$0].isEphemeral
            })
        for (number, text) in project.onRunStart.enumerated() {
            results.append(hook(text, "on-run-start", number, extra: [:]))
            observe(results[results.count - 1])
            if results.last?.status == .error { return results }
        }
        let plan = RunPlan(project: project, command: command, selected: wanted)
        var poisoned: Set<Int> = []
        for position in plan.order {
            let isBlocked = plan.parents[position].contains { poisoned.contains($0) }
            if isBlocked { poisoned.insert(position) }
            guard plan.selected.contains(position) else { continue }
            let node = project.nodes[position]
            var result = NodeResult(uniqueID: node.uniqueID, status: .skipped)
            if !isBlocked {
                let start = clock()
                result = execute(node)
                result.seconds = max(0, clock() - start)
                if Self.poisons(result.status, node.kind, command) { poisoned.insert(position) }
            }
            result.relationName = result.relationName ?? node.relation?.sql
            results.append(result)
            observe(result)
        }
        let shown = JinjaValue.array(results.map(Self.shown))
        let schemas = JinjaValue.array(
            Set(project.nodes.compactMap { $0.relation?.schema }).sorted().map { .string($0) })
        for (number, text) in project.onRunEnd.enumerated() {
            results.append(
                hook(text, "on-run-end", number, extra: ["results": shown, "schemas": schemas]))
            observe(results[results.count - 1])
        }
        return results
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

    private static func shown(_ result: NodeResult) -> JinjaValue {
        .mapping([
            (
                "node",
                .mapping([
                    ("unique_id", .string(result.uniqueID)),
                    (
                        "name",
                        .string(result.uniqueID.split(separator: ".").last.map(String.init) ?? "")
                    ),
                ])
            ), ("unique_id", .string(result.uniqueID)),
            ("status", .string(result.status.rawValue)),
            ("message", result.message.map { .string($0) } ?? .none),
            ("failures", result.failures.map { .int($0) } ?? .none),
            ("execution_time", .double(result.seconds)),
        ])
    }

    private func hook(
        _ text: String, _ kind: String, _ number: Int, extra: [String: JinjaValue]
    ) -> NodeResult {
        var result = NodeResult(
            uniqueID: "operation.\(project.name).\(project.name)-\(kind)-\(number)",
            status: .success)
        result.failures = 0
        do {
            let sql = try session.renderText(
                text, file: "dbt_project.yml", node: nil, extra: extra)
            result.compiledSQL = sql
            if !SQLScanner.isBlank(sql) {
                try database.transaction { try database.run(sql) }
            }
            result.message = "\(project.name).\(kind).\(number) passed"
        } catch {
            result.status = .error
            result.message = Self.message(error)
        }
        return result
    }

    private func execute(_ node: TransformNode) -> NodeResult {
        var result = NodeResult(uniqueID: node.uniqueID, status: .success)
        do {
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
            result.message = Self.message(error)
        }
        return result
    }

    static func message(_ error: any Error) -> String {
        switch error {
        case let error as any UserFacingError: "\(error.problem) \(error.remedy)"
        case let error as Incremental.Refusal: "\(error.message). \(error.remedy)"
        case let error as ContractMismatch: error.message
        case let error as JinjaFault: "\(error.message). \(error.remedy)"
        default: "\(error)"
        }
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
        _ key: String, _ config: ConfigMap, _ node: TransformNode, isInside: Bool
    ) throws {
        for hook in hooks(key, config) where hook.isInside == isInside {
            let sql = try session.renderText(hook.sql, file: node.path, node: node)
            if !SQLScanner.isBlank(sql) { try database.run(sql) }
        }
    }

    /// `work` between the hooks of a node, in one transaction.
    func transaction(
        _ node: TransformNode, _ config: ConfigMap, _ work: () throws -> Void
    ) throws {
        try runHooks("pre_hook", config, node, isInside: false)
        try database.transaction {
            try runHooks("pre_hook", config, node, isInside: true)
            try work()
            try runHooks("post_hook", config, node, isInside: true)
        }
        try runHooks("post_hook", config, node, isInside: false)
    }

    func run(_ statements: [String]) throws {
        for statement in statements { try database.run(statement) }
    }
}
