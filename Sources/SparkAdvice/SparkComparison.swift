public import JSONText
import SparkLog

/// Two runs of an application side by side: what changed in settings, stages and time, and whether
/// what a finding promised came true.
public struct SparkComparison: Sendable {
    /// A stage of one run with the one that does the same in the other; nil where there is none.
    public struct StagePair: Sendable {
        public var before: StageProfile?
        public var after: StageProfile?
    }

    /// What became of a finding.
    public enum Verdict: String, Sendable {
        /// The time saved is at least the low end of the estimate.
        case held
        /// Some of it.
        case partly
        /// Next to nothing, or it got slower.
        case refuted
        case notComparable = "not comparable"
    }

    public struct Judgement: Sendable {
        public var finding: Finding
        public var verdict: Verdict
        /// Why, in one sentence.
        public var reason: String
        /// Whether the second run still has a finding of the same rule.
        public var isStillThere: Bool
    }

    public struct SettingChange: Hashable, Sendable {
        public var key: String
        public var before: String?
        public var after: String?
    }

    public let before: ApplicationProfile
    public let after: ApplicationProfile
    public let stages: [StagePair]
    public let settings: [SettingChange]
    public let judgements: [Judgement]
    /// Milliseconds from the first job to the end: starting a session is not the job's time.
    public let workBefore: Int64
    public let workAfter: Int64

    public var saved: Int64 { workBefore - workAfter }

    public init(_ before: ApplicationProfile, _ after: ApplicationProfile) {
        self.before = before
        self.after = after
        stages = Self.align(before, after)
        settings = Self.settings(before.application, after.application)
        workBefore = Self.work(before)
        workAfter = Self.work(after)
        let obstacle = Self.obstacle(before, after)
        let rules = Set(SparkAdvisor.findings(in: after).map(\.rule))
        let saved = workBefore - workAfter
        let findings = SparkAdvisor.findings(in: before)
        let slowdown = Self.slowdown(stages, touched: Set(findings.flatMap(\.stageIndices)))
        judgements = findings.map { finding in
            let isStillThere = rules.contains(finding.rule)
            let expected = AdviceText.range(finding.saving)
            guard obstacle == nil else {
                return Judgement(
                    finding: finding, verdict: .notComparable, reason: obstacle ?? "",
                    isStillThere: isStillThere)
            }
            let verdict: Verdict
            if saved > 0, saved >= finding.saving.low, saved * 4 >= finding.saving.middle {
                verdict = .held
            } else if saved > 0, saved * 5 >= finding.saving.low {
                verdict = .partly
            } else {
                verdict = .refuted
            }
            // Time lost where nothing was changed is not the advice's.
            if verdict != .held, let slowdown {
                return Judgement(
                    finding: finding, verdict: .notComparable, reason: slowdown,
                    isStillThere: isStillThere)
            }
            let amount =
                saved >= 0
                ? "saved \(AdviceText.time(saved))" : "took \(AdviceText.time(-saved)) longer"
            return Judgement(
                finding: finding, verdict: verdict, reason: "\(amount), expected \(expected)",
                isStillThere: isStillThere)
        }
    }

    /// Why the second run says nothing: stages without a finding, with as many tasks in both runs, took
    /// far longer in it; nil where they did not.
    private static func slowdown(_ pairs: [StagePair], touched: Set<Int>) -> String? {
        var (before, after) = (Int64(0), Int64(0))
        for pair in pairs {
            guard let one = pair.before, let other = pair.after, !touched.contains(one.index),
                one.tasks.count == other.tasks.count
            else { continue }
            before += one.wall
            after += other.wall
        }
        guard before >= 500, Double(after) > 1.6 * Double(before) else { return nil }
        return "stages that no finding is about took \(AdviceText.time(before)), then "
            + "\(AdviceText.time(after)): the machine was busier in the second run"
    }

    private static func work(_ profile: ApplicationProfile) -> Int64 {
        let queries = profile.application.sqlExecutions.compactMap { $0.startedAt?.milliseconds }
        let jobs = profile.application.jobs.compactMap { $0.submittedAt?.milliseconds }
        let first = (queries + jobs).min() ?? profile.start
        return max(0, profile.end - max(profile.start, first))
    }

    /// Why two runs say nothing about each other; nil where they do.
    ///
    /// - Parameter onEqualSlots: whether they must have had as many.
    public static func obstacle(
        _ before: ApplicationProfile, _ after: ApplicationProfile, onEqualSlots: Bool = true
    ) -> String? {
        if after.stages.isEmpty { return "the second run has no finished task" }
        let versions = [before.settings.version, after.settings.version]
        if versions[0].major != versions[1].major || versions[0].minor != versions[1].minor {
            return "the runs are of Spark \(before.application.sparkVersion ?? "-") and "
                + "\(after.application.sparkVersion ?? "-")"
        }
        let slots = [before, after].map { profile in
            profile.slots.slots(from: profile.start, to: profile.end)
        }
        if onEqualSlots, slots[0] != slots[1] {
            return "the runs had \(slots[0]) and \(slots[1]) slots"
        }
        let failed = after.application.jobs.contains {
            if case .failed = $0.outcome { true } else { false }
        }
        if failed { return "a job of the second run failed" }
        if after.application.endedAt == nil { return "the second run has no end" }
        let rows = [before, after].map { profile in
            profile.stages.filter { $0.shuffleRead == 0 }.map { $0[.inputRecords] }.max() ?? 0
        }
        let most = max(rows[0], rows[1])
        if most > 0, Double(min(rows[0], rows[1])) < 0.8 * Double(most) {
            return "the largest input had \(rows[0]) rows, then \(rows[1])"
        }
        return nil
    }

    // MARK: Alignment

    /// What a stage does, without what a changed setting changes: its call site and operators.
    private static func signature(_ stage: StageProfile, _ profile: ApplicationProfile) -> String {
        let names = profile.plan(of: stage)?.nodes(inStage: stage.index).map(\.name) ?? []
        let operators = Set(names.map { $0.prefix { $0 != "(" }.description }).sorted()
        return ([stage.name] + operators).joined(separator: "|")
    }

    /// Pairs stages in their order by equal signatures (a longest common subsequence), then what is
    /// left by name alone.
    private static func align(
        _ before: ApplicationProfile, _ after: ApplicationProfile
    ) -> [StagePair] {
        let left = before.stages
        let right = after.stages
        // Tables of a product beyond this would be slow; such logs are paired by name and order.
        guard left.count * right.count <= 4_000_000 else { return byName(left, right) }
        let leftSigns = left.map { signature($0, before) }
        let rightSigns = right.map { signature($0, after) }
        var lengths = [[Int32]](
            repeating: [Int32](repeating: 0, count: right.count + 1), count: left.count + 1)
        for row in left.indices.reversed() {
            for column in right.indices.reversed() {
                let score: Int32 =
                    leftSigns[row] == rightSigns[column]
                    ? 3 : left[row].name == right[column].name ? 1 : 0
                let both = score == 0 ? 0 : lengths[row + 1][column + 1] + score
                lengths[row][column] = max(
                    both, lengths[row + 1][column], lengths[row][column + 1])
            }
        }
        var pairs: [StagePair] = []
        var (row, column) = (0, 0)
        while row < left.count || column < right.count {
            if row < left.count, column < right.count {
                let here = lengths[row][column]
                if here != lengths[row + 1][column], here != lengths[row][column + 1] {
                    pairs.append(StagePair(before: left[row], after: right[column]))
                    row += 1
                    column += 1
                    continue
                }
                if here == lengths[row + 1][column] {
                    pairs.append(StagePair(before: left[row], after: nil))
                    row += 1
                } else {
                    pairs.append(StagePair(before: nil, after: right[column]))
                    column += 1
                }
            } else if row < left.count {
                pairs.append(StagePair(before: left[row], after: nil))
                row += 1
            } else {
                pairs.append(StagePair(before: nil, after: right[column]))
                column += 1
            }
        }
        return pairs
    }

    private static func byName(_ left: [StageProfile], _ right: [StageProfile]) -> [StagePair] {
        var waiting = Dictionary(grouping: right, by: \.name)
        var pairs: [StagePair] = []
        for stage in left {
            let other =
                waiting[stage.name]?.isEmpty ?? true ? nil : waiting[stage.name]?.removeFirst()
            pairs.append(StagePair(before: stage, after: other))
        }
        pairs += waiting.values.flatMap { $0 }.sorted { $0.index < $1.index }.map {
            StagePair(before: nil, after: $0)
        }
        return pairs
    }

    /// Settings that differ, those that differ in every run left out.
    private static func settings(
        _ before: SparkApplication, _ after: SparkApplication
    ) -> [SettingChange] {
        let passing: Set = [
            "spark.app.id", "spark.app.startTime", "spark.app.submitTime", "spark.driver.port",
            "spark.eventLog.dir", "spark.eventLog.compression.codec", "spark.local.dir",
            "spark.eventLog.compress", "spark.eventLog.rolling.enabled",
            "spark.app.initial.jar.urls",
        ]
        func table(_ settings: [SparkSetting]) -> [String: String] {
            Dictionary(settings.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        }
        let left = table(before.sparkProperties)
        let right = table(after.sparkProperties)
        return Set(left.keys).union(right.keys).subtracting(passing).sorted().compactMap { key in
            left[key] == right[key]
                ? nil : SettingChange(key: key, before: left[key], after: right[key])
        }
    }

    // MARK: JSON

    /// `{"before":{"app_id","wall_ms","work_ms"},"after":{…},"saved_ms","settings":[{"conf",
    /// "before","after"}],"stages":[{"before","after","name","wall_ms_before","wall_ms_after",
    /// "tasks_before","tasks_after"}],"findings":[{"rule","stage","verdict","reason",
    /// "expected_ms":{"low","high"},"measured_ms","still_there"}]}`.
    public var json: JSONValue {
        func run(_ profile: ApplicationProfile, _ work: Int64) -> JSONValue {
            .object([
                "app_id": .string(orNull: profile.application.id),
                "wall_ms": .integer(profile.wall), "work_ms": .integer(work),
            ])
        }
        func key(_ stage: StageProfile?) -> JSONValue {
            .string(orNull: stage.map { "\($0.id).\($0.attempt)" })
        }
        return .object([
            "before": run(before, workBefore), "after": run(after, workAfter),
            "saved_ms": .integer(saved),
            "settings": .array(
                settings.map { setting in
                    .object([
                        "conf": .string(setting.key), "before": .string(orNull: setting.before),
                        "after": .string(orNull: setting.after),
                    ])
                }),
            "stages": .array(
                stages.map { pair in
                    .object([
                        "before": key(pair.before), "after": key(pair.after),
                        "name": .string((pair.before ?? pair.after)?.name ?? ""),
                        "wall_ms_before": .integer(orNull: pair.before?.wall),
                        "wall_ms_after": .integer(orNull: pair.after?.wall),
                        "tasks_before": .integer(orNull: pair.before?.tasks.count),
                        "tasks_after": .integer(orNull: pair.after?.tasks.count),
                    ])
                }),
            "findings": .array(
                judgements.map { judgement in
                    .object([
                        "rule": .string(judgement.finding.rule.rawValue),
                        "stage": .integer(orNull: judgement.finding.stage),
                        "verdict": .string(judgement.verdict.rawValue),
                        "reason": .string(judgement.reason),
                        "expected_ms": .object([
                            "low": .integer(judgement.finding.saving.low),
                            "high": .integer(judgement.finding.saving.high),
                        ]),
                        "measured_ms": .integer(saved),
                        "still_there": .bool(judgement.isStillThere),
                    ])
                }),
        ])
    }
}
