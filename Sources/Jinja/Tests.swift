/// Jinja2's tests: what may stand after `is`.
enum Tests {
    static let names: Set<String> = [
        "defined", "undefined", "none", "string", "number", "integer", "float", "boolean",
        "mapping", "sequence", "iterable", "callable", "true", "false", "odd", "even",
        "divisibleby", "eq", "equalto", "==", "ne", "!=", "lt", "<", "le", "<=", "gt", ">", "ge",
        ">=", "lessthan", "greaterthan", "in", "sameas", "lower", "upper", "filter", "test",
        "escaped",
    ]

    /// The tests that take no arguments.
    private static let plain: Set<String> = [
        "defined", "undefined", "none", "string", "number", "integer", "float", "boolean",
        "mapping", "sequence", "iterable", "callable", "true", "false", "odd", "even", "lower",
        "upper", "filter", "test", "escaped",
    ]

    static func isList(_ value: JinjaValue) -> Bool {
        if case .list = value { true } else { false }
    }

    static func apply(_ name: String, _ value: JinjaValue, _ call: JinjaCall) throws -> Bool {
        if plain.contains(name), !call.positional.isEmpty || !call.named.isEmpty {
            throw JinjaFault("the test '\(name)' takes no arguments")
        }
        switch name {
        case "defined": return !value.isUndefined
        case "undefined": return value.isUndefined
        case "none": return value.isNone
        case "string", "number", "integer", "float", "boolean", "mapping", "sequence",
            "iterable", "callable", "true", "false":
            return isKind(name, value)
        case "odd", "even", "divisibleby":
            let divisor = name == "divisibleby" ? try call.required(0, "num") : .int(2)
            let rest = try JinjaValue.apply(.modulo, value, divisor, call.renderer.limits)
            return rest.isTrue == (name == "odd")
        case "in": return try call.required(0, "seq").contains(value)
        case "sameas": return same(value, try call.required(0, "other"))
        case "lower", "upper":
            let text = try value.text()
            let other = name == "lower" ? text.lowercased() : text.uppercased()
            return other == text && text.contains { $0.isCased }
        case "filter": return Filters.names.contains(try value.text())
        case "test": return names.contains(try value.text())
        case "escaped": return false
        default:
            let comparisons: [String: Comparison] = [
                "eq": .equal, "equalto": .equal, "==": .equal, "ne": .notEqual, "!=": .notEqual,
                "lt": .less, "<": .less, "lessthan": .less, "le": .lessOrEqual,
                "<=": .lessOrEqual, "gt": .greater, ">": .greater, "greaterthan": .greater,
                "ge": .greaterOrEqual, ">=": .greaterOrEqual,
            ]
            guard let comparison = comparisons[name] else {
                throw JinjaFault("No test named '\(name)'.")
            }
            return try call.renderer.compare(comparison, value, call.required(0, "other"))
        }
    }

    private static func isKind(_ name: String, _ value: JinjaValue) -> Bool {
        switch (name, value) {
        case ("string", .string), ("number", .int), ("number", .double), ("number", .bool),
            ("integer", .int), ("float", .double), ("boolean", .bool), ("mapping", .dict),
            ("sequence", .string), ("sequence", .list), ("sequence", .tuple), ("sequence", .dict),
            ("iterable", .string), ("iterable", .list), ("iterable", .tuple), ("iterable", .dict),
            ("true", .bool(true)), ("false", .bool(false)), ("sequence", .undefined),
            ("iterable", .undefined):
            return true
        case ("callable", .object(let object)): return object.isCallable
        case ("mapping", .object(let object)): return object.isMapping
        case ("iterable", .object), ("sequence", .object):
            return (try? value.iterated()) != nil
        default: return false
        }
    }

    private static func same(_ left: JinjaValue, _ right: JinjaValue) -> Bool {
        switch (left, right) {
        case (.list(let one), .list(let two)): one === two
        case (.dict(let one), .dict(let two)): one === two
        default: left.typeName == right.typeName && left.equals(right)
        }
    }
}
