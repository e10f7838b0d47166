import JSONText

extension ContractCheck {
    /// The check of a quality rule; nil for one that is only said in words.
    static func rule(_ rule: QualityRule, _ model: String, _ field: String?) -> ContractCheck? {
        let bound = rule.bound ?? .comparison(.equal, 0)
        let prefix = field == nil ? "model" : "field"
        let subject = field.map { "field \($0)" } ?? "model \(model)"
        var check = ContractCheck(
            category: "quality", type: "\(prefix)_quality",
            name: rule.description ?? "Quality Check",
            model: model, field: field, dimension: rule.dimension, kind: .rowCount, bound: bound,
            isPercent: rule.isPercent, isBlocking: rule.isBlocking)
        func name(_ metric: String) -> String {
            "Check that \(subject) has \(metric) \(bound.text)"
        }
        var reason = rule.bound == nil ? "it has no bound" : nil
        switch rule.measure {
        case .words: return nil
        case .rowCount:
            check.type = "row_count"
            check.name = name("row_count")
            check.metric = "row_count"
            check.field = nil
            if field != nil { reason = "it belongs to a table, not to a property" }
            if rule.isPercent { reason = "rows are no percentage of themselves" }
        case .nullValues:
            check.type = "\(prefix)_null_values"
            check.name = name("missing_count")
            check.metric = "missing_count"
            check.kind = .rows { column, _ in "\(column) IS NULL" }
        case .missingValues(let values):
            check.type = "\(prefix)_missing_values"
            check.name = name("missing_count")
            check.metric = "missing_count"
            check.kind = .rows { column, dialect in
                "\(column) IS NULL OR " + SQLText.membership(column, values, dialect, isIn: true)
            }
        case .invalidValues(let valid, let pattern):
            check.type = "\(prefix)_invalid_values"
            check.name = name("invalid_count")
            if valid == nil, pattern == nil { reason = "it names neither values nor a pattern" }
            check.kind = .rows { column, dialect in
                let parts =
                    (valid.map { [SQLText.membership(column, $0, dialect, isIn: false)] } ?? [])
                    + (pattern.map { ["NOT (\(dialect.matches(column, $0)))"] } ?? [])
                return "\(column) IS NOT NULL AND \(SQLText.joined(parts, " OR "))"
            }
        case .duplicateValues(let columns):
            check.type = "\(prefix)_duplicate_values"
            check.name = name("duplicate_count")
            if field == nil {
                check.name += " for columns \(columns.joined(separator: ", "))"
                if columns.isEmpty { reason = "it names no properties" }
            }
            check.metric = "duplicate_count"
            check.kind = .duplicates(field == nil ? columns : [])
        case .sql(let query):
            check.type = "\(prefix)_quality_sql"
            check.metric = "custom_sql"
            check.kind = .sql(query)
        case .unrunnable(let why):
            check.type = "\(prefix)_quality_custom"
            reason = why
        }
        if field == nil, reason == nil, case .rows = check.kind {
            reason = "it belongs to a property, not to a table"
        }
        if let reason {
            check.kind = .unrunnable(reason)
            check.field = field
            let place = field.map { "\(model).\($0)" } ?? model
            check.name = rule.description ?? "Quality rule on \(place) cannot be tested"
            switch rule.measure {
            case .sql, .unrunnable: break
            default: check.type = "\(prefix)_quality_library"
            }
        }
        return check
    }
}

extension QualityRule {
    /// Whether breaking it fails the contract: a severity such as `info` or `warning` says no.
    var isBlocking: Bool {
        !["info", "warning", "warn", "low", "minor", "trivial"].contains(
            (severity ?? "").lowercased())
    }
}
