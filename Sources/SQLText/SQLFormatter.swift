/// Lays SQL out: a clause a line, long lists an item a line, keywords in capitals, comments kept.
///
/// The layout is a function of the tokens and of which comments stand on lines of their own, and it
/// keeps both, so formatting what was formatted changes nothing. A statement that would not read
/// back as the same tokens is left as it is.
public struct SQLFormatter: Sendable {
    public let dialect: SQLDialect
    /// Lists and conditions longer than this many characters are broken.
    public let width: Int

    public init(_ dialect: SQLDialect, width: Int = 88) {
        self.dialect = dialect
        self.width = width
    }

    /// The script laid out, ending in a newline unless it is empty. O(length · depth of brackets).
    public func format(_ text: some StringProtocol) -> String {
        let source = Array(text.utf8)
        let tokens = SQLLexer(dialect).tokens(of: source)
        guard tokens.allSatisfy(\.isTerminated) else { return String(text) }
        let atoms = SQLAtom.atoms(of: tokens, source, dialect)
        guard !atoms.isEmpty else { return "" }
        var printer = SQLPrinter(width: width)
        var statement: [SQLAtom] = []
        var body = SQLBody()
        for atom in atoms {
            if statement.isEmpty, atom.text.isEmpty {
                printer.separate()
                printer.write(atom, indent: 0)
                continue
            }
            statement.append(atom)
            if atom.token == .word { body.take(Array(atom.text.utf8)[...]) }
            if atom.text == ";", !body.isOpen {
                printer.separate()
                printer.printStatement(SQLNode.nodes(of: statement), indent: 0)
                statement = []
                body = SQLBody()
            }
        }
        if !statement.isEmpty {
            printer.separate()
            printer.printStatement(SQLNode.nodes(of: statement), indent: 0)
        }
        let result = printer.finished
        return isSame(tokens, source, Array(result.utf8)) ? result : String(text)
    }

    /// Whether two texts are the same but for blanks and the case of words.
    private func isSame(_ tokens: [SQLToken], _ source: [UInt8], _ result: [UInt8]) -> Bool {
        let left = tokens.filter { $0.kind != .space }
        let right = SQLLexer(dialect).tokens(of: result).filter { $0.kind != .space }
        guard left.count == right.count else { return false }
        return zip(left, right).allSatisfy { one, other in
            guard one.kind == other.kind, one.range.count == other.range.count else { return false }
            let (a, b) = (source[one.range], result[other.range])
            return one.kind == .word
                ? zip(a, b).allSatisfy { Self.lower($0) == Self.lower($1) } : a == b
        }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}

/// A token with the comments that belong to it.
struct SQLAtom {
    var token: SQLToken.Kind
    var text: String
    /// In lower case; nil where it is no word.
    var word: String?
    /// Comments on lines of their own before it.
    var leading: [String] = []
    /// Comments behind it on its line, and whether they end it.
    var trailing: [String] = []
    var endsLine = false
    var spaceBefore = true

    var isSimple: Bool { leading.isEmpty && trailing.isEmpty && !text.contains("\n") }

    static func atoms(
        of tokens: [SQLToken], _ bytes: [UInt8], _ dialect: SQLDialect
    ) -> [SQLAtom] {
        var atoms: [SQLAtom] = []
        var leading: [String] = []
        var onNewLine = true
        for token in tokens {
            var text = String(decoding: bytes[token.range], as: UTF8.self)
            switch token.kind {
            case .space: if text.utf8.contains(0x0A) { onNewLine = true }
            case .lineComment, .blockComment:
                // A carriage return belongs to the end of the line.
                while text.utf8.last == 0x0D || text.last == "\r\n" { text.removeLast() }
                if onNewLine || atoms.isEmpty || !leading.isEmpty {
                    leading.append(text)
                } else {
                    atoms[atoms.count - 1].trailing.append(text)
                    atoms[atoms.count - 1].endsLine = token.kind == .lineComment
                }
                if token.kind == .lineComment { onNewLine = true }
            default:
                onNewLine = false
                var atom = SQLAtom(token: token.kind, text: text)
                if token.kind == .word {
                    let word = text.lowercased()
                    atom.word = word
                    let isPart = atoms.last?.text == "."
                    if SQLWords.capitals.contains(word), !isPart { atom.text = text.uppercased() }
                }
                atom.leading = leading
                leading = []
                atom.spaceBefore = SQLSpacing.spaceBefore(atom, after: atoms, dialect)
                atoms.append(atom)
            }
        }
        if !leading.isEmpty {
            atoms.append(SQLAtom(token: .space, text: "", leading: leading))
        }
        return atoms
    }
}

/// Where blanks go between tokens of a line.
enum SQLSpacing {
    static func spaceBefore(
        _ atom: SQLAtom, after atoms: [SQLAtom], _ dialect: SQLDialect
    ) -> Bool {
        guard let before = atoms.last else { return false }
        switch atom.text {
        case ",", ";", ")", "]", ".": return false
        case "::": return false
        case ":" where atom.token == .operation: return false
        case "(": return !callsWithBracket(before, atoms)
        case "[": return !endsOperand(before)
        default: break
        }
        switch before.text {
        case "(", "[", ".", "::": return false
        case "-", "+", "~", "@":
            // A sign belongs to what follows; two signs stay apart.
            guard before.token == .operation, atom.token != .operation else { return true }
            return atoms.count >= 2 && endsOperand(atoms[atoms.count - 2])
        default: return true
        }
    }

    private static func endsOperand(_ atom: SQLAtom) -> Bool {
        switch atom.token {
        case .number, .text, .parameter, .quotedName: true
        case .word: !SQLWords.capitals.contains(atom.word ?? "") || atom.word == "end"
        case .punctuation: atom.text == ")" || atom.text == "]" || atom.text == "}"
        default: false
        }
    }

    private static let namesBefore: Set<String> = ["into", "table", "exists", "references", "on"]

    private static func callsWithBracket(_ before: SQLAtom, _ atoms: [SQLAtom]) -> Bool {
        guard before.token == .word || before.token == .quotedName else {
            return before.text == "("
        }
        guard !SQLWords.capitals.contains(before.word ?? ""), before.word != "filter" else {
            return false
        }
        // A table before its columns: INSERT INTO schema.t (…).
        var index = atoms.count - 2
        while index >= 1, atoms[index].text == "." { index -= 2 }
        guard index >= 0 else { return true }
        return !namesBefore.contains(atoms[index].word ?? "")
    }
}
