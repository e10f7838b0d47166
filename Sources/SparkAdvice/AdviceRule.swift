import Domain
import SparkLog

/// One kind of trouble: looks at an application and says where it is.
protocol AdviceRule: Sendable {
    static func findings(in profile: ApplicationProfile) -> [Finding]
}

extension Finding {
    /// A finding whose severity the advisor sets later.
    init(
        _ rule: FindingRule, at stage: StageProfile?, title: String, evidence: [FindingEvidence],
        changes: [FindingChange], saving: FindingSaving, confidence: Double,
        execution: Int64? = nil, stages: [Int] = [], leastShare: Double = 0.03
    ) {
        self.rule = rule
        severity = .low
        self.stage = stage?.id
        stageAttempt = stage?.attempt
        self.title = title
        self.evidence = evidence
        self.changes = changes
        self.saving = saving
        self.confidence = confidence
        sqlExecution = execution
        stageIndices = stages.isEmpty ? stage.map { [$0.index] } ?? [] : stages
        self.leastShare = leastShare
    }
}

extension SparkSettings {
    /// The change of one setting from what is in effect.
    func change(_ key: String, to value: String) -> FindingChange {
        .setting(key: key, from: self.value(key), to: value)
    }

    /// Where a setting was set, as evidence.
    func origin(of key: String) -> FindingEvidence {
        FindingEvidence("\(key) set in", origin(key).rawValue)
    }
}
