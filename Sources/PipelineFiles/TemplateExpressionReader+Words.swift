internal import Domain

/// Words and literals.
extension TemplateExpressionReader {
    var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    var unclosed: Failure {
        Failure(
            at: position, problem: "'{{' is never closed",
            remedy: "Close it with '}}'; for the characters themselves write {{ \"{{\" }}.",
            isUnclosed: true)
    }

    mutating func skipBlanks() {
        while let next = peek, next.isTemplateBlank { position += 1 }
    }

    static func startsName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "_": true
        default: false
        }
    }

    static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
        startsName(scalar) || ("0"..."9").contains(scalar)
    }

    /// Whether this word comes next.
    func isWord(_ word: String) -> Bool {
        let end = position + word.unicodeScalars.count
        return scalars[position...].starts(with: word.unicodeScalars)
            && (end >= scalars.count || !Self.continuesName(scalars[end]))
    }

    mutating func readWord() -> String {
        var word = String.UnicodeScalarView()
        while let next = peek, Self.continuesName(next) {
            word.append(next)
            position += 1
        }
        return String(word)
    }

    /// The name after a `.`, or in `['…']`.
    mutating func readMember(of owner: String, example: String) throws(Failure) -> String {
        let start = position
        if peek == "[" {
            position += 1
            if peek == "'" || peek == "\"" {
                let name = try readString()
                if peek == "]" {
                    position += 1
                    return name
                }
            }
        } else if peek == "." {
            position += 1
            let name = readWord()
            if !name.isEmpty { return name }
        }
        throw Failure(
            at: start, problem: "'\(owner)' needs a name after it",
            remedy: "Write for example \(example).")
    }

    mutating func readString() throws(Failure) -> String {
        let start = position
        let quote = scalars[position]
        position += 1
        var text = String.UnicodeScalarView()
        while let next = peek, next != quote {
            position += 1
            guard next == "\\", let escaped = peek else {
                text.append(next)
                continue
            }
            position += 1
            switch escaped {
            case "n": text.append("\n")
            case "t": text.append("\t")
            case "\\", "'", "\"": text.append(escaped)
            default:
                text.append("\\")
                text.append(escaped)
            }
        }
        guard peek == quote else {
            throw Failure(
                at: start, problem: "this quote is never closed", remedy: "Close it.")
        }
        position += 1
        return String(text)
    }

    mutating func readNumber() throws(Failure) -> Int {
        let start = position
        var text = ""
        if peek == "-" {
            text = "-"
            position += 1
        }
        while let next = peek, ("0"..."9").contains(next) {
            text.unicodeScalars.append(next)
            position += 1
        }
        guard let number = Int(text) else {
            throw Failure(
                at: start, problem: "'\(text.short)' is no number",
                remedy: "Write a whole number such as -7.")
        }
        return number
    }
}

extension Unicode.Scalar {
    /// Blanks and line breaks, as templates see them.
    var isTemplateBlank: Bool { self == " " || self == "\n" || self == "\t" || self == "\r" }
}
