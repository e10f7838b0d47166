import SparkLog

/// What was lost to tasks that did not succeed, by reason.
struct LostWork: Sendable {
    enum Kind: Sendable, CaseIterable {
        case task, fetch
        /// Killed from outside for using more memory than was granted.
        case container
        /// The heap of the JVM was full.
        case heap
    }

    var kind: Kind
    var count = 0
    var milliseconds: Int64 = 0
    var stages: [Int: [Int]] = [:]
    var reason = ""

    /// What an application lost, kind by kind: one pass over the stages that had failures.
    static func all(_ stages: [StageProfile], of application: SparkApplication) -> [LostWork] {
        var found: [Kind: LostWork] = [:]
        // Of each reason once: there are few, however many tasks end for them.
        var kinds: [Int: Kind] = [:]
        let tasks = application.tasks
        for stage in stages where application.stages[stage.index].failedTasks > 0 {
            for row in application.taskRows(ofStage: stage.index) {
                guard tasks.outcome(row: row) == .failed else { continue }
                let reason = tasks.reasonIndex(row: row)
                let kind = kinds[reason] ?? kind(of: application.endReasons[reason])
                kinds[reason] = kind
                var lost =
                    found.removeValue(forKey: kind)
                    ?? LostWork(kind: kind, reason: words(of: application.endReasons[reason]))
                lost.count += 1
                lost.milliseconds += tasks.value(.duration, row: row).plausibleLength
                lost.stages[stage.index, default: []].append(row)
                found[kind] = lost
            }
        }
        return Kind.allCases.compactMap { found[$0] }
    }

    private static func words(of reason: TaskEndReason) -> String {
        (reason.exceptionClass ?? reason.kind) + (reason.message.map { ": " + $0 } ?? "")
    }

    private static func kind(of reason: TaskEndReason) -> Kind {
        if reason.kind == "FetchFailed" { return .fetch }
        return memoryKind((reason.exceptionClass ?? "") + " " + (reason.message ?? "")) ?? .task
    }

    /// Which memory a message says was short; nil where it speaks of something else.
    static func memoryKind(_ text: String) -> Kind? {
        let text = text.lowercased()
        func names(_ words: [String]) -> Bool { words.contains { text.contains($0) } }
        // 137 is the kernel's kill; 143, a polite one, has other reasons too.
        if names([
            "memory limits", "oomkilled", "physical memory", "killed by external signal",
            "code 137", "code: 137", "status 137", "status: 137", "direct buffer memory",
        ]) {
            return .container
        }
        // 52 is Spark's own end after an OutOfMemoryError.
        let heap = [
            "outofmemoryerror", "java heap space", "gc overhead limit exceeded", "code 52",
            "code: 52", "status 52", "status: 52",
        ]
        return names(heap) ? .heap : nil
    }

    /// The schedule without the lost tasks.
    func change(_ profile: ApplicationProfile) -> ScheduleChange {
        var change = ScheduleChange()
        for (stage, rows) in stages {
            guard let own = profile.stageByIndex[stage] else { continue }
            var durations = own.allDurations
            for row in rows {
                let length = profile.application.tasks.value(.duration, row: row)
                    .plausibleLength
                if let place = durations.firstIndex(of: length) { durations.remove(at: place) }
            }
            change.durations[stage] = durations.isEmpty ? [1] : durations
        }
        return change
    }

    func worst(in profile: ApplicationProfile) -> StageProfile? {
        stages.max { $0.value.count < $1.value.count }.flatMap { profile.stageByIndex[$0.key] }
    }
}

/// Attempts that failed in the program and were run again.
enum FailingTasksRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.lost.filter { $0.kind == .task }.compactMap { lost in
            let high = profile.saved(by: lost.change(profile))
            let ends = max(1, profile.application.tasks.count)
            guard profile.matters(high) || lost.count * 10 >= ends else { return nil }
            return Finding(
                .failingTasks, at: lost.worst(in: profile),
                title: "\(lost.count) of \(ends) task attempts failed after "
                    + "\(AdviceText.time(lost.milliseconds)) of work",
                evidence: [
                    FindingEvidence("failed", lost.count), FindingEvidence("attempts", ends),
                    FindingEvidence("lost_ms", lost.milliseconds),
                    FindingEvidence("reason", String(lost.reason.prefix(300))),
                    FindingEvidence("threshold_share", 0.05),
                ],
                changes: [.code(cure(String(lost.reason.prefix(160))))],
                // Repetitions also come late and leave slots idle at the end.
                saving: FindingSaving(low: high / 2, high: high * 13 / 10), confidence: 0.95,
                stages: Array(lost.stages.keys))
        }
    }
}

extension FailingTasksRule {
    private static func cure(_ reason: String) -> String {
        reason.hasPrefix("ExecutorLostFailure")
            ? "Find out why executors went away (their own logs, the host, preemption): \(reason)."
            : "Repair what raises: \(reason). Set bad records aside rather than failing on them."
    }
}

/// Shuffle files that were gone when they were needed, and the stages run again for them.
enum FetchFailuresRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        guard let lost = profile.lost.first(where: { $0.kind == .fetch }) else {
            return []
        }
        var change = lost.change(profile)
        let reruns = profile.stages.filter { $0.attempt > 0 }
        for stage in reruns { change.durations[stage.index] = [] }
        let high = profile.saved(by: change)
        let settings = profile.settings
        return [
            Finding(
                .fetchFailures, at: lost.worst(in: profile),
                title:
                    "\(lost.count) fetches of shuffle data failed and \(reruns.count) stage attempts "
                    + "were run again",
                evidence: [
                    FindingEvidence("fetch_failures", lost.count),
                    FindingEvidence("stage_attempts_rerun", reruns.count),
                    FindingEvidence(
                        "executors_removed", profile.application.reading.executorsRemoved),
                    FindingEvidence("reason", String(lost.reason.prefix(300))),
                ],
                changes: (isSlowness(lost.reason)
                    ? [settings.change("spark.network.timeout", to: "300s")] : []) + [
                        .code(
                            "Find out why executors or their disks went away; an external shuffle "
                                + "service or decommissioning with migration keeps shuffle files.")
                    ],
                saving: FindingSaving(low: high / 3, high: high), confidence: 0.8,
                stages: reruns.map(\.index) + Array(lost.stages.keys))
        ]
    }
}

extension FetchFailuresRule {
    /// Whether a server answered too late or not at all; more patience finds no file that is gone.
    private static func isSlowness(_ reason: String) -> Bool {
        let text = reason.lowercased()
        return ["timed out", "timeout", "connection", "failed to connect"].contains {
            text.contains($0)
        }
    }
}

/// Executors and tasks lost because memory was short: that of the container or the JVM's heap.
enum ContainerMemoryRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        // Executors that end with the application end somehow; only those lost before count.
        let last = profile.stages.map(\.lastFinish).max() ?? profile.end
        let removed = profile.application.executors.filter {
            ($0.removedAt?.milliseconds ?? .min) <= last
        }
        // Of each reason once: executors may go by the thousand.
        let kinds = Dictionary(grouping: removed) { $0.removalReason ?? "" }.map { reason, gone in
            (kind: LostWork.memoryKind(reason), executors: gone)
        }
        // Two causes with two cures; the container's kills weigh more, as they may hide the heap's.
        for kind in [LostWork.Kind.container, .heap] {
            let executors = kinds.filter { $0.kind == kind }.flatMap(\.executors)
                .sorted { $0.id < $1.id }
            let lost = profile.lost.first { $0.kind == kind }
            if let lost { return [finding(kind, executors, lost, profile)] }
            if !executors.isEmpty {
                return [finding(kind, executors, LostWork(kind: kind), profile)]
            }
        }
        return []
    }

    private static func finding(
        _ kind: LostWork.Kind, _ executors: [SparkExecutor], _ lost: LostWork,
        _ profile: ApplicationProfile
    ) -> Finding {
        let high = lost.count > 0 ? profile.saved(by: lost.change(profile)) : 0
        let reason = executors.first?.removalReason ?? lost.reason
        let subjects = [
            executors.isEmpty ? nil : AdviceText.count(executors.count, "executor"),
            lost.count == 0 ? nil : AdviceText.count(lost.count, "task"),
        ].compactMap { $0 }.joined(separator: " and ")
        return Finding(
            .containerMemory, at: lost.worst(in: profile),
            title: "\(subjects) \(executors.count + lost.count == 1 ? "was" : "were") lost to "
                + (kind == .heap ? "a heap that was full" : "the limit of memory"),
            evidence: [
                FindingEvidence("executors", executors.count),
                FindingEvidence("tasks", lost.count),
                FindingEvidence("lost_ms", lost.milliseconds),
                FindingEvidence("reason", String(reason.prefix(300))),
            ],
            changes: changes(kind, profile),
            saving: FindingSaving(low: high / 3, high: high), confidence: 0.7,
            stages: Array(lost.stages.keys), leastShare: 0)
    }

    private static func changes(
        _ kind: LostWork.Kind, _ profile: ApplicationProfile
    ) -> [FindingChange] {
        let settings = profile.settings
        let heapKey = profile.isLocal ? "spark.driver.memory" : "spark.executor.memory"
        let heap = settings.bytes(heapKey, unit: 1 << 20) ?? 1 << 30
        if kind == .heap {
            return [
                settings.change(heapKey, to: AdviceText.setting(heap * 2)),
                .code(
                    "Or less in the heap at once: fewer cores an executor, more partitions, no "
                        + "collect_list over large groups."),
            ]
        }
        let key = "spark.executor.memoryOverhead"
        let now = settings.bytes(key, unit: 1 << 20) ?? max(384 << 20, heap / 10)
        return [
            settings.change(key, to: AdviceText.setting(max(now * 2, 384 << 20))),
            .code(
                "Python workers live outside the heap: spark.executor.pyspark.memory bounds them."),
        ]
    }
}
