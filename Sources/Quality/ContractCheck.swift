import JSONText

/// A check derived from a contract.
struct ContractCheck: Sendable {
    enum Kind: Sendable {
        case present
        case type(String)
        /// Rows that fulfil the predicate of a column fail.
        case rows(@Sendable (_ column: String, Dialect) -> String)
        case rowCount
        /// Repeated values of the columns; of the check's own where none is named.
        case duplicates([String])
        case sql(String)
        /// Age of the newest or the oldest value, in seconds at most.
        case age(seconds: Double, isOldest: Bool)
        case unrunnable(String)

        static func == (left: Kind, right: Kind) -> Bool {
            if case .present = left, case .present = right { true } else { false }
        }
    }

    var category: String
    var type: String
    var name: String
    var model: String
    var field: String?
    var dimension: String?
    var kind: Kind
    var metric = "invalid_count"
    var bound = RuleBound.comparison(.equal, 0)
    var isPercent = false

    /// Its result before anything is measured.
    var blank: ContractResult {
        ContractResult(
            category: category, type: type, name: name, model: model, field: field,
            result: .failed, dimension: dimension,
            metric: kind == .present ? "field_present" : nil)
    }

    /// The checks of a table: each property's, then those of the table, then service levels.
    static func all(of object: ContractObject, _ contract: Contract, checksTypes: Bool)
        -> [ContractCheck]
    {
        let model = object.tableName
        let keyCount = object.properties.count { $0.isPrimaryKey }
        var checks: [ContractCheck] = []
        for property in object.properties {
            checks += schema(
                property, model, checksTypes: checksTypes, isKeyComposite: keyCount > 1)
            checks += property.quality.compactMap { rule($0, model, property.columnName) }
        }
        checks += object.quality.compactMap { rule($0, model, nil) }
        checks += contract.serviceLevels.compactMap { level($0, object) }
        return checks
    }

    private static func schema(
        _ property: ContractProperty, _ model: String, checksTypes: Bool, isKeyComposite: Bool
    ) -> [ContractCheck] {
        let field = property.columnName
        var checks: [ContractCheck] = []
        func add(
            _ type: String, _ name: String, _ dimension: String, _ kind: Kind,
            metric: String = "invalid_count"
        ) {
            checks.append(
                ContractCheck(
                    category: "schema", type: type, name: name, model: model, field: field,
                    dimension: dimension, kind: kind, metric: metric))
        }
        let isNull: @Sendable (String, Dialect) -> String = { column, _ in "\(column) IS NULL" }
        add("field_is_present", "Check that field '\(field)' is present", "conformity", .present)
        if checksTypes, let type = property.logicalType {
            add(
                "field_type", "Check that field \(field) has type \(type)", "conformity",
                .type(type))
        }
        if property.isRequired {
            add(
                "field_required", "Check that field \(field) has no missing values",
                "completeness", .rows(isNull), metric: "missing_count")
        } else if property.isPrimaryKey {
            add(
                "field_primary_key_required",
                "Check that primary key field \(field) has no missing values", "completeness",
                .rows(isNull), metric: "missing_count")
        }
        if property.isUnique {
            add(
                "field_unique", "Check that unique field \(field) has no duplicate values",
                "uniqueness", .duplicates([]), metric: "duplicate_count")
        } else if property.isPrimaryKey, !isKeyComposite {
            add(
                "field_primary_key_unique",
                "Check that primary key field \(field) has no duplicate values", "uniqueness",
                .duplicates([]), metric: "duplicate_count")
        }
        for (option, type, words) in options {
            guard let value = property.options[option] else { continue }
            let shown = value.double.map { RuleBound.number($0) } ?? value.plainText
            add(
                type, "Check that field \(field) \(words) \(shown)", "conformity",
                .rows { column, dialect in invalid(option, value, column, dialect) })
        }
        if let allowed = property.allowed {
            let list = allowed.map(\.plainText).joined(separator: ", ")
            add(
                "field_enum", "Check that field \(field) only contains enum values [\(list)]",
                "conformity",
                .rows { column, dialect in
                    SQLText.membership(column, allowed, dialect, isIn: false)
                })
        }
        return checks
    }

    private static let options: [(option: String, type: String, words: String)] = [
        ("minLength", "field_min_length", "has a min length of"),
        ("maxLength", "field_max_length", "has a max length of"),
        ("minimum", "field_minimum", "has a minimum of"),
        ("maximum", "field_maximum", "has a maximum of"),
        ("exclusiveMinimum", "field_minimum", "is greater than"),
        ("exclusiveMaximum", "field_maximum", "is less than"),
        ("multipleOf", "field_multiple_of", "is a multiple of"),
        ("pattern", "field_regex", "matches regex pattern"),
    ]

    /// The predicate of values that break an option; never true of NULL.
    private static func invalid(
        _ option: String, _ value: JSONValue, _ column: String, _ dialect: Dialect
    ) -> String {
        let bound = dialect.literal(value)
        return switch option {
        case "minLength": "\(dialect.length(column)) < \(bound)"
        case "maxLength": "\(dialect.length(column)) > \(bound)"
        case "minimum": "\(column) < \(bound)"
        case "maximum": "\(column) > \(bound)"
        case "exclusiveMinimum": "\(column) <= \(bound)"
        case "exclusiveMaximum": "\(column) >= \(bound)"
        // Decimal fractions are not exact in binary: a thousand-millionth of a step is none.
        case "multipleOf":
            "abs(\(column) * 1.0 / \(bound) - round(\(column) * 1.0 / \(bound))) > 1e-9"
        default: "NOT (\(dialect.matches(column, value.plainText)))"
        }
    }

    private static func rule(_ rule: QualityRule, _ model: String, _ field: String?)
        -> ContractCheck?
    {
        let bound = rule.bound ?? .comparison(.equal, 0)
        let prefix = field == nil ? "model" : "field"
        let subject = field.map { "field \($0)" } ?? "model \(model)"
        var check = ContractCheck(
            category: "quality", type: "\(prefix)_quality",
            name: rule.description ?? "Quality Check",
            model: model, field: field, dimension: rule.dimension, kind: .rowCount, bound: bound,
            isPercent: rule.isPercent)
        func name(_ metric: String) -> String {
            "Check that \(subject) has \(metric) \(bound.text)"
        }
        var reason: String?
        switch rule.measure {
        case .rowCount:
            check.type = "row_count"
            check.name = name("row_count")
            check.metric = "row_count"
            check.field = nil
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
            if !columns.isEmpty {
                check.name += " for columns \(columns.joined(separator: ", "))"
            } else if field == nil {
                reason = "it names no properties"
            }
            check.metric = "duplicate_count"
            check.kind = .duplicates(columns)
        case .sql(let query):
            check.type = "\(prefix)_quality_sql"
            check.metric = "custom_sql"
            check.kind = .sql(query)
        case .unrunnable(let why):
            check.kind = .unrunnable(why)
            return check
        }
        if field == nil, reason == nil, case .rows = check.kind {
            reason = "it belongs to a property, not to a table"
        }
        if rule.bound == nil { reason = "it has no bound" }
        if let reason { check.kind = .unrunnable(reason) }
        return check
    }

    private static func level(_ level: ServiceLevel, _ object: ContractObject) -> ContractCheck? {
        guard level.property == "freshness" || level.property == "retention",
            let parts = level.element?.split(separator: ".").map(String.init), parts.count == 2,
            parts[0] == object.name || parts[0] == object.tableName
        else { return nil }
        let field = object.properties.first { $0.name == parts[1] }?.columnName ?? parts[1]
        let isFreshness = level.property == "freshness"
        let amount = level.value.double.map { RuleBound.number($0) } ?? level.value.plainText
        let unit = level.unit?.lowercased().first.map { String($0) } ?? "d"
        let title = isFreshness ? "Freshness" : "Retention"
        return ContractCheck(
            category: "servicelevel", type: "servicelevel_\(level.property)",
            name: "\(title) of \(object.tableName).\(field) < \(amount)\(unit)",
            model: object.tableName, field: field, dimension: "timeliness",
            kind: level.seconds.map { .age(seconds: $0, isOldest: !isFreshness) }
                ?? .unrunnable("'\(amount)' is no length of time"))
    }
}

/// The types of contracts against those that databases declare.
enum LogicalType {
    /// Whether a column declared so can be of the logical type; one without a declared type can
    /// be anything, and a text can hold a time on databases without a type for it.
    static func matches(_ type: String, declared: String) -> Bool {
        let name = declared.lowercased()
        func has(_ words: String...) -> Bool { words.contains { name.contains($0) } }
        if name.isEmpty { return true }
        return switch type {
        case "integer": has("int", "serial", "long")
        case "number": has("int", "real", "floa", "doub", "num", "dec", "money")
        case "boolean": has("bool", "bit", "int")
        case "string": has("char", "text", "string", "clob", "uuid", "json", "enum")
        case "date": has("date", "text")
        case "timestamp": has("timestamp", "datetime", "text")
        case "time": has("time", "text")
        default: true
        }
    }
}

extension JSONValue {
    /// A text as it is, anything else as JSON.
    var plainText: String {
        if case .string(let text) = self { text } else { text }
    }
}
