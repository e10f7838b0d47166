/// A macro with the names that its file binds.
public final class JinjaMacro: JinjaObject {
    let syntax: MacroSyntax
    let template: JinjaTemplate?
    private let scope: Scope

    init(_ syntax: MacroSyntax, template: JinjaTemplate?, scope: Scope) {
        self.syntax = syntax
        self.template = template
        self.scope = scope
    }

    public var name: String { syntax.name }
    /// The names of its parameters, in order.
    public var parameterNames: [String] { syntax.parameters.map(\.name) }
    public override var text: String { "<Macro '\(syntax.name)'>" }
    public override var typeName: String { "Macro" }
    public override var isCallable: Bool { true }

    public override func attribute(_ name: String) throws -> JinjaValue? {
        switch name {
        case "name": .string(syntax.name)
        case "arguments": .tuple(syntax.parameters.map { .string($0.name) })
        case "catch_kwargs": .bool(syntax.usesKwargs)
        case "catch_varargs": .bool(syntax.usesVarargs)
        case "caller": .bool(syntax.usesCaller)
        default: nil
        }
    }

    public override func call(_ call: JinjaCall) throws -> JinjaValue {
        let renderer = call.renderer
        let inner = Scope(parent: scope)
        var named = call.named
        var missing: [(name: String, fallback: Expression?)] = []
        for (index, parameter) in syntax.parameters.enumerated() {
            let place = named.firstIndex { $0.0 == parameter.name }
            if index < call.positional.count {
                guard place == nil else {
                    throw JinjaFault(
                        "macro '\(name)' got multiple values for argument '\(parameter.name)'")
                }
                inner.set(parameter.name, call.positional[index])
            } else if let place {
                inner.set(parameter.name, named.remove(at: place).1)
            } else {
                missing.append(parameter)
                inner.set(parameter.name, .undefined(parameter.name))
            }
        }
        try bindRest(call, named, inner)
        let saved = (renderer.template, renderer.here)
        renderer.calls.append((name, renderer.template, renderer.here))
        renderer.template = template
        let depth = renderer.depth
        var result: JinjaValue
        do {
            for parameter in missing {
                if let fallback = parameter.fallback {
                    inner.set(parameter.name, try renderer.evaluate(fallback, inner))
                }
            }
            result = .string(
                try renderer.capture { try renderer.execute(syntax.body, inner) })
        } catch is ReturnSignal where name != "caller" {
            result = renderer.returned
        }
        renderer.depth = depth
        renderer.calls.removeLast()
        (renderer.template, renderer.here) = saved
        return result
    }

    private func bindRest(
        _ call: JinjaCall, _ given: [(String, JinjaValue)], _ inner: Scope
    ) throws(JinjaFault) {
        var named = given
        if let place = named.firstIndex(where: { $0.0 == "caller" }), syntax.usesCaller {
            inner.set("caller", named.remove(at: place).1)
        } else if syntax.usesCaller {
            inner.set("caller", .undefined("caller"))
        }
        if syntax.usesKwargs {
            inner.set("kwargs", .mapping(named))
        } else if let extra = named.first {
            let near = nearest(
                to: extra.0, among: Set(syntax.parameters.map(\.name)))
            throw JinjaFault(
                "macro '\(name)' takes no keyword argument '\(extra.0)'",
                remedy: near.map { "Write '\($0)' instead." }
                    ?? "Remove it, or add it to the macro's parameters.")
        }
        let extra = call.positional.dropFirst(syntax.parameters.count)
        if syntax.usesVarargs {
            inner.set("varargs", .tuple(Array(extra)))
        } else if !extra.isEmpty {
            throw JinjaFault(
                "macro '\(name)' takes not more than \(syntax.parameters.count) argument(s)",
                remedy: "Remove the arguments that are too many.")
        }
    }
}

/// `loop` inside a loop.
final class LoopState: JinjaObject {
    private let items: [JinjaValue]
    private let loop: Loop
    private let scope: Scope
    private let level: Int
    private var lastSeen: [JinjaValue]?
    var index = 0

    init(items: [JinjaValue], loop: Loop, scope: Scope, level: Int) {
        self.items = items
        self.loop = loop
        self.scope = scope
        self.level = level
    }

    override var typeName: String { "LoopContext" }
    override var text: String { "<LoopContext \(index + 1)/\(items.count)>" }
    override var isCallable: Bool { loop.isRecursive }

    override func attribute(_ name: String) -> JinjaValue? {
        switch name {
        case "index": .int(index + 1)
        case "index0": .int(index)
        case "revindex": .int(items.count - index)
        case "revindex0": .int(items.count - index - 1)
        case "first": .bool(index == 0)
        case "last": .bool(index == items.count - 1)
        case "length": .int(items.count)
        case "depth": .int(level + 1)
        case "depth0": .int(level)
        case "previtem":
            index > 0 ? items[index - 1] : .undefined("there is no previous item")
        case "nextitem":
            index + 1 < items.count ? items[index + 1] : .undefined("there is no next item")
        case "cycle":
            .object(
                JinjaFunction("cycle") { [index] call in
                    guard !call.positional.isEmpty else {
                        throw JinjaFault("no items for cycling given")
                    }
                    return call.positional[index % call.positional.count]
                })
        case "changed":
            .object(
                JinjaFunction("changed") { [unowned self] call in
                    let same = lastSeen.map {
                        JinjaValue.tuple($0).equals(.tuple(call.positional))
                    }
                    lastSeen = call.positional
                    return .bool(same != true)
                })
        default: nil
        }
    }

    override func call(_ call: JinjaCall) throws -> JinjaValue {
        guard loop.isRecursive else {
            throw JinjaFault(
                "The loop must have the 'recursive' marker to be called recursively.")
        }
        let items = try call.required(0, "iterable")
        return .string(
            try call.renderer.capture {
                try call.renderer.run(loop, over: items, scope, level: level + 1)
            })
    }
}
