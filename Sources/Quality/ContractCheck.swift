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
        /// Rows whose key does not occur in another table.
        case reference(ResolvedReference)
        case sql(String)
        /// Age of the newest or the oldest value, in seconds at most.
        case age(seconds: Double, isOldest: Bool)
        /// Cannot hold as it is written.
        case wrong(String)
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
    /// Whether breaking it fails the contract, or only warns.
    var isBlocking = true

    /// Whether it is decided without a look at the data.
    var isSetAside: Bool {
        switch kind {
        case .unrunnable, .wrong: true
        default: false
        }
    }

    /// Its result before anything is measured.
    var blank: ContractResult {
        ContractResult(
            category: category, type: type, name: name, model: model, field: field,
            result: .failed, dimension: dimension,
            metric: kind == .present ? "field_present" : nil)
    }

    /// The checks of a table: each property's, its key's, those of the table, what it refers to,
    /// then service levels.
    static func all(of object: ContractObject, _ contract: Contract, checksTypes: Bool)
        -> [ContractCheck]
    {
        let model = object.tableName
        let key = object.properties.filter(\.isPrimaryKey)
        var checks: [ContractCheck] = []
        for property in object.properties {
            checks += schema(
                property, model, checksTypes: checksTypes, isKeyComposite: key.count > 1)
            checks += property.quality.compactMap { rule($0, model, property.columnName) }
            checks += nested(property.children, in: property.columnName, model)
        }
        if key.count > 1 { checks.append(self.key(key, model)) }
        checks += object.quality.compactMap { rule($0, model, nil) }
        checks += object.references.compactMap { reference($0, object, contract) }
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
        }
        if property.isUnique {
            add(
                "field_unique", "Check that unique field \(field) has no duplicate values",
                "uniqueness", .duplicates([]), metric: "duplicate_count")
        }
        if property.isPrimaryKey, !property.isRequired {
            add(
                "field_primary_key_required",
                "Check that primary key field \(field) has no missing values", "completeness",
                .rows(isNull), metric: "missing_count")
        }
        if property.isPrimaryKey, !property.isUnique, !isKeyComposite {
            add(
                "field_primary_key_unique",
                "Check that primary key field \(field) has no duplicate values", "uniqueness",
                .duplicates([]), metric: "duplicate_count")
        }
        for rule in OptionRule.all {
            guard let value = property.options[rule.option] else { continue }
            let kind: Kind
            if let predicate = rule.invalid {
                kind = .rows { column, dialect in predicate(value, column, dialect) }
            } else {
                // Of no array is asked whether its items are unique where that is not wanted.
                if value == .bool(false) { continue }
                kind = .unrunnable("the items of an array are not looked at")
            }
            add(rule.type, "Check that field \(field) \(rule.words(value))", "conformity", kind)
        }
        if let allowed = property.allowed {
            let list = allowed.map(\.listed).joined(separator: ", ")
            add(
                "field_enum", "Check that field \(field) only contains enum values [\(list)]",
                "conformity",
                .rows { column, dialect in
                    "\(column) IS NOT NULL AND "
                        + SQLText.membership(column, allowed, dialect, isIn: false)
                })
        }
        return checks
    }

    /// What is inside an object or an array is listed, not run: SQL engines keep it in one column.
    private static func nested(
        _ properties: [ContractProperty], in parent: String, _ model: String
    ) -> [ContractCheck] {
        properties.flatMap { property in
            let isItem = property.name == "[]"
            let path = isItem ? parent + "[]" : "\(parent).\(property.columnName)"
            let check = ContractCheck(
                category: "schema", type: "field_is_present",
                name: "Check that field '\(path)' is present", model: model, field: path,
                dimension: "conformity",
                kind: .unrunnable("what is inside of a column is not looked at"))
            return (isItem ? [] : [check]) + nested(property.children, in: path, model)
        }
    }

    /// A key of several columns: each may repeat, but not all of them together.
    private static func key(_ properties: [ContractProperty], _ model: String) -> ContractCheck {
        let ordered = properties.enumerated().sorted {
            ($0.element.keyPosition, $0.offset) < ($1.element.keyPosition, $1.offset)
        }
        let columns = ordered.map(\.element.columnName)
        return ContractCheck(
            category: "schema", type: "primary_key_unique",
            name:
                "Check that primary key (\(columns.joined(separator: ", "))) has no duplicate values",
            model: model, dimension: "uniqueness", kind: .duplicates(columns),
            metric: "duplicate_count")
    }

    private static func reference(
        _ reference: ContractReference, _ object: ContractObject, _ contract: Contract
    ) -> ContractCheck? {
        guard reference.isForeignKey else { return nil }
        var check = ContractCheck(
            category: "schema", type: "field_relationships",
            name:
                "Check that \(reference.title) has no values missing from \(reference.targetTitle)",
            model: object.tableName,
            field: reference.sources.count == 1 ? reference.sources[0] : nil,
            dimension: "consistency", kind: .unrunnable(""), metric: "missing_reference_count")
        switch ResolvedReference.resolve(reference, of: object, in: contract) {
        case .failure(let problem): check.kind = .unrunnable(problem.words)
        case .success(let found):
            check.kind = .reference(found)
            check.field = found.columns.count == 1 ? found.columns[0] : nil
            let target = found.targetColumns.joined(separator: ", ")
            check.name =
                found.columns.count == 1
                ? "Check that field \(found.columns[0]) has no values missing from "
                    + "\(found.table).\(target)"
                : "Check that (\(found.columns.joined(separator: ", "))) has no values missing from "
                    + "\(found.table) (\(target))"
        }
        return check
    }

    private static func level(_ level: ServiceLevel, _ object: ContractObject) -> ContractCheck? {
        guard level.property == "freshness" || level.property == "retention",
            let parts = level.element?.split(separator: ".").map(String.init), parts.count == 2,
            parts[0] == object.name || parts[0] == object.tableName
        else { return nil }
        let field = object.properties.first { $0.name == parts[1] }?.columnName ?? parts[1]
        let isFreshness = level.property == "freshness"
        var check = ContractCheck(
            category: "servicelevel", type: "servicelevel_\(level.property)",
            name: "\(isFreshness ? "Freshness" : "Retention") of \(object.tableName).\(field)",
            model: object.tableName, field: field,
            dimension: isFreshness ? "timeliness" : "conformity", kind: .unrunnable(""))
        guard let seconds = level.seconds else {
            let written = [level.value.plainText, level.unit ?? ""].filter { !$0.isEmpty }
            check.kind = .wrong("'\(written.joined(separator: " "))' is no length of time")
            return check
        }
        check.kind = .age(seconds: seconds, isOldest: !isFreshness)
        if isFreshness, level.value.double != nil {
            let unit = level.unit?.lowercased().first.map { String($0) } ?? "d"
            check.name += " < \(level.value.plainText)\(unit)"
        } else {
            check.name += " < \(RuleBound.number(seconds))s"
        }
        return check
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

    /// As an item of a list of allowed values: `'a'`, `1`, `True`.
    fileprivate var listed: String {
        switch self {
        case .string(let text):
            text.contains("'") && !text.contains("\"") ? "\"\(text)\"" : "'\(text)'"
        case .bool(let flag): flag ? "True" : "False"
        default: text
        }
    }
}
