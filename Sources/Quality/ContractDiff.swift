public import JSONText

/// A change between two versions of a contract.
public struct ContractChange: Hashable, Sendable {
    /// What was changed: `orders.email`, `orders`, or the contract itself where it is empty.
    public var element: String
    public var what: String
    /// Whether data or readers of the old version can fail by it.
    public var isBreaking: Bool
    /// Why it is breaking, or why not.
    public var reason: String

    var json: JSONValue {
        .object([
            "element": .string(element), "change": .string(what),
            "breaking": .bool(isBreaking), "reason": .string(reason),
        ])
    }
}

/// All changes between two versions of a contract.
public struct ContractDiff: Hashable, Sendable {
    public var oldVersion: String
    public var newVersion: String
    /// In the order of the old version; what is new comes last.
    public var changes: [ContractChange] = []

    public var isBreaking: Bool { changes.contains(where: \.isBreaking) }

    /// Whether a breaking change came without a new major version.
    public var lacksMajorVersion: Bool {
        func major(_ version: String) -> Substring { version.prefix { $0 != "." } }
        return isBreaking && major(oldVersion) == major(newVersion)
    }

    /// The changes as `spillway contract diff --json` prints them.
    public var json: JSONValue {
        .object([
            "breaking": .bool(isBreaking), "old_version": .string(oldVersion),
            "new_version": .string(newVersion), "lacks_major_version": .bool(lacksMajorVersion),
            "changes": .array(changes.map(\.json)),
        ])
    }

    public init(from old: Contract, to new: Contract) {
        oldVersion = old.version
        newVersion = new.version
        for object in old.objects {
            if let other = new.objects.first(where: { $0.name == object.name }) {
                compare(object, other)
            } else {
                add(object.name, "table removed", true, "readers of the table find none")
            }
        }
        for object in new.objects where !old.objects.contains(where: { $0.name == object.name }) {
            add(object.name, "table added", false, "nobody reads it yet")
        }
        compareLevels(old.serviceLevels, new.serviceLevels)
        if old.status != new.status {
            add("", "status \(old.status) → \(new.status)", false, "the data stays the same")
        }
    }

    private mutating func add(
        _ element: String, _ what: String, _ isBreaking: Bool, _ reason: String
    ) {
        changes.append(
            ContractChange(element: element, what: what, isBreaking: isBreaking, reason: reason))
    }

    private static let narrowed = "data that was valid is so no longer"
    private static let relaxed = "all data that was valid still is"

    private mutating func compare(_ old: ContractObject, _ new: ContractObject) {
        if old.tableName != new.tableName {
            add(
                old.name, "physicalName \(old.tableName) → \(new.tableName)", true,
                "readers of the table find none of that name")
        }
        compare(old.properties, new.properties, in: old.name)
        compareRules(old.quality, new.quality, old.name)
        compareReferences(old.references, new.references, old.name)
    }

    /// The properties of a table, or those inside of one.
    private mutating func compare(
        _ old: [ContractProperty], _ new: [ContractProperty], in parent: String
    ) {
        // The items of an array follow its name: `orders.lines[]`.
        func path(_ property: ContractProperty) -> String {
            property.name == "[]" ? parent + "[]" : "\(parent).\(property.name)"
        }
        for property in old {
            if let other = new.first(where: { $0.name == property.name }) {
                compare(property, other, path(property))
            } else {
                add(path(property), "property removed", true, "readers of the column find none")
            }
        }
        for property in new where !old.contains(where: { $0.name == property.name }) {
            let isRequired = property.isRequired || property.isPrimaryKey
            add(
                path(property), "\(isRequired ? "required" : "optional") property added",
                isRequired,
                isRequired ? "writers of the old version do not fill it" : "nobody reads it yet")
        }
    }

    private mutating func compareReferences(
        _ before: [ContractReference], _ after: [ContractReference], _ element: String
    ) {
        func key(_ reference: ContractReference) -> String {
            "\(reference.title) → \(reference.targetTitle)"
        }
        let old = before.filter(\.isForeignKey).map(key)
        let new = after.filter(\.isForeignKey).map(key)
        for title in old where !new.contains(title) {
            add(element, "relationship \(title) removed", false, Self.relaxed)
        }
        for title in new where !old.contains(title) {
            add(element, "relationship \(title) added", true, Self.narrowed)
        }
    }

    private mutating func compare(
        _ old: ContractProperty, _ new: ContractProperty, _ element: String
    ) {
        if old.columnName != new.columnName {
            add(
                element, "physicalName \(old.columnName) → \(new.columnName)", true,
                "readers of the column find none of that name")
        }
        for (name, before, after) in [
            ("logicalType", old.logicalType, new.logicalType),
            ("physicalType", old.physicalType, new.physicalType),
        ] where before != after {
            add(
                element, "\(name) \(before ?? "none") → \(after ?? "none")",
                before != nil && after != nil,
                before == nil
                    ? "the type was open before"
                    : after == nil ? "the type is open now" : "readers meet another type")
        }
        for (name, before, after) in [
            ("required", old.isRequired, new.isRequired),
            ("unique", old.isUnique, new.isUnique),
            ("primaryKey", old.isPrimaryKey, new.isPrimaryKey),
        ] where before != after {
            add(
                element, "\(name) \(before) → \(after)", after,
                after ? Self.narrowed : Self.relaxed)
        }
        var (before, after) = (old.options, new.options)
        for name in ["minimum", "maximum"] { compareKinds(of: name, &before, &after, element) }
        for name in Set(before.keys).union(after.keys).sorted() where name != "enum" {
            compareOption(name, before[name], after[name], element)
        }
        compareAllowed(old.allowed, new.allowed, element)
        compareRules(old.quality, new.quality, element)
        compare(old.children, new.children, in: element)
    }

    /// An inclusive bound that became an exclusive one, or the reverse: one change, not two.
    private mutating func compareKinds(
        of name: String, _ before: inout [String: JSONValue], _ after: inout [String: JSONValue],
        _ element: String
    ) {
        let exclusive = "exclusive" + name.prefix(1).uppercased() + name.dropFirst()
        for (old, new) in [(name, exclusive), (exclusive, name)] {
            guard let bound = before[old], let other = after[new], before[new] == nil,
                after[old] == nil
            else { continue }
            before[old] = nil
            after[new] = nil
            let isLow = name == "minimum"
            let isNarrower =
                bound.isSame(as: other)
                ? new == exclusive : isLow ? bound.precedes(other) : other.precedes(bound)
            add(
                element, "\(old) \(bound.plainText) → \(new) \(other.plainText)", isNarrower,
                isNarrower ? Self.narrowed : Self.relaxed)
        }
    }

    private mutating func compareOption(
        _ name: String, _ before: JSONValue?, _ after: JSONValue?, _ element: String
    ) {
        guard before != after else { return }
        let what = "\(name) \(before?.plainText ?? "none") → \(after?.plainText ?? "none")"
        guard let after else { return add(element, what, false, Self.relaxed) }
        guard let before else { return add(element, what, true, Self.narrowed) }
        let isNarrower: Bool
        switch name {
        case "minLength", "minimum", "exclusiveMinimum", "minItems":
            isNarrower = before.precedes(after)
        case "maxLength", "maximum", "exclusiveMaximum", "maxItems":
            isNarrower = after.precedes(before)
        case "multipleOf":
            // Multiples of 4 are multiples of 2.
            let ratio = (before.double ?? 0) / (after.double ?? 1)
            isNarrower = !(ratio >= 1 && abs(ratio - ratio.rounded()) < 1e-9)
        default:
            return add(element, what, true, "values of the old form need not have the new one")
        }
        add(element, what, isNarrower, isNarrower ? Self.narrowed : Self.relaxed)
    }

    private mutating func compareAllowed(
        _ before: [JSONValue]?, _ after: [JSONValue]?, _ element: String
    ) {
        guard before != after else { return }
        guard let after else {
            return add(element, "enum removed", false, Self.relaxed)
        }
        guard let before else { return add(element, "enum added", true, Self.narrowed) }
        for value in before where !after.contains(where: { $0.isSame(as: value) }) {
            add(element, "enum value '\(value.plainText)' removed", true, Self.narrowed)
        }
        for value in after where !before.contains(where: { $0.isSame(as: value) }) {
            add(element, "enum value '\(value.plainText)' added", false, Self.relaxed)
        }
    }

    private mutating func compareRules(
        _ before: [QualityRule], _ after: [QualityRule], _ element: String
    ) {
        var rest = after
        for rule in before {
            guard let index = rest.firstIndex(where: { $0.measure == rule.measure }) else {
                add(element, "rule \(rule.title) removed", false, Self.relaxed)
                continue
            }
            let other = rest.remove(at: index)
            guard
                other.bound != rule.bound || other.isPercent != rule.isPercent
                    || other.isBlocking != rule.isBlocking
            else { continue }
            // One that only warns lets everything pass.
            let isNarrower =
                other.isBlocking && !(rule.isBlocking && other.isAtLeastAsWide(as: rule))
            add(
                element,
                "rule \(rule.title) → \(other.title)", isNarrower,
                isNarrower ? Self.narrowed : Self.relaxed)
        }
        for rule in rest {
            switch rule.measure {
            case .words, .unrunnable:
                add(element, "rule \(rule.title) added", false, "it is not measured")
            case _ where !rule.isBlocking:
                add(element, "rule \(rule.title) added", false, "it only warns")
            default:
                add(element, "rule \(rule.title) added", true, Self.narrowed)
            }
        }
    }

    private mutating func compareLevels(_ before: [ServiceLevel], _ after: [ServiceLevel]) {
        func key(_ level: ServiceLevel) -> String { level.property + " " + (level.element ?? "") }
        func text(_ level: ServiceLevel) -> String {
            level.value.plainText + (level.unit.map { " " + $0 } ?? "")
        }
        for level in before {
            guard let other = after.first(where: { key($0) == key(level) }) else {
                add(level.element ?? "", "\(level.property) removed", true, "the promise is gone")
                continue
            }
            guard text(level) != text(other) else { continue }
            let isLonger = (other.seconds ?? 0) > (level.seconds ?? 0)
            // Data may be kept longer, but may not come later.
            let keeps = ["retention", "availability", "generalAvailability"]
            let isWorse = keeps.contains(level.property) ? !isLonger : isLonger
            add(
                level.element ?? "",
                "\(level.property) \(text(level)) → \(text(other))", isWorse,
                isWorse ? "readers are promised less" : "readers are promised more")
        }
        for level in after where !before.contains(where: { key($0) == key(level) }) {
            add(level.element ?? "", "\(level.property) added", false, "readers are promised more")
        }
    }
}

extension QualityRule {
    /// In words: `rowCount between 1 and 3`.
    var title: String {
        let name =
            switch measure {
            case .rowCount: "rowCount"
            case .nullValues: "nullValues"
            case .missingValues: "missingValues"
            case .invalidValues: "invalidValues"
            case .duplicateValues: "duplicateValues"
            case .sql: description ?? "sql"
            case .words, .unrunnable: description ?? "in words"
            }
        return name + (bound.map { " \($0.text)\(isPercent ? " percent" : "")" } ?? "")
            + (isBlocking ? "" : ", only warning")
    }

    /// Whether every value that `other` lets pass passes here too.
    func isAtLeastAsWide(as other: QualityRule) -> Bool {
        guard let bound else { return true }
        guard let old = other.bound, isPercent == other.isPercent else { return false }
        if case .value = bound { return bound == old }
        // All bounds are made of half-lines: their ends and what is beside them tell.
        let ends = (bound.ends + old.ends).flatMap { [$0 - 1e-9, $0, $0 + 1e-9] }
        return (ends + [-1e300, 1e300]).allSatisfy { !old.holds($0) || bound.holds($0) }
    }
}

extension RuleBound {
    var ends: [Double] {
        switch self {
        case .comparison(_, let bound): [bound]
        case .value: []
        case .between(let low, let high), .notBetween(let low, let high): [low, high]
        }
    }
}
