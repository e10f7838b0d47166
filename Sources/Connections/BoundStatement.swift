import SQLText

/// A statement whose parameters were replaced by what its engine takes.
struct BoundStatement {
    /// What a parameter becomes.
    enum Style {
        /// `$1`, with the values beside the text (PostgreSQL).
        case numbered
        /// The value itself (DuckDB's program takes no values beside the text).
        case literal
    }

    private(set) var text: [UInt8] = []
    /// The values of `$1`, `$2`, … where the style is `numbered`.
    private(set) var values: [CellValue] = []
    /// Where parts of `text` stood in the statement: pairs of bytes, rising.
    private var origins: [(here: Int, there: Int)] = []

    /// Replaces what has a value. Within brackets (`list[1:n]`) what has none is left alone.
    init(
        _ statement: StatementText, of bytes: [UInt8], _ parameters: [String: CellValue],
        _ engine: DatabaseEngine, _ style: Style
    ) throws(DatabaseError) {
        var copied = statement.range.lowerBound
        var (brackets, places) = (0, 0)
        var numbers: [String: Int] = [:]
        for token in statement.tokens {
            if token.kind == .punctuation {
                if bytes[token.range.lowerBound] == UInt8(ascii: "[") { brackets += 1 }
                if bytes[token.range.lowerBound] == UInt8(ascii: "]") { brackets -= 1 }
            }
            guard token.kind == .parameter else { continue }
            // To PostgreSQL a question mark is an operator.
            let isQuestion = bytes[token.range.lowerBound] == UInt8(ascii: "?")
            if isQuestion && engine == .postgresql { continue }
            var name = String(decoding: bytes[token.range].dropFirst(), as: UTF8.self)
            if name.isEmpty {
                places += 1
                name = "\(places)"
            }
            guard let value = parameters[name] else {
                if brackets > 0 { continue }
                throw DatabaseError(
                    .missingParameter, engine, "The parameter '\(name)' has no value."
                ).placed(
                    at: token.range.lowerBound, in: String(decoding: bytes, as: UTF8.self),
                    statement: nil)
            }
            append(bytes[copied..<token.range.lowerBound], from: copied)
            copied = token.range.upperBound
            switch style {
            case .literal: append(Array(SQLQuoting.literal(value).utf8)[...], from: copied)
            case .numbered:
                if numbers[name] == nil {
                    values.append(value)
                    numbers[name] = values.count
                }
                append(Array("$\(numbers[name] ?? 0)".utf8)[...], from: copied)
            }
        }
        append(bytes[copied..<statement.range.upperBound], from: copied)
    }

    /// Puts a NUL behind the text, as C wants it.
    mutating func end() { text.append(0) }

    private mutating func append(_ part: ArraySlice<UInt8>, from there: Int) {
        origins.append((text.count, there))
        text += part
    }

    /// The byte of the whole text that a byte of this one came from.
    func origin(of offset: Int) -> Int {
        guard let part = origins.last(where: { $0.here <= offset }) else { return offset }
        return part.there + (offset - part.here)
    }

    /// The byte of this text's character `index`, from 0.
    func offset(ofCharacter index: Int) -> Int {
        var (offset, left) = (0, index)
        while offset < text.count, left > 0 {
            offset += 1
            while offset < text.count, text[offset] & 0xC0 == 0x80 { offset += 1 }
            left -= 1
        }
        return offset
    }
}
