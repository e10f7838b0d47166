/// A value in a template, with the meanings of Python's: `list` and `dict` are shared, not copied.
public enum JinjaValue {
    /// A name that nothing defines; the text says which.
    case undefined(String)
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list(JinjaList)
    case tuple([JinjaValue])
    case dict(JinjaDict)
    case object(JinjaObject)

    /// A new list.
    public static func array(_ items: [JinjaValue]) -> JinjaValue { .list(JinjaList(items)) }

    /// A new dictionary with text keys, in the given order.
    public static func mapping(_ pairs: [(String, JinjaValue)]) -> JinjaValue {
        let dict = JinjaDict()
        for (key, value) in pairs { dict[key] = value }
        return .dict(dict)
    }
}

/// A list that templates may change.
public final class JinjaList {
    public var items: [JinjaValue]
    public init(_ items: [JinjaValue] = []) { self.items = items }
}

/// A dictionary that keeps the order of insertion and that templates may change.
public final class JinjaDict {
    public private(set) var keys: [JinjaValue] = []
    public private(set) var values: [JinjaValue] = []
    private var index: [JinjaKey: Int] = [:]

    public init() {}

    public var count: Int { keys.count }

    public subscript(name: String) -> JinjaValue? {
        get { index[.text(name)].map { values[$0] } }
        set { put(.text(name), .string(name), newValue) }
    }

    /// The position of `key` in ``keys``, or nil.
    func position(of key: JinjaKey) -> Int? { index[key] }

    func put(_ key: JinjaKey, _ original: JinjaValue, _ value: JinjaValue?) {
        if let position = index[key] {
            if let value { values[position] = value } else { remove(at: position, key) }
        } else if let value {
            index[key] = keys.count
            keys.append(original)
            values.append(value)
        }
    }

    private func remove(at position: Int, _ key: JinjaKey) {
        keys.remove(at: position)
        values.remove(at: position)
        index[key] = nil
        for (other, place) in index where place > position { index[other] = place - 1 }
    }

    func removeAll() {
        keys = []
        values = []
        index = [:]
    }

    /// The pairs whose keys are texts.
    public var textPairs: [(String, JinjaValue)] {
        zip(keys, values).compactMap { key, value in
            guard case .string(let name) = key else { return nil }
            return (name, value)
        }
    }
}

/// What a dictionary key is compared by: as in Python, 1, 1.0 and true are one key.
enum JinjaKey: Hashable {
    case none
    case number(Double)
    case whole(Int)
    case text(String)
    case tuple([JinjaKey])
    case object(ObjectIdentifier)

    init(_ value: JinjaValue) throws(JinjaFault) {
        switch value {
        case .undefined(let name): throw JinjaFault("'\(name)' is undefined")
        case .none: self = .none
        case .bool(let flag): self = .whole(flag ? 1 : 0)
        case .int(let number): self = .whole(number)
        case .double(let number):
            if let whole = Int(exactly: number) {
                self = .whole(whole)
            } else {
                self = .number(number)
            }
        case .string(let text): self = .text(text)
        case .tuple(let items):
            var keys: [JinjaKey] = []
            for item in items { keys.append(try JinjaKey(item)) }
            self = .tuple(keys)
        case .list, .dict: throw JinjaFault("unhashable type: '\(value.typeName)'")
        case .object(let object):
            self =
                object.keyText.map { .tuple([.text(object.typeName), .text($0)]) }
                ?? .object(ObjectIdentifier(object))
        }
    }
}

/// Something that a host offers to templates: a function, a relation, a result.
open class JinjaObject {
    public init() {}
    /// How `{{ object }}` prints it.
    open var text: String { "<\(typeName)>" }
    /// The name in error messages.
    open var typeName: String { "object" }
    open var isTrue: Bool { true }
    open var isCallable: Bool { false }
    /// What equal objects have in common as keys of a dictionary; nil: each is a key of its own.
    open var keyText: String? { nil }
    /// Whether `is mapping` holds for it.
    open var isMapping: Bool { false }
    /// `object.name`; nil means it has no such attribute.
    open func attribute(_ name: String) throws -> JinjaValue? { nil }
    /// `object[key]`; nil means it has no such item.
    open func item(_ key: JinjaValue) throws -> JinjaValue? {
        if case .string(let name) = key { return try attribute(name) }
        return nil
    }
    /// What a loop over it sees; nil means that it cannot be looped over.
    open func iterated() throws -> [JinjaValue]? { nil }
    /// `{% set object.name = value %}`; false means that it takes none.
    open func assign(_ name: String, _ value: JinjaValue) -> Bool { false }
    open func call(_ call: JinjaCall) throws -> JinjaValue {
        throw JinjaFault("'\(typeName)' is not callable")
    }
    /// `object + other` and so on, by the operator's symbol; nil means that it has no such one.
    open func combined(with other: JinjaValue, by symbol: String) throws -> JinjaValue? { nil }
    /// Whether it equals another object; the same one by default.
    open func equals(_ other: JinjaObject) -> Bool { self === other }
}

/// The arguments of one call, with the renderer that makes it.
public struct JinjaCall {
    public var positional: [JinjaValue]
    public var named: [(String, JinjaValue)]
    public let renderer: JinjaRenderer

    public init(
        _ positional: [JinjaValue], named: [(String, JinjaValue)] = [], renderer: JinjaRenderer
    ) {
        self.positional = positional
        self.named = named
        self.renderer = renderer
    }

    /// The argument at `index` or named `name`; nil where it was not given.
    public func argument(_ index: Int, _ name: String) -> JinjaValue? {
        if index < positional.count { return positional[index] }
        return named.first { $0.0 == name }?.1
    }

    /// The argument, which must be there.
    public func required(_ index: Int, _ name: String) throws(JinjaFault) -> JinjaValue {
        guard let value = argument(index, name) else {
            throw JinjaFault("the argument '\(name)' is missing", remedy: "Pass '\(name)'.")
        }
        return value
    }

    /// The argument as text.
    public func text(_ index: Int, _ name: String) throws(JinjaFault) -> String {
        let value = try required(index, name)
        if case .undefined(let missing) = value { throw JinjaFault("'\(missing)' is undefined") }
        return try value.text()
    }
}

/// A function written in Swift.
public final class JinjaFunction: JinjaObject {
    public let name: String
    private let body: (JinjaCall) throws -> JinjaValue

    public init(_ name: String, _ body: @escaping (JinjaCall) throws -> JinjaValue) {
        self.name = name
        self.body = body
    }

    public override var text: String { "<function \(name)>" }
    public override var typeName: String { "function" }
    public override var isCallable: Bool { true }
    public override func call(_ call: JinjaCall) throws -> JinjaValue { try body(call) }
}

/// `namespace(a=1)`: what loops may write to.
final class JinjaNamespace: JinjaObject {
    let fields = JinjaDict()
    override var typeName: String { "Namespace" }
    override func attribute(_ name: String) -> JinjaValue? { fields[name] }
    override func assign(_ name: String, _ value: JinjaValue) -> Bool {
        fields[name] = value
        return true
    }
}
