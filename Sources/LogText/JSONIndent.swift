/// A JSON text with each value on a line of its own.
public enum JSONIndent {
    /// The lines of `text`, indented by two blanks a level; what is no JSON comes out in some other
    /// order of lines, but whole. Empty lists and objects stay on one line. O(length).
    public static func lines(of text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        var (depth, isInText, isEscaped) = (0, false, false)
        func begin() {
            lines.append(line)
            line = String(repeating: "  ", count: min(depth, deepest))
        }
        var before: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if isInText {
                line.unicodeScalars.append(scalar)
                (isInText, isEscaped) = (isEscaped || scalar != "\"", !isEscaped && scalar == "\\")
                before = scalar
                continue
            }
            switch scalar {
            case " ", "\t", "\n", "\r": continue
            case "}", "]":
                depth -= 1
                if before != "{", before != "[" { begin() }
                line.unicodeScalars.append(scalar)
            default:
                if before == "{" || before == "[" || before == "," { begin() }
                line.unicodeScalars.append(scalar)
                if scalar == ":" { line += " " }
                if scalar == "{" || scalar == "[" { depth += 1 }
                isInText = scalar == "\""
            }
            before = scalar
        }
        return lines + [line]
    }

    /// Levels beyond are not indented further.
    private static let deepest = 40
}
