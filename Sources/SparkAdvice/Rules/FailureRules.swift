import SparkLog

/// What was lost to tasks that did not succeed, by reason.
struct LostWork: Sendable {
    enum Kind: Sendable, CaseIterable {
        case task, fetch, memory
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
        let text = (reason.message ?? "").lowercased()
        return isMemory(text) ? .memory : .task
    }

    static func isMemory(_ text: String) -> Bool {
        let text = text.lowercased()
        // 137 is the kernel's kill, 52 Spark's own end after an OutOfMemoryError.
        return [
            "memory limits", "oomkilled", "physical memory", "outofmemoryerror",
            "killed by external signal", "code 137", "code: 137", "status 137", "status: 137",
            "code 52", "code: 52", "status 52", "status: 52",
        ].contains { text.contains($0) }
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
                changes: [
                    .code(
                        "Repair what raises: \(String(lost.reason.prefix(160))). Set bad records "
                            + "aside rather than failing on them.")
                ],
                // Repetitions also come late and leave slots idle at the end.
                saving: FindingSaving(low: high / 2, high: high * 13 / 10), confidence: 0.95,
                stages: Array(lost.stages.keys))
        }
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
                changes: [
                    settings.change("spark.network.timeout", to: "300s"),
                    .code(
                        "Find out why executors or their disks went away; an external shuffle "
                            + "service or decommissioning with migration keeps shuffle files."),
                ],
                saving: FindingSaving(low: high / 3, high: high), confidence: 0.8,
                stages: reruns.map(\.index) + Array(lost.stages.keys))
        ]
    }
}

/// Executors killed for using more memory than their container has.
enum ContainerMemoryRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        // Executors that end with the application end somehow; only those lost before count.
        let last = profile.stages.map(\.lastFinish).max() ?? profile.end
        let removed = profile.application.executors.filter {
            LostWork.isMemory($0.removalReason ?? "")
                && ($0.removedAt?.milliseconds ?? .min) <= last
        }
        let lost = profile.lost.first { $0.kind == .memory }
        guard !removed.isEmpty || lost != nil else { return [] }
        let high = lost.map { profile.saved(by: $0.change(profile)) } ?? 0
        let settings = profile.settings
        let heap = settings.bytes("spark.executor.memory", unit: 1 << 20) ?? 1 << 30
        let key = "spark.executor.memoryOverhead"
        let now = settings.bytes(key, unit: 1 << 20) ?? max(384 << 20, heap / 10)
        let isHeap = lost?.reason.contains("OutOfMemoryError") ?? false
        let change =
            isHeap
            ? settings.change("spark.executor.memory", to: AdviceText.setting(heap * 2))
            : FindingChange.setting(
                key: key, from: settings.value(key), to: AdviceText.setting(max(now * 2, 384 << 20))
            )
        return [
            Finding(
                .containerMemory, at: lost?.worst(in: profile),
                title: "\(max(removed.count, 1)) executors were lost to memory, with "
                    + "\(lost?.count ?? 0) tasks",
                evidence: [
                    FindingEvidence("executors", removed.count),
                    FindingEvidence("tasks", lost?.count ?? 0),
                    FindingEvidence("lost_ms", lost?.milliseconds ?? 0),
                    FindingEvidence(
                        "reason",
                        String((removed.first?.removalReason ?? lost?.reason ?? "").prefix(300))),
                ],
                changes: [
                    change,
                    .code(
                        "Python workers live outside the heap: spark.executor.pyspark.memory bounds "
                            + "them."),
                ],
                saving: FindingSaving(low: high / 3, high: high), confidence: 0.7, leastShare: 0)
        ]
    }
}
