public import JSONText

extension Finding {
    /// The finding as commands print it: `rule, severity, stage, stage_attempt, title, evidence,
    /// changes, saving_ms {low, high}, confidence`.
    public var json: JSONValue {
        .object([
            "rule": .string(rule.rawValue),
            "severity": .string(severity.name),
            "stage": .integer(orNull: stage),
            "stage_attempt": .integer(orNull: stageAttempt),
            "title": .string(title),
            "evidence": .object(evidence.map { .init($0.key, $0.json) }),
            "changes": .array(changes.map(\.json)),
            "saving_ms": .object(["low": .integer(saving.low), "high": .integer(saving.high)]),
            "confidence": .number(confidence),
        ])
    }
}

extension Finding {
    /// An array of findings, in their order.
    public static func json(_ findings: [Finding]) -> JSONValue { .array(findings.map(\.json)) }
}

extension FindingEvidence {
    var json: JSONValue {
        switch value {
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .text(let value): .string(value)
        }
    }
}

extension FindingChange {
    var json: JSONValue {
        switch self {
        case .setting(let key, let from, let to):
            .object([
                "conf": .string(key), "from": .string(orNull: from), "to": .string(to),
            ])
        case .code(let text): .object(["code": .string(text)])
        }
    }
}
