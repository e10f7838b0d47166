import Glibc
import TextSearch

/// A regular expression that values are searched for; belongs to one thread.
///
/// Most patterns run in the automaton of `TextSearch`, whose time is in proportion to the value.
/// What it does not know (look-around, back references, letters beyond ASCII in `\w`, line ends
/// in a value) falls to the standard library's engine, which is slower and backtracks.
final class ValueSearch {
    private let scanner: LineScanner?
    private let pattern: String
    /// Whether `\w` and its kin occur, which the automaton reads as ASCII.
    private let hasLetterClasses: Bool
    private var general: Regex<AnyRegexOutput>?

    /// - Throws: where the pattern is none.
    init(_ written: String) throws {
        let pattern = Self.withPlainClasses(written)
        self.pattern = pattern
        var isEscaped = false
        var hasClasses = false
        for scalar in pattern.unicodeScalars {
            if isEscaped, "wWdDsSbB".unicodeScalars.contains(scalar) { hasClasses = true }
            isEscaped = !isEscaped && scalar == "\\"
        }
        hasLetterClasses = hasClasses
        do {
            scanner = LineScanner(try TextPattern(pattern, letterCase: .matters))
        } catch {
            scanner = nil
            general = try Self.general(pattern)
        }
    }

    /// `pattern` with what has a meaning of its own within brackets here, but none in Python, as
    /// plain characters: `[` (and so `[:alpha:]`), `&&`, `--` and `~~`.
    static func withPlainClasses(_ pattern: String) -> String {
        var result = String.UnicodeScalarView()
        var isEscaped = false
        var isInClass = false
        var isFirst = false
        var last: Unicode.Scalar?
        for scalar in pattern.unicodeScalars {
            defer { last = isEscaped ? nil : scalar }
            guard !isEscaped else {
                isEscaped = false
                isFirst = false
                result.append(scalar)
                continue
            }
            switch scalar {
            case "\\": isEscaped = true
            case "[" where !isInClass:
                isInClass = true
                isFirst = true
                result.append(scalar)
                continue
            case "^" where isInClass && isFirst && last == "[":
                result.append(scalar)
                continue
            case "]" where isInClass && isFirst: result.append("\\")
            case "]" where isInClass: isInClass = false
            case "[" where isInClass: result.append("\\")
            case "&" where isInClass && last == "&", "~" where isInClass && last == "~":
                result.append("\\")
            default: break
            }
            isFirst = false
            result.append(scalar)
        }
        return String(result)
    }

    private static func general(_ pattern: String) throws -> Regex<AnyRegexOutput> {
        try Regex(pattern).matchingSemantics(.unicodeScalar).wordBoundaryKind(.simple)
    }

    func matches(_ value: UnsafeRawBufferPointer) -> Bool {
        if let scanner, isPlain(value) { return scanner.matches(value, 0..<value.count) }
        guard let regex = regex() else { return false }
        let text = String(decoding: value, as: UTF8.self)
        if isFound(regex, in: text[...]) { return true }
        // `$` also stands before a line end that is the last character.
        return value.last == 10 && isFound(regex, in: text.dropLast())
    }

    private func isFound(_ regex: Regex<AnyRegexOutput>, in text: Substring) -> Bool {
        do {
            return try regex.firstMatch(in: text) != nil
        } catch {
            return false
        }
    }

    private func regex() -> Regex<AnyRegexOutput>? {
        if general == nil { general = try? Self.general(pattern) }
        return general
    }

    private func isPlain(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let base = value.baseAddress else { return true }
        if memchr(base, 10, value.count) != nil { return false }
        return !hasLetterClasses || value.allSatisfy { $0 < 128 }
    }
}
