extension JinjaRenderer {
    /// The value of an expression. `piped` is what a filter without an operand works on.
    func evaluate(
        _ expression: Expression, _ scope: Scope, piped: JinjaValue? = nil
    ) throws -> JinjaValue {
        switch expression {
        case .none: return .none
        case .bool(let flag): return .bool(flag)
        case .int(let number): return .int(number)
        case .bigInteger(let digits): return .object(BigInteger(digits))
        case .float(let number): return .double(number)
        case .string(let text): return .string(text)
        case .name(let name, let offset):
            if let value = find(name, scope) { return value }
            here = offset
            return .undefined(name)
        default: break
        }
        try enter()
        try step()
        let value = try evaluateDeep(expression, scope, piped)
        depth -= 1
        return value
    }

    private func evaluateDeep(
        _ expression: Expression, _ scope: Scope, _ piped: JinjaValue?
    ) throws -> JinjaValue {
        switch expression {
        case .list(let items): return .array(try items.map { try evaluate($0, scope) })
        case .tuple(let items): return .tuple(try items.map { try evaluate($0, scope) })
        case .dict(let pairs):
            let dict = JinjaDict()
            for (key, value) in pairs {
                let key = try evaluate(key, scope)
                dict.put(try JinjaKey(key), key, try evaluate(value, scope))
            }
            return .dict(dict)
        case .attribute(let base, let name, let offset):
            let value = try evaluate(base, scope)
            here = offset
            return try attribute(value, name)
        case .item(let base, let key, let offset):
            let value = try evaluate(base, scope)
            let key = try evaluate(key, scope)
            here = offset
            return try item(value, key)
        case .slice(let base, let from, let to, let step, let offset):
            let value = try evaluate(base, scope)
            let bounds = try [from, to, step].map { bound in
                try bound.map { try evaluate($0, scope) }
            }
            here = offset
            return try Slices.apply(value, bounds[0], bounds[1], bounds[2])
        case .call: return try evaluateCall(expression, scope, caller: nil)
        case .filter, .test: return try evaluateNamed(expression, scope, piped)
        case .conditional(let test, let then, let otherwise):
            if try evaluate(test, scope).isTrue { return try evaluate(then, scope) }
            return try otherwise.map { try evaluate($0, scope) }
                ?? .undefined("the inline if-expression without else")
        case .concat(let parts):
            var text = ""
            for part in parts {
                text += try evaluate(part, scope).text()
                guard text.utf8.count <= limits.bytes else {
                    throw JinjaFault("a text grew beyond \(limits.bytes) bytes")
                }
            }
            return .string(text)
        default: return try evaluateOperator(expression, scope)
        }
    }

    private func evaluateNamed(
        _ expression: Expression, _ scope: Scope, _ piped: JinjaValue?
    ) throws -> JinjaValue {
        switch expression {
        case .filter(let operand, let name, let arguments, let offset):
            let value = try operand.map { try evaluate($0, scope, piped: piped) } ?? piped
            let call = try self.arguments(arguments, scope)
            here = offset
            return try Filters.apply(name, value ?? .none, call)
        case .test(let operand, let name, let arguments, let isNegated, let offset):
            let value = try evaluate(operand, scope)
            let call = try self.arguments(arguments, scope)
            here = offset
            return .bool(try Tests.apply(name, value, call) != isNegated)
        default: return .none
        }
    }

    private func evaluateOperator(_ expression: Expression, _ scope: Scope) throws -> JinjaValue {
        switch expression {
        case .and(let left, let right):
            let value = try evaluate(left, scope)
            return value.isTrue ? try evaluate(right, scope) : value
        case .or(let left, let right):
            let value = try evaluate(left, scope)
            return value.isTrue ? value : try evaluate(right, scope)
        case .not(let operand): return .bool(!(try evaluate(operand, scope).isTrue))
        case .negate(let operand, let offset):
            let value = try evaluate(operand, scope)
            here = offset
            if case .double(let number) = value { return .double(-number) }
            if case .object(let object) = value, let big = object as? BigInteger {
                return .object(big.negated)
            }
            guard value.whole != nil else {
                throw JinjaFault("bad operand type for unary -: '\(value.typeName)'")
            }
            return try JinjaValue.apply(.subtract, .int(0), value, limits)
        case .plus(let operand, let offset):
            let value = try evaluate(operand, scope)
            here = offset
            guard value.number != nil else {
                throw JinjaFault("bad operand type for unary +: '\(value.typeName)'")
            }
            return value.whole.map { .int($0) } ?? value
        case .binary(let operation, let left, let right, let offset):
            let one = try evaluate(left, scope)
            let two = try evaluate(right, scope)
            here = offset
            return try JinjaValue.apply(operation, one, two, limits)
        case .compare(let first, let rest, let offset):
            var left = try evaluate(first, scope)
            for (comparison, operand) in rest {
                let right = try evaluate(operand, scope)
                here = offset
                guard try compare(comparison, left, right) else { return .bool(false) }
                left = right
            }
            return .bool(true)
        default: return .none
        }
    }

    func compare(
        _ comparison: Comparison, _ left: JinjaValue, _ right: JinjaValue
    ) throws -> Bool {
        switch comparison {
        case .equal: left.equals(right)
        case .notEqual: !left.equals(right)
        case .less: try left.isLess(than: right)
        case .greater: try right.isLess(than: left)
        case .lessOrEqual: try left.isLess(than: right) || left.equals(right)
        case .greaterOrEqual: try right.isLess(than: left) || left.equals(right)
        case .contained: try right.contains(left)
        case .notContained: try !right.contains(left)
        }
    }

    func arguments(_ syntax: CallArguments, _ scope: Scope) throws -> JinjaCall {
        var positional = try syntax.positional.map { try evaluate($0, scope) }
        var named = try syntax.named.map { ($0.0, try evaluate($0.1, scope)) }
        if let spread = syntax.spread { positional += try evaluate(spread, scope).iterated() }
        if let spread = syntax.spreadNamed {
            guard case .dict(let dict) = try evaluate(spread, scope) else {
                throw JinjaFault("argument after ** must be a mapping")
            }
            named += dict.textPairs
        }
        return JinjaCall(positional, named: named, renderer: self)
    }

    func evaluateCall(
        _ expression: Expression, _ scope: Scope, caller: JinjaMacro?
    ) throws -> JinjaValue {
        guard case .call(let callee, let syntax, let offset) = expression else { return .none }
        if case .attribute(let base, let name, let place) = callee {
            let value = try evaluate(base, scope)
            if let method = try method(of: value, name, syntax, scope, place) { return method }
            here = place
            let function = try attribute(value, name)
            return try finish(function, "\(name)", syntax, scope, offset, caller)
        }
        let function = try evaluate(callee, scope)
        return try finish(function, nil, syntax, scope, offset, caller)
    }

    /// Calls a method of a built-in value; nil where `value` is no such value.
    private func method(
        of value: JinjaValue, _ name: String, _ syntax: CallArguments, _ scope: Scope,
        _ place: Int
    ) throws -> JinjaValue? {
        switch value {
        case .string, .list, .dict, .tuple, .int, .double: break
        default: return nil
        }
        if case .dict(let dict) = value, !Methods.dictNames.contains(name), dict[name] != nil {
            return nil
        }
        let call = try arguments(syntax, scope)
        here = place
        return try Methods.call(value, name, call)
    }

    private func finish(
        _ function: JinjaValue, _ name: String?, _ syntax: CallArguments, _ scope: Scope,
        _ offset: Int, _ caller: JinjaMacro?
    ) throws -> JinjaValue {
        var call = try arguments(syntax, scope)
        if let caller { call.named.append(("caller", .object(caller))) }
        here = offset
        try enter()
        let value = try invoke(function, call.positional, call.named)
        depth -= 1
        return value
    }

    func invoke(
        _ function: JinjaValue, _ positional: [JinjaValue], _ named: [(String, JinjaValue)]
    ) throws -> JinjaValue {
        switch function {
        case .object(let object):
            return try object.call(JinjaCall(positional, named: named, renderer: self))
        case .undefined(let name):
            return try undefined(name, "Define a macro of that name, or correct the name.")
        default: throw JinjaFault("'\(function.typeName)' object is not callable")
        }
    }

    /// What an undefined value gives when it is called or looked into: a fault, where the context
    /// does not forgive it.
    private func undefined(_ name: String, _ remedy: String) throws -> JinjaValue {
        let fault = JinjaFault("'\(name)' is undefined", remedy: remedy)
        guard context.forgives(fault, at: position) else { throw fault }
        return .undefined(name)
    }

    /// `value.name`: an attribute, else an item of that name.
    func attribute(_ value: JinjaValue, _ name: String) throws -> JinjaValue {
        switch value {
        case .undefined(let missing):
            return try undefined(missing, "Define it, or correct the name.")
        case .dict(let dict):
            if Methods.dictNames.contains(name) { return Methods.bound(value, name) }
            return dict[name] ?? .undefined("dict object has no attribute '\(name)'")
        case .object(let object):
            return try object.attribute(name)
                ?? .undefined("\(object.typeName) has no attribute '\(name)'")
        case .string, .list, .tuple:
            if Methods.names(of: value).contains(name) { return Methods.bound(value, name) }
            return .undefined("\(value.typeName) object has no attribute '\(name)'")
        default: return .undefined("\(value.typeName) object has no attribute '\(name)'")
        }
    }

    /// `value[key]`.
    func item(_ value: JinjaValue, _ key: JinjaValue) throws -> JinjaValue {
        switch value {
        case .undefined(let missing):
            return try undefined(missing, "Define it, or correct the name.")
        case .dict(let dict):
            if let position = dict.position(of: try JinjaKey(key)) { return dict.values[position] }
            if case .string(let name) = key, Methods.dictNames.contains(name) {
                return Methods.bound(value, name)
            }
            return .undefined("dict object has no element \(try key.representation())")
        case .object(let object):
            return try object.item(key)
                ?? .undefined("\(object.typeName) has no element \(try key.representation())")
        case .list(let list): return try element(list.items, key, value)
        case .tuple(let items): return try element(items, key, value)
        case .string(let text):
            guard let index = key.whole else { return try attribute(value, key.text()) }
            let scalars = Array(text.unicodeScalars)
            let place = index < 0 ? index + scalars.count : index
            guard scalars.indices.contains(place) else {
                return .undefined("str object has no element \(index)")
            }
            return .string(String(scalars[place]))
        default:
            return .undefined("\(value.typeName) object has no element")
        }
    }

    private func element(
        _ items: [JinjaValue], _ key: JinjaValue, _ value: JinjaValue
    ) throws -> JinjaValue {
        guard let index = key.whole else {
            if case .string(let name) = key { return try attribute(value, name) }
            return .undefined("\(value.typeName) object has no such element")
        }
        let place = index < 0 ? index.addingReportingOverflow(items.count).partialValue : index
        guard items.indices.contains(place) else {
            return .undefined("\(value.typeName) object has no element \(index)")
        }
        return items[place]
    }
}

/// Python's slices.
enum Slices {
    static func apply(
        _ value: JinjaValue, _ from: JinjaValue?, _ to: JinjaValue?, _ step: JinjaValue?
    ) throws -> JinjaValue {
        switch value {
        case .string(let text):
            let scalars = Array(text.unicodeScalars)
            var view = String.UnicodeScalarView()
            for index in try indices(scalars.count, from, to, step) { view.append(scalars[index]) }
            return .string(String(view))
        case .list(let list):
            return .array(
                try indices(list.items.count, from, to, step).map { list.items[$0] })
        case .tuple(let items):
            return .tuple(try indices(items.count, from, to, step).map { items[$0] })
        case .undefined(let name): throw JinjaFault("'\(name)' is undefined")
        default:
            if let items = try? value.iterated(), case .object = value {
                return .array(try indices(items.count, from, to, step).map { items[$0] })
            }
            throw JinjaFault("'\(value.typeName)' object is not subscriptable")
        }
    }

    private static func indices(
        _ count: Int, _ from: JinjaValue?, _ to: JinjaValue?, _ step: JinjaValue?
    ) throws -> [Int] {
        func bound(_ value: JinjaValue?) throws -> Int? {
            guard let value, !value.isNone else { return nil }
            guard let whole = value.whole else {
                throw JinjaFault("slice indices must be integers or None")
            }
            return whole
        }
        let step = try bound(step) ?? 1
        guard step != 0 else { throw JinjaFault("slice step cannot be zero") }
        let low = step > 0 ? 0 : -1
        let high = step > 0 ? count : count - 1
        func clamp(_ index: Int) -> Int {
            let place = index < 0 ? max(index, -count - 1) + count : index
            return min(max(place, low), high)
        }
        let start = try bound(from).map(clamp) ?? (step > 0 ? low : high)
        let end = try bound(to).map(clamp) ?? (step > 0 ? high : low)
        guard count > 0 else { return [] }
        let stride = max(-count - 1, min(count + 1, step))
        return Array(Swift.stride(from: start, to: end, by: stride))
    }
}
