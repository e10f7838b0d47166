/// Arguments that are SQL and begin with a comment, which the parser would take for an option.
enum ArgumentText {
    /// Said before such an argument; no SQL begins with it.
    private static let mark = "\u{FEFF}"

    /// The arguments as the parser gets them.
    static func forParsing(
        _ arguments: [String] = Array(CommandLine.arguments.dropFirst())
    ) -> [String] {
        DbtArguments.removed(from: arguments).map { isComment($0) ? mark + $0 : $0 }
    }

    /// An argument as it was on the command line.
    static func asGiven(_ argument: String) -> String {
        argument.hasPrefix(mark) ? String(argument.dropFirst()) : argument
    }

    /// `-- words` or `--words` with more lines below; an option has neither.
    private static func isComment(_ text: String) -> Bool {
        guard text.hasPrefix("--"), let third = text.dropFirst(2).first else { return false }
        if third.isWhitespace { return true }
        let line = text.prefix { !$0.isNewline }
        return line.utf8.count < text.utf8.count && !line.contains("=")
    }
}
