import Domain

/// Renders templates: one renderer is one thread's work, with one context and one budget.
///
/// A render never runs longer than its ``JinjaLimits`` allow, whatever the template.
public final class JinjaRenderer {
    /// Where global names are found; a host may exchange it between renders.
    public var context: any JinjaContext
    public let limits: JinjaLimits

    var template: JinjaTemplate?
    var output = ""
    /// Bytes of outputs that are set aside while a block is captured.
    private var reserved = 0
    var stepsLeft: Int
    var depth = 0
    /// Where the last operation began; on a fault, its place.
    var here = 0
    /// What the last `return` was given.
    var returned = JinjaValue.none
    var calls: [(name: String, template: JinjaTemplate?, offset: Int)] = []

    public init(context: any JinjaContext, limits: JinjaLimits = JinjaLimits()) {
        self.context = context
        self.limits = limits
        stepsLeft = limits.steps
    }

    /// Renders the whole template to text.
    public func render(_ template: JinjaTemplate) throws -> String {
        try top(template) {
            try execute(template.body, Scope())
            return output
        }
    }

    /// Renders a template that is exactly one `{{ … }}` to that expression's value, and any
    /// other to text, as dbt does with values in YAML.
    public func renderNative(_ template: JinjaTemplate) throws -> JinjaValue {
        try top(template) {
            if template.body.count == 1, case .output(let expression) = template.body[0] {
                return try evaluate(expression, Scope())
            }
            try execute(template.body, Scope())
            return .string(output)
        }
    }

    /// The macros of a template as values to call, by name, in order. They see the names that
    /// their file binds at its top, and the context of the render that calls them.
    public func macros(of template: JinjaTemplate) throws -> [(String, JinjaValue)] {
        try top(template) {
            let scope = Scope()
            for statement in template.body {
                switch statement {
                case .macro, .set: try execute([statement], scope)
                default: continue
                }
            }
            return scope.bindings.filter {
                if case .object(let object) = $0.1 { object is JinjaMacro } else { false }
            }
        }
    }

    /// Calls a value, such as a macro, from the host.
    public func call(
        _ value: JinjaValue, _ positional: [JinjaValue] = [],
        named: [(String, JinjaValue)] = []
    ) throws -> JinjaValue {
        let saved = (calls, depth)
        do {
            return try invoke(value, positional, named)
        } catch let fault as JinjaFault {
            let error = located(fault)
            (calls, depth) = saved
            throw error
        } catch {
            (calls, depth) = saved
            throw error
        }
    }

    /// Where the render is now: the last operation that began.
    public var position: JinjaPosition? {
        template.map { JinjaPosition(template: $0, offset: here) }
    }

    /// Runs `work` with a budget and an output of its own.
    private func top<Result>(
        _ template: JinjaTemplate, _ work: () throws -> Result
    ) throws -> Result {
        let saved = (self.template, output, stepsLeft, depth, here, calls, reserved)
        self.template = template
        output = ""
        if depth == 0 { stepsLeft = limits.steps }
        defer { (self.template, output, _, depth, here, calls, reserved) = saved }
        do {
            return try work()
        } catch let fault as JinjaFault {
            throw located(fault)
        } catch is ReturnSignal {
            throw located(
                JinjaFault("'return' outside of a macro", remedy: "Use it inside a macro."))
        }
    }

    /// A fault with the place at which it happened.
    func located(_ fault: JinjaFault) -> any Error {
        guard let template else { return fault }
        let chain = calls.suffix(12).map { call in
            guard let caller = call.template else { return call.name }
            return "\(call.name) called at \(caller.file):\(caller.place(of: call.offset).line)"
        }
        return template.error(
            at: here, fault.message, remedy: fault.remedy, calls: Self.counted(chain))
    }

    /// What stands there several times on end, as a macro does that calls itself, once.
    private static func counted(_ calls: [String]) -> [String] {
        var result: [(call: String, count: Int)] = []
        for call in calls {
            if result.last?.call == call {
                result[result.count - 1].count += 1
            } else {
                result.append((call, 1))
            }
        }
        return result.map { $0.count == 1 ? $0.call : "\($0.call), again and again" }
    }

    func step() throws(JinjaFault) {
        stepsLeft -= 1
        guard stepsLeft > 0 else {
            throw JinjaFault(
                "stopped after \(limits.steps) steps",
                remedy: "Look for a loop that makes too much, or split the work.")
        }
    }

    func enter() throws(JinjaFault) {
        depth += 1
        guard depth <= limits.depth else {
            throw JinjaFault(
                "maximum recursion depth exceeded",
                remedy: "Look for a macro that calls itself without an end.")
        }
    }

    func write(_ text: String) throws(JinjaFault) {
        output += text
        guard output.utf8.count + reserved <= limits.bytes else {
            throw JinjaFault(
                "the output grew beyond \(limits.bytes) bytes",
                remedy: "Look for a loop that prints too much.")
        }
    }

    /// What `body` writes, instead of writing it.
    func capture(_ body: () throws -> Void) throws -> String {
        let saved = output
        reserved += saved.utf8.count
        output = ""
        defer {
            output = saved
            reserved -= saved.utf8.count
        }
        try body()
        return output
    }

    // MARK: Statements

    func execute(_ statements: [Statement], _ scope: Scope) throws {
        try enter()
        for statement in statements {
            try step()
            try execute(statement, scope)
        }
        depth -= 1
    }

    private func execute(_ statement: Statement, _ scope: Scope) throws {
        switch statement {
        case .text(let text): try write(text)
        case .output(let expression):
            let value = try evaluate(expression, scope)
            if case .string(let text) = value { try write(text) } else { try write(value.text()) }
        case .conditional(let branches, let otherwise):
            for branch in branches where try evaluate(branch.test, scope).isTrue {
                return try execute(branch.body, scope)
            }
            if !otherwise.isEmpty { try execute(otherwise, scope) }
        case .loop(let loop): try run(loop, scope)
        case .set(let target, let expression, let offset):
            let value = try evaluate(expression, scope)
            here = offset
            try assign(target, value, scope)
        case .setBlock(let target, let filter, let body, let offset):
            var value = JinjaValue.string(
                try capture { try execute(body, Scope(parent: scope)) })
            if let filter { value = try evaluate(filter, scope, piped: value) }
            here = offset
            try assign(target, value, scope)
        case .macro(let syntax):
            scope.set(
                syntax.name, .object(JinjaMacro(syntax, template: template, scope: scope)))
        case .callBlock(let block):
            let caller = JinjaMacro(block.caller, template: template, scope: scope)
            let value = try evaluateCall(block.call, scope, caller: caller)
            try write(value.text())
        case .filterBlock(let filter, let body):
            let text = try capture { try execute(body, Scope(parent: scope)) }
            try write(try evaluate(filter, scope, piped: .string(text)).text())
        case .perform(let expression): _ = try evaluate(expression, scope)
        case .with(let bindings, let body):
            let inner = Scope(parent: scope)
            for (target, expression) in bindings {
                try assign(target, try evaluate(expression, scope), inner)
            }
            try execute(body, inner)
        case .hostBlock: break
        }
    }

    func assign(_ target: Target, _ value: JinjaValue, _ scope: Scope) throws {
        switch target {
        case .name(let name): scope.set(name, value)
        case .attribute(let name, let field):
            guard case .object(let object)? = find(name, scope), object.assign(field, value)
            else {
                throw JinjaFault(
                    "cannot assign attribute on non-namespace object",
                    remedy: "Make it with {% set \(name) = namespace(\(field)=…) %} first.")
            }
        case .tuple(let targets):
            let items = try value.iterated()
            guard items.count == targets.count else {
                throw JinjaFault(
                    items.count < targets.count
                        ? "not enough values to unpack (expected \(targets.count), got \(items.count))"
                        : "too many values to unpack (expected \(targets.count))")
            }
            for (part, item) in zip(targets, items) { try assign(part, item, scope) }
        }
    }

    private func run(_ loop: Loop, _ scope: Scope) throws {
        let value = try evaluate(loop.items, scope)
        here = loop.offset
        try run(loop, over: value, scope, level: 0)
    }

    func run(_ loop: Loop, over value: JinjaValue, _ scope: Scope, level: Int) throws {
        var items = try value.iterated()
        if let condition = loop.condition {
            items = try items.filter { item in
                let inner = Scope(parent: scope)
                try assign(loop.target, item, inner)
                return try evaluate(condition, inner).isTrue
            }
        }
        if items.isEmpty {
            if !loop.otherwise.isEmpty { try execute(loop.otherwise, Scope(parent: scope)) }
            return
        }
        let state = LoopState(items: items, loop: loop, scope: scope, level: level)
        for (index, item) in items.enumerated() {
            try step()
            state.index = index
            let inner = Scope(parent: scope)
            inner.set("loop", .object(state))
            try assign(loop.target, item, inner)
            try execute(loop.body, inner)
        }
    }

    func find(_ name: String, _ scope: Scope) -> JinjaValue? {
        if let value = scope.lookUp(name) {
            if case .object(let object) = value, object is JinjaMacro,
                let other = context.replacement(of: object, named: name)
            {
                return other
            }
            return value
        }
        return context.value(of: name) ?? Globals.value(of: name)
    }
}
