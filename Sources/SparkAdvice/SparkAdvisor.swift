import Processors
public import SparkLog

/// Looks for what made an application slow.
public enum SparkAdvisor {
    private static let rules: [any AdviceRule.Type] = [
        SkewRule.self, StragglerRule.self, TinyTasksRule.self, TooFewPartitionsSpillRule.self,
        MissedBroadcastRule.self, BigBroadcastRule.self, NestedLoopJoinRule.self,
        RecomputationRule.self, CacheWasteRule.self, SmallFilesRule.self,
        SmallFilesWrittenRule.self, FullScanRule.self, UnsplittableInputRule.self,
        InputSplitRule.self, PythonUDFRule.self, MemoryGCRule.self, FewTasksRule.self,
        DriverCollectRule.self, DriverTimeRule.self, FailingTasksRule.self,
        FetchFailuresRule.self, FetchWaitRule.self, SlowDiskRule.self, SchedulerDelayRule.self,
        ContainerMemoryRule.self, StreamFallingBehindRule.self, StreamStateGrowthRule.self,
    ]

    /// The findings of an application, the one that promises most first.
    ///
    /// Silent about what saves less than 3 % of the application's time (some rules ask for more)
    /// and about an application without an ended task.
    public static func findings(of application: SparkApplication) -> [Finding] {
        findings(in: ApplicationProfile(application))
    }

    /// The findings of an application whose profile is at hand.
    public static func findings(in profile: ApplicationProfile) -> [Finding] {
        guard !profile.stages.isEmpty else { return [] }
        // Rules know nothing of each other.
        let parts = Processors.parts(of: rules.indices, least: 1) { range in
            range.flatMap { rules[$0].findings(in: profile) }
        }
        var found = settled(parts.flatMap { $0 }, profile)
        // Executors that wait for a cause named elsewhere are no cause of their own.
        if !found.contains(where: { $0.saving.high > 0 }) {
            found += settled(IdleExecutorsRule.findings(in: profile), profile)
        }
        found.sort { left, right in
            let (a, b) = (left.rank, right.rank)
            return a != b ? a > b : left.rule.rawValue < right.rule.rawValue
        }
        let wall = Double(profile.wall)
        let spread = Int64(RunSpread(profile.longStages).share * wall)
        return withoutSymptoms(found).map { finding in
            var finding = finding
            finding.severity = FindingSeverity(share: Double(finding.saving.middle) / wall)
            finding.saving = finding.saving.widened(by: spread, within: profile.wall)
            if finding.changes.count > 1 { finding.changes.removeAll { $0.changesNothing } }
            return finding
        }
    }

    /// Those that promise enough, none more than the whole time.
    private static func settled(
        _ findings: [Finding], _ profile: ApplicationProfile
    ) -> [Finding] {
        var found = findings
        for index in found.indices {
            let saving = found[index].saving
            found[index].saving = FindingSaving(
                low: min(saving.low, profile.wall), high: min(saving.high, profile.wall))
        }
        let wall = Double(profile.wall)
        return found.filter { finding in
            guard finding.leastShare > 0 else { return true }
            // A blink is a blink, whatever its share.
            return finding.saving.high >= 150
                && Double(finding.saving.middle) >= finding.leastShare * wall * 0.6
                && Double(finding.saving.high) >= finding.leastShare * wall
        }
    }

    /// Leaves out what another finding about the same stages explains.
    private static func withoutSymptoms(_ findings: [Finding]) -> [Finding] {
        findings.filter { finding in
            !findings.contains { other in
                other != finding && other.explains(finding)
                    && !Set(other.stageIndices).isDisjoint(with: finding.stageIndices)
            }
        }
    }
}

extension FindingChange {
    /// Whether the setting has that value already, perhaps written otherwise (`10MB` and `10m`).
    fileprivate var changesNothing: Bool {
        guard case .setting(_, let from?, let to) = self else { return false }
        if from.lowercased() == to.lowercased() { return true }
        guard let now = SparkSettings.bytes(from), let then = SparkSettings.bytes(to) else {
            return false
        }
        return now == then
    }
}

extension Finding {
    /// Savings count as much as they are likely.
    fileprivate var rank: Double { Double(saving.middle) * confidence }

    /// Whether both ask for the same setting first.
    private func sharesSetting(with other: Finding) -> Bool {
        guard case .setting(let key, _, _)? = changes.first,
            case .setting(key, _, _)? = other.changes.first
        else { return false }
        return true
    }

    private var isOfLostExecutors: Bool {
        evidence.contains { $0.key == "reason" && $0.text.hasPrefix("ExecutorLostFailure") }
    }

    /// Whether this cause makes the other show where both are seen in the same stage.
    fileprivate func explains(_ other: Finding) -> Bool {
        let symptoms: [FindingRule: Set<FindingRule>] = [
            .skewedJoin: [.tooFewPartitionsSpill, .straggler, .lowParallelism, .fetchWait],
            .skewedGroupBy: [.tooFewPartitionsSpill, .straggler, .lowParallelism, .fetchWait],
            .tooManyPartitions: [
                .schedulerDelay, .aqeOff, .fetchWait, .slowDisk, .driverCollect, .smallFilesWritten,
            ],
            .fullScan: [.recomputation],
            .smallFilesWritten: [.schedulerDelay, .fetchWait, .slowDisk],
            .aqeOff: [.schedulerDelay, .fetchWait, .slowDisk, .driverCollect],
            .smallFiles: [.inputSplit, .tooManyPartitions, .schedulerDelay, .slowDisk],
            .inputSplit: [
                .schedulerDelay, .slowDisk, .driverCollect, .singleTaskStage, .lowParallelism,
            ],
            .unsplittableInput: [.singleTaskStage, .lowParallelism, .inputSplit, .straggler],
            .streamFallingBehind: [
                .pythonUDF, .lowParallelism, .singleTaskStage, .recomputation, .memoryGC,
            ],
            .nestedLoopJoin: [.lowParallelism, .straggler],
            .missedBroadcast: [.slowDisk, .fetchWait],
            .fetchFailures: [.recomputation, .straggler],
            .driverCollect: [.driverTime],
            .bigBroadcast: [.driverTime],
        ]
        if rule == .fetchFailures, other.rule == .failingTasks { return other.isOfLostExecutors }
        if rule == .memoryGC {
            // A JVM that does nothing but collect loses its executors in the end.
            return other.rule == .containerMemory && sharesSetting(with: other)
                || other.rule == .failingTasks && other.isOfLostExecutors
        }
        return symptoms[rule]?.contains(other.rule) ?? false
    }
}
