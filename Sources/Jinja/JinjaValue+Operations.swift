extension JinjaValue {
    /// The number, a bool counting as 0 or 1; nil for anything else.
    var number: Double? {
        switch self {
        case .bool(let flag): flag ? 1 : 0
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// The whole number, a bool counting as 0 or 1; nil for anything else.
    public var whole: Int? {
        switch self {
        case .bool(let flag): flag ? 1 : 0
        case .int(let number): number
        default: nil
        }
    }

    /// Python's `==`.
    public func equals(_ other: JinjaValue) -> Bool { equals(other, depth: 0) }

    private func equals(_ other: JinjaValue, depth: Int) -> Bool {
        guard depth < Self.maximumNesting else { return false }
        switch (self, other) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let left), .string(let right)): return left == right
        case (.list(let left), .list(let right)):
            return left === right || Self.equal(left.items, right.items, depth)
        case (.tuple(let left), .tuple(let right)): return Self.equal(left, right, depth)
        case (.dict(let left), .dict(let right)):
            guard left !== right else { return true }
            guard left.count == right.count else { return false }
            for (key, value) in zip(left.keys, left.values) {
                guard let found = try? right.position(of: JinjaKey(key)),
                    value.equals(right.values[found], depth: depth + 1)
                else { return false }
            }
            return true
        case (.object(let left), .object(let right)): return left.equals(right)
        default:
            if let left = whole, let right = other.whole { return left == right }
            if let left = number, let right = other.number { return left == right }
            return false
        }
    }

    private static func equal(_ left: [JinjaValue], _ right: [JinjaValue], _ depth: Int) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { $0.equals($1, depth: depth + 1) }
    }

    /// Python's `<`; a fault where the types have no order.
    func isLess(than other: JinjaValue, depth: Int = 0) throws(JinjaFault) -> Bool {
        guard depth < Self.maximumNesting else { throw JinjaFault("values nest too deeply") }
        if let left = whole, let right = other.whole { return left < right }
        if let left = number, let right = other.number { return left < right }
        switch (self, other) {
        case (.string(let left), .string(let right)):
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        case (.list(let left), .list(let right)):
            return try Self.isLess(left.items, right.items, depth)
        case (.tuple(let left), .tuple(let right)): return try Self.isLess(left, right, depth)
        case (.undefined(let name), _), (_, .undefined(let name)):
            throw JinjaFault("'\(name)' is undefined")
        default:
            throw JinjaFault(
                "'<' not supported between instances of '\(typeName)' and '\(other.typeName)'")
        }
    }

    private static func isLess(
        _ left: [JinjaValue], _ right: [JinjaValue], _ depth: Int
    ) throws(JinjaFault) -> Bool {
        for (one, two) in zip(left, right) where !one.equals(two) {
            return try one.isLess(than: two, depth: depth + 1)
        }
        return left.count < right.count
    }

    /// What a loop sees: items, keys, characters; an undefined value has none.
    public func iterated() throws -> [JinjaValue] {
        switch self {
        case .undefined: return []
        case .list(let list): return list.items
        case .tuple(let items): return items
        case .dict(let dict): return dict.keys
        case .string(let text): return text.unicodeScalars.map { .string(String($0)) }
        case .object(let object):
            if let items = try object.iterated() { return items }
            fallthrough
        default: throw JinjaFault("'\(typeName)' object is not iterable")
        }
    }

    /// Python's `len`.
    func length() throws -> Int {
        switch self {
        case .undefined: return 0
        case .string(let text): return text.unicodeScalars.count
        case .list(let list): return list.items.count
        case .tuple(let items): return items.count
        case .dict(let dict): return dict.count
        case .object(let object):
            if let items = try object.iterated() { return items.count }
            fallthrough
        default: throw JinjaFault("object of type '\(typeName)' has no len()")
        }
    }

    /// Python's `in`.
    func contains(_ item: JinjaValue) throws -> Bool {
        switch self {
        case .string(let text):
            guard case .string(let part) = item else {
                throw JinjaFault(
                    "'in <string>' requires string as left operand, not \(item.typeName)")
            }
            return part.isEmpty || TextSearch.range(of: part, in: text) != nil
        case .dict(let dict): return dict.position(of: try JinjaKey(item)) != nil
        default: return try iterated().contains { $0.equals(item) }
        }
    }

    /// Applies an arithmetic operator as Python does; whole numbers that overflow are a fault.
    static func apply(
        _ operation: BinaryOperator, _ left: JinjaValue, _ right: JinjaValue,
        _ limits: JinjaLimits
    ) throws -> JinjaValue {
        if case .undefined(let name) = left { throw JinjaFault("'\(name)' is undefined") }
        if case .undefined(let name) = right { throw JinjaFault("'\(name)' is undefined") }
        if let one = left.whole, let two = right.whole {
            return try whole(operation, one, two)
        }
        if let one = left.number, let two = right.number {
            return try floating(operation, one, two)
        }
        switch (operation, left, right) {
        case (.add, .string(let one), .string(let two)):
            guard one.utf8.count + two.utf8.count <= limits.bytes else {
                throw JinjaFault("a text grew beyond \(limits.bytes) bytes")
            }
            return .string(one + two)
        case (.add, .list(let one), .list(let two)):
            guard one.items.count + two.items.count <= limits.entries else {
                throw JinjaFault("a list grew beyond \(limits.entries) entries")
            }
            return .array(one.items + two.items)
        case (.add, .tuple(let one), .tuple(let two)):
            guard one.count + two.count <= limits.entries else {
                throw JinjaFault("a tuple grew beyond \(limits.entries) entries")
            }
            return .tuple(one + two)
        case (.multiply, .string(let text), _):
            return .string(try repeated(text, right, limits))
        case (.multiply, _, .string(let text)):
            return .string(try repeated(text, left, limits))
        case (.multiply, .list(let list), _):
            return .array(try repeated(list.items, right, limits))
        case (.multiply, _, .list(let list)):
            return .array(try repeated(list.items, left, limits))
        case (.multiply, .tuple(let items), _):
            return .tuple(try repeated(items, right, limits))
        case (.modulo, .string(let format), _):
            let items: [JinjaValue] = if case .tuple(let items) = right { items } else { [right] }
            return .string(try PercentFormat.apply(format, items, mapping: right))
        default:
            if case .object(let object) = left,
                let value = try object.combined(with: right, by: operation.rawValue)
            {
                return value
            }
            throw JinjaFault(
                "unsupported operand type(s) for \(operation.rawValue): "
                    + "'\(left.typeName)' and '\(right.typeName)'")
        }
    }

    private static func repeated(
        _ text: String, _ count: JinjaValue, _ limits: JinjaLimits
    ) throws -> String {
        guard let count = count.whole else {
            throw JinjaFault("can't multiply sequence by non-int of type '\(count.typeName)'")
        }
        let (size, overflow) = text.utf8.count.multipliedReportingOverflow(by: max(0, count))
        guard !overflow, size <= limits.bytes else {
            throw JinjaFault("a text grew beyond \(limits.bytes) bytes")
        }
        return text.isEmpty ? "" : String(repeating: text, count: max(0, count))
    }

    private static func repeated(
        _ items: [JinjaValue], _ count: JinjaValue, _ limits: JinjaLimits
    ) throws -> [JinjaValue] {
        guard let count = count.whole else {
            throw JinjaFault("can't multiply sequence by non-int of type '\(count.typeName)'")
        }
        let (size, overflow) = items.count.multipliedReportingOverflow(by: max(0, count))
        guard !overflow, size <= limits.entries else {
            throw JinjaFault("a list grew beyond \(limits.entries) entries")
        }
        guard size > 0 else { return [] }
        return Array(repeatElement(items, count: count).joined())
    }

    private static func whole(
        _ operation: BinaryOperator, _ one: Int, _ two: Int
    ) throws -> JinjaValue {
        let result: (partialValue: Int, overflow: Bool)
        switch operation {
        case .add: result = one.addingReportingOverflow(two)
        case .subtract: result = one.subtractingReportingOverflow(two)
        case .multiply: result = one.multipliedReportingOverflow(by: two)
        case .divide:
            guard two != 0 else { throw JinjaFault("division by zero") }
            return .double(Double(one) / Double(two))
        case .floorDivide, .modulo:
            guard two != 0 else { throw JinjaFault("integer division or modulo by zero") }
            guard two != -1 else {
                if operation == .modulo { return .int(0) }
                result = 0.subtractingReportingOverflow(one)
                break
            }
            let rest = one % two
            let adjusts = rest != 0 && (rest < 0) != (two < 0)
            if operation == .modulo { return .int(adjusts ? rest + two : rest) }
            return .int(one / two - (adjusts ? 1 : 0))
        case .power:
            guard two >= 0 else { return try floating(.power, Double(one), Double(two)) }
            result = power(one, two)
        }
        guard !result.overflow else {
            throw JinjaFault(
                "the result of \(one) \(operation.rawValue) \(two) does not fit 64 bits",
                remedy: "Use a float, such as \(one).0.")
        }
        return .int(result.partialValue)
    }

    private static func power(_ base: Int, _ exponent: Int) -> (Int, Bool) {
        if base == 0 || base == 1 { return (exponent == 0 ? 1 : base, false) }
        if base == -1 { return (exponent % 2 == 0 ? 1 : -1, false) }
        var result = 1
        for _ in 0..<min(exponent, 64) {
            let (next, overflow) = result.multipliedReportingOverflow(by: base)
            if overflow { return (0, true) }
            result = next
        }
        return (result, exponent > 64)
    }

    private static func floating(
        _ operation: BinaryOperator, _ one: Double, _ two: Double
    ) throws -> JinjaValue {
        switch operation {
        case .add: return .double(one + two)
        case .subtract: return .double(one - two)
        case .multiply: return .double(one * two)
        case .divide:
            guard two != 0 else { throw JinjaFault("float division by zero") }
            return .double(one / two)
        case .floorDivide:
            guard two != 0 else { throw JinjaFault("float floor division by zero") }
            return .double(((one - modulo(one, two)) / two).rounded())
        case .modulo:
            guard two != 0 else { throw JinjaFault("float modulo") }
            return .double(modulo(one, two))
        case .power: return .double(try NumberText.power(one, two))
        }
    }

    private static func modulo(_ one: Double, _ two: Double) -> Double {
        let rest = one.truncatingRemainder(dividingBy: two)
        return rest != 0 && (rest < 0) != (two < 0) ? rest + two : rest
    }
}

/// Search by bytes: Python compares code points, Swift's own search compares characters.
enum TextSearch {
    static func range(of part: String, in text: String, from start: Int = 0) -> Range<Int>? {
        let needle = Array(part.utf8)
        let hay = Array(text.utf8)
        return range(of: needle, in: hay, from: start)
    }

    static func range(of needle: [UInt8], in hay: [UInt8], from start: Int) -> Range<Int>? {
        guard let first = needle.first, hay.count >= needle.count else {
            return needle.isEmpty && start <= hay.count ? start..<start : nil
        }
        var index = start
        let last = hay.count - needle.count
        outer: while index <= last {
            if hay[index] == first {
                for offset in 1..<max(1, needle.count) where hay[index + offset] != needle[offset] {
                    index += 1
                    continue outer
                }
                return index..<(index + needle.count)
            }
            index += 1
        }
        return nil
    }

    /// Replaces `part` by `other`, at most `count` times where it is not negative.
    static func replace(
        _ text: String, _ part: String, _ other: String, count: Int, limit: Int
    ) throws -> String {
        let hay = Array(text.utf8)
        let needle = Array(part.utf8)
        let replacement = Array(other.utf8)
        var result: [UInt8] = []
        var position = 0
        var left = count < 0 ? Int.max : count
        if needle.isEmpty {
            for scalar in text.unicodeScalars {
                if left > 0 {
                    result += replacement
                    left -= 1
                }
                result += Array(String(scalar).utf8)
                guard result.count <= limit else { throw JinjaFault("a text grew too long") }
            }
            if left > 0 { result += replacement }
            return String(decoding: result, as: UTF8.self)
        }
        while left > 0, let found = range(of: needle, in: hay, from: position) {
            result += hay[position..<found.lowerBound]
            result += replacement
            position = found.upperBound
            left -= 1
            guard result.count <= limit else { throw JinjaFault("a text grew too long") }
        }
        if position == 0 { return text }
        result += hay[position...]
        return String(decoding: result, as: UTF8.self)
    }

    /// Splits at every `part`, at most `count` times where it is not negative.
    static func split(_ text: String, _ part: String, count: Int) -> [String] {
        let hay = Array(text.utf8)
        let needle = Array(part.utf8)
        var result: [String] = []
        var position = 0
        while count < 0 || result.count < count,
            let found = range(of: needle, in: hay, from: position)
        {
            result.append(String(decoding: hay[position..<found.lowerBound], as: UTF8.self))
            position = found.upperBound
        }
        result.append(String(decoding: hay[position...], as: UTF8.self))
        return result
    }
}
