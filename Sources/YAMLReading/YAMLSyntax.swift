internal import CYaml
internal import Domain

extension YAMLFailure {
    /// libyaml's refusal in words for people: what it met, what that usually comes from.
    init(of parser: yaml_parser_t, in buffer: UnsafeBufferPointer<UInt8>) {
        let problem = parser.problem.map { String(cString: $0) } ?? "unreadable"
        let context = parser.context.map { String(cString: $0) } ?? ""
        let since = parser.context_mark
        let place = parser.problem_mark
        at = Int(place.index)
        let ahead = Self.character(at: at, in: buffer)
        switch problem {
        case "found character that cannot start any token" where ahead == "\t",
            "found a tab character where an indentation space is expected",
            "found a tab character that violates indentation":
            self.problem = "a tab stands where YAML wants blanks"
            remedy = "Indent with blanks only."
        case "found character that cannot start any token":
            self.problem = "a value cannot start with '\(ahead.map { String($0) } ?? "")'"
            remedy = "Put the value in quotes."
        case "could not find expected ':'":
            at = Int(since.index)
            self.problem = "a key without ':'"
            remedy = "Write 'key: value', with a blank after the colon."
        case "mapping values are not allowed in this context":
            self.problem = "a ': ' is not allowed here"
            remedy = "Put a text that contains ': ' in quotes, or fix the indentation."
        case "did not find expected key":
            self.problem =
                "expected a key of the mapping that starts on line \(since.line + 1)"
            remedy = "Indent this line as the lines above it; close quotes and brackets."
        case "did not find expected ',' or '}'", "did not find expected ',' or ']'":
            let closing = problem.hasSuffix("'}'") ? "}" : "]"
            self.problem =
                "expected ',' or '\(closing)': the bracket of line \(since.line + 1) is still open"
            remedy = "Close it, or put the text in quotes."
        case "did not find expected '-' indicator":
            self.problem = "expected '- ' as in the list that starts on line \(since.line + 1)"
            remedy = "Indent this line as the list's other lines."
        case "found unexpected end of stream":
            at = Int(since.index)
            self.problem = "this quote is never closed"
            remedy = "Close it."
        case "block sequence entries are not allowed in this context":
            self.problem = "a list item is not allowed here"
            remedy = "Start the list on a line of its own."
        case "found unknown escape character":
            self.problem = "unknown escape in double quotes"
            remedy = "Write '\\\\' for a backslash, or use single quotes."
        case let text where text.hasPrefix("Maximum nesting level"):
            self.problem = "this lies more than \(YAMLTree.depthLimit) levels deep"
            remedy = "Flatten it: no file needs that."
        default:
            self.problem = "no valid YAML: " + problem + (context.isEmpty ? "" : " \(context)")
            remedy = "Check quotes, brackets and indentation here and on the line before."
        }
    }

    private static func character(
        at index: Int, in buffer: UnsafeBufferPointer<UInt8>
    ) -> Unicode.Scalar? {
        var left = index
        for byte in buffer where byte & 0xc0 != 0x80 {
            if left == 0 { return byte < 0x80 ? Unicode.Scalar(byte) : nil }
            left -= 1
        }
        return nil
    }
}
