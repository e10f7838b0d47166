/// One token of a template.
enum Token: Equatable, Sendable {
    case data(String)
    case blockBegin, blockEnd
    case variableBegin, variableEnd
    case name(String)
    case string(String)
    case int(Int)
    /// A whole number beyond 64 bits, in decimal digits.
    case bigInteger(String)
    case float(Double)
    case symbol(String)
    case end

    /// How an error names the token.
    var shown: String {
        switch self {
        case .data: "text"
        case .blockBegin: "'{%'"
        case .blockEnd: "'%}'"
        case .variableBegin: "'{{'"
        case .variableEnd: "'}}'"
        case .name(let name): "'\(name)'"
        case .string(let text): "the string '\(text)'"
        case .int(let number): "'\(number)'"
        case .bigInteger(let digits): "'\(digits)'"
        case .float(let number): "'\(number)'"
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "the end of the template"
        }
    }
}

struct PlacedToken: Sendable {
    var token: Token
    /// Offset in bytes from the start of the normalised text.
    var offset: Int
}

/// A syntax error, by offset; the template turns it into a place.
struct SyntaxFault: Error {
    var message: String
    var offset: Int
    var remedy = "Correct the template at this place."
}

extension UInt8 {
    var isSpace: Bool { self == 32 || (self >= 9 && self <= 13) || (self >= 28 && self <= 31) }
    var isDigit: Bool { self >= 48 && self <= 57 }
    var isNameStart: Bool {
        (self >= 97 && self <= 122) || (self >= 65 && self <= 90) || self == 95 || self >= 128
    }
    var isNamePart: Bool { isNameStart || isDigit }
}
