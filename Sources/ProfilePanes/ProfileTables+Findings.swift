import PaneKit
import Screen
import SparkAdvice
import SparkLog

extension ProfileTables {
    static let findingColumns = [
        TableColumn("FINDING", .flexible(least: 20, weight: 1)),
        TableColumn("SAVES", .fixed(22), .right), TableColumn("SEVERITY", .fixed(8)),
        TableColumn("STAGE", .fixed(6), .right),
    ]

    func findingRow(_ finding: Finding, _ index: Int) -> ProfileTable.Row {
        let role: Role = finding.severity >= .high ? .error : .warning
        let saving =
            finding.saving.high == 0
            ? AdviceText.range(finding.saving)
            : AdviceText.shortRange(finding.saving.low, finding.saving.high)
        return ProfileTable.Row(
            cells: [
                .text("\(finding.rule.rawValue): \(finding.title)", .plain),
                .number(Double(finding.saving.middle), saving, .plain),
                .text(finding.severity.name, role),
                finding.stage.map { .number(Double($0), "\($0)", .plain) } ?? .text("-", .dim),
            ], target: .finding(index), copy: "\(finding.rule.rawValue): \(finding.title)")
    }

    var findings: ProfileTable {
        var table = ProfileTable()
        table.columns = Self.findingColumns
        table.rows = profiled.findings.enumerated().map { findingRow($1, $0) }
        if table.rows.isEmpty {
            table.header = [[TextRun("No finding would save 3 % of the time.", .stateSuccess)]]
        }
        return table
    }

    func finding(_ index: Int) -> ProfileTable {
        guard profiled.findings.indices.contains(index) else { return ProfileTable() }
        let finding = profiled.findings[index]
        var table = ProfileTable()
        table.header = [
            [TextRun(finding.title, .strong)], [],
            pair("rule", finding.rule.rawValue),
            pair(
                "severity", finding.severity.name, finding.severity >= .high ? .error : .warning),
            pair("saves", AdviceText.range(finding.saving)),
            pair("confidence", AdviceText.percent(finding.confidence)),
        ]
        if let verdicts = profiled.verdicts[finding.rule] {
            table.header.append(pair("proved here", verdicts))
        }
        table.header.append([])
        // Two cells of a label let the lines of a change stand below each other.
        let mark = charset.pick("→ ", ascii: "> ")
        table.header += finding.changes.map { [TextRun(mark, .dim), TextRun($0.text, .plain)] }
        table.header.append([])
        table.columns = [
            TableColumn("EVIDENCE", .flexible(least: 16, weight: 1)),
            TableColumn("VALUE", .flexible(least: 12, weight: 2)),
        ]
        let stage = finding.stage.flatMap { id in
            profile.stages.first { $0.id == id && $0.attempt == finding.stageAttempt ?? 0 }?.index
        }
        table.rows = finding.evidence.map { evidence in
            ProfileTable.Row(
                cells: [.text(evidence.name, .plain), .text(evidence.valueInWords, .plain)],
                target: stage.map { .stage($0) }, copy: finding.submitArguments ?? finding.title)
        }
        return table
    }
}

extension FindingEvidence {
    /// What was measured, in words and without the unit that figures are kept in.
    fileprivate var name: String {
        let key = unit == nil ? key[...] : key[..<(key.lastIndex(of: "_") ?? key.endIndex)]
        return String(key).replacing("_", with: " ")
    }

    /// Rounded for people, and exact.
    fileprivate var valueInWords: String {
        switch (unit, value) {
        case ("ms"?, .integer(let number)) where number < 1000: "\(number) ms"
        case ("ms"?, .integer(let number)): "\(AdviceText.time(number)) (\(number) ms)"
        case ("bytes"?, .integer(let number)) where number < 1024: "\(number) B"
        case ("bytes"?, .integer(let number)): "\(AdviceText.size(number)) (\(number) B)"
        default: text
        }
    }

    private var unit: String? {
        guard case .integer = value else { return nil }
        return ["ms", "bytes"].first { key.hasSuffix("_" + $0) }
    }
}
