/// The names that every template has: `range`, `namespace`, `dict`, `cycler`, `joiner`, `return`.
enum Globals {
    static func value(of name: String) -> JinjaValue? {
        switch name {
        case "range": .object(JinjaFunction(name, range))
        case "namespace":
            .object(
                JinjaFunction(name) { call in
                    let object = JinjaNamespace()
                    try fill(object.fields, call)
                    return .object(object)
                })
        case "dict":
            .object(
                JinjaFunction(name) { call in
                    let dict = JinjaDict()
                    try fill(dict, call)
                    return .dict(dict)
                })
        case "joiner":
            .object(
                JinjaFunction(name) { call in
                    let separator = try call.argument(0, "sep")?.text() ?? ", "
                    var isFirst = true
                    return .object(
                        JinjaFunction("joiner") { _ in
                            defer { isFirst = false }
                            return .string(isFirst ? "" : separator)
                        })
                })
        case "return":
            .object(
                JinjaFunction(name) { call in
                    call.renderer.returned = call.argument(0, "data") ?? .none
                    throw ReturnSignal()
                })
        default: nil
        }
    }

    private static func fill(_ dict: JinjaDict, _ call: JinjaCall) throws {
        var named = call.positional
        named.append(.mapping(call.named))
        for source in named {
            _ = try Methods.call(
                .dict(dict), "update", JinjaCall([source], renderer: call.renderer))
        }
    }

    private static func range(_ call: JinjaCall) throws -> JinjaValue {
        let numbers = try call.positional.map { value throws(JinjaFault) in
            guard let whole = value.whole else {
                throw JinjaFault(
                    "'\(value.typeName)' object cannot be interpreted as an integer")
            }
            return whole
        }
        guard (1...3).contains(numbers.count) else {
            throw JinjaFault("range expected 1 to 3 arguments, got \(numbers.count)")
        }
        let start = numbers.count > 1 ? numbers[0] : 0
        let end = numbers.count > 1 ? numbers[1] : numbers[0]
        let step = numbers.count > 2 ? numbers[2] : 1
        guard step != 0 else { throw JinjaFault("range() arg 3 must not be zero") }
        guard (step > 0 ? start < end : start > end) else { return .array([]) }
        let (span, overflow) = end.subtractingReportingOverflow(start)
        let limit = call.renderer.limits.entries
        guard !overflow, span.magnitude / step.magnitude < limit else {
            throw JinjaFault("a range of more than \(limit) numbers")
        }
        return .array(stride(from: start, to: end, by: step).map { .int($0) })
    }
}
