/// An expression with the offsets that errors need.
indirect enum Expression: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case bigInteger(String)
    case float(Double)
    case string(String)
    case name(String, Int)
    case list([Expression])
    case tuple([Expression])
    case dict([(Expression, Expression)])
    case attribute(Expression, String, Int)
    case item(Expression, Expression, Int)
    case slice(Expression, from: Expression?, to: Expression?, step: Expression?, Int)
    case call(Expression, CallArguments, Int)
    /// Without an operand in `{% filter %}` and `{% set x | f %}`.
    case filter(Expression?, String, CallArguments, Int)
    case test(Expression, String, CallArguments, isNegated: Bool, Int)
    case negate(Expression, Int)
    case plus(Expression, Int)
    case binary(BinaryOperator, Expression, Expression, Int)
    case compare(Expression, [(Comparison, Expression)], Int)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case not(Expression)
    case conditional(test: Expression, then: Expression, otherwise: Expression?)
    case concat([Expression])
}

enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"
}

enum Comparison: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contained = "in"
    case notContained = "not in"
}

/// What stands between the parentheses of a call.
struct CallArguments: Sendable {
    var positional: [Expression] = []
    var named: [(String, Expression)] = []
    var spread: Expression?
    var spreadNamed: Expression?
}

/// What an assignment writes to.
indirect enum Target: Sendable {
    case name(String)
    case attribute(String, String)
    case tuple([Target])
}

indirect enum Statement: Sendable {
    case text(String)
    case output(Expression)
    case conditional([(test: Expression, body: [Statement])], otherwise: [Statement])
    case loop(Loop)
    case set(Target, Expression, Int)
    case setBlock(Target, filter: Expression?, body: [Statement], Int)
    case macro(MacroSyntax)
    case callBlock(CallBlock)
    case filterBlock(Expression, body: [Statement])
    case perform(Expression)
    case with([(Target, Expression)], body: [Statement])
    /// Blocks that a host reads and a render passes over: snapshot, materialization, docs.
    case hostBlock(HostBlock)
}

struct Loop: Sendable {
    var target: Target
    var items: Expression
    var condition: Expression?
    var body: [Statement]
    var otherwise: [Statement]
    var isRecursive: Bool
    var offset: Int
}

/// A macro, a generic test (`test_<name>`) or the body of a call block.
struct MacroSyntax: Sendable {
    var name: String
    var parameters: [(name: String, fallback: Expression?)]
    var body: [Statement]
    var usesVarargs = false
    var usesKwargs = false
    var usesCaller = false
    var offset: Int
}

struct CallBlock: Sendable {
    var call: Expression
    var caller: MacroSyntax
    var offset: Int
}

struct HostBlock: Sendable {
    var kind: String
    var name: String
    var body: [Statement]
    var offset: Int
    /// Bytes of the text between the opening and the closing tag.
    var bodyRange: Range<Int>
}
