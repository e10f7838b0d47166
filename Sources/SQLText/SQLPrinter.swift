/// Atoms by their brackets; `CASE … END` counts as one.
enum SQLNode {
    case atom(SQLAtom)
    case group(open: SQLAtom, [SQLNode], close: SQLAtom?)

    /// Brackets deeper than this stand as they come, so that no text exhausts the stack.
    private static let deepest = 60

    static func nodes(of atoms: [SQLAtom]) -> [SQLNode] {
        var stack: [(open: SQLAtom, nodes: [SQLNode])] = []
        var current: [SQLNode] = []
        for atom in atoms {
            if isOpening(atom), stack.count < deepest {
                stack.append((atom, current))
                current = []
            } else if let top = stack.last, closes(atom, top.open) {
                stack.removeLast()
                current = top.nodes + [.group(open: top.open, current, close: atom)]
            } else {
                current.append(.atom(atom))
            }
        }
        while let top = stack.popLast() {
            current = top.nodes + [.group(open: top.open, current, close: nil)]
        }
        return current
    }

    private static func isOpening(_ atom: SQLAtom) -> Bool {
        atom.text == "(" || atom.text == "[" || atom.text == "{" || atom.word == "case"
    }

    private static func closes(_ atom: SQLAtom, _ open: SQLAtom) -> Bool {
        switch open.text {
        case "(": atom.text == ")"
        case "[": atom.text == "]"
        case "{": atom.text == "}"
        default: atom.word == "end"
        }
    }

    var first: SQLAtom {
        switch self {
        case .atom(let atom), .group(let atom, _, _): atom
        }
    }

    /// The word that an atom is; nil for groups.
    var word: String? { if case .atom(let atom) = self { atom.word } else { nil } }
    var text: String? { if case .atom(let atom) = self { atom.text } else { nil } }
}

/// Writes nodes with line breaks and indentation.
struct SQLPrinter {
    let width: Int
    private var out = ""
    private var column = 0
    private var isLineStart = true
    /// A line comment was written: the line must end.
    private var mustBreak = false

    init(width: Int) { self.width = width }

    var finished: String {
        var text = out
        while text.last?.isNewline == true { text.removeLast() }
        return text.isEmpty ? "" : text + "\n"
    }

    /// An empty line before the next statement.
    mutating func separate() {
        guard !out.isEmpty else { return }
        newline(0)
        if !out.hasSuffix("\n\n") { out += "\n" }
    }

    private mutating func newline(_ indent: Int) {
        if !isLineStart { out += "\n" }
        (column, isLineStart, mustBreak) = (indent, true, false)
    }

    private mutating func put(_ text: String, indent: Int) {
        if isLineStart { out += String(repeating: " ", count: indent) }
        if isLineStart { column = indent }
        out += text
        if let end = text.lastIndex(of: "\n") {
            column = text.distance(from: end, to: text.endIndex)
        } else {
            column += text.count
        }
        isLineStart = false
    }

    mutating func write(_ atom: SQLAtom, indent: Int) {
        for comment in atom.leading {
            newline(indent)
            put(comment, indent: indent)
            newline(indent)
        }
        if !atom.text.isEmpty {
            if mustBreak { newline(indent) }
            if atom.spaceBefore, !isLineStart { put(" ", indent: indent) }
            put(atom.text, indent: indent)
        }
        for comment in atom.trailing { put(" " + comment, indent: indent) }
        if atom.endsLine { mustBreak = true }
    }

    // MARK: Widths

    /// The characters that nodes take in one line; nil where they cannot stand in one, or take more
    /// than `limit`.
    private func flatWidth(_ nodes: some Sequence<SQLNode>, limit: Int) -> Int? {
        var total = 0
        func add(_ atom: SQLAtom) -> Bool {
            guard atom.leading.isEmpty, !atom.endsLine, atom.isSimple || atom.trailing.isEmpty
            else {
                return false
            }
            guard !atom.text.contains("\n") else { return false }
            total += atom.text.count + (atom.spaceBefore ? 1 : 0)
            return total <= limit
        }
        for node in nodes {
            switch node {
            case .atom(let atom): if !add(atom) { return nil }
            case .group(let open, let inner, let close):
                guard add(open), let inside = flatWidth(inner, limit: limit - total) else {
                    return nil
                }
                total += inside
                if let close, !add(close) { return nil }
            }
        }
        return total <= limit ? total : nil
    }

    private func fits(_ nodes: some Sequence<SQLNode>, indent: Int) -> Bool {
        let start = isLineStart ? indent : column
        return flatWidth(nodes, limit: width - start) != nil
    }

    private mutating func writeFlat(_ nodes: some Sequence<SQLNode>, indent: Int) {
        for node in nodes {
            switch node {
            case .atom(let atom): write(atom, indent: indent)
            case .group(let open, let inner, let close):
                write(open, indent: indent)
                writeFlat(inner, indent: indent)
                if let close { write(close, indent: indent) }
            }
        }
    }

    // MARK: Statements

    mutating func printStatement(_ nodes: [SQLNode], indent: Int) {
        let clauses = SQLClause.clauses(of: nodes)
        if clauses.count <= 3, flatWidth(nodes, limit: 60) != nil {
            return writeFlat(nodes, indent: indent)
        }
        for (index, clause) in clauses.enumerated() {
            if index > 0 { newline(indent) }
            emit(clause, indent: indent)
        }
    }

    private mutating func emit(_ clause: SQLClause, indent: Int) {
        if fits(clause.header + clause.body, indent: indent) {
            return writeFlat(clause.header + clause.body, indent: indent)
        }
        for node in clause.header { emit(node, indent: indent) }
        if clause.isCondition { return printTerms(clause.body, indent: indent + 4) }
        let items = Self.items(clause.body)
        guard items.count > 1 else {
            for node in clause.body { emit(node, indent: indent) }
            return
        }
        for item in items {
            newline(indent + 4)
            for node in item { emit(node, indent: indent + 4) }
        }
    }

    /// Terms of a condition, each but the first on a line that begins with AND or OR.
    private mutating func printTerms(_ nodes: [SQLNode], indent: Int) {
        var isBetween = false
        for (index, node) in nodes.enumerated() {
            if node.word == "between" { isBetween = true }
            if node.word == "and" || node.word == "or", index > 0 {
                if isBetween, node.word == "and" {
                    isBetween = false
                } else {
                    newline(indent)
                }
            }
            emit(node, indent: indent)
        }
    }

    private mutating func emit(_ node: SQLNode, indent: Int) {
        switch node {
        case .atom(let atom): write(atom, indent: indent)
        case .group(let open, let inner, let close):
            if fits(CollectionOfOne(node), indent: indent) {
                return writeFlat(CollectionOfOne(node), indent: indent)
            }
            write(open, indent: indent)
            if open.word == "case" {
                printCase(inner, indent: indent + 4)
            } else {
                newline(indent + 4)
                printInside(inner, indent: indent + 4)
            }
            newline(indent)
            if let close { write(close, indent: indent) }
        }
    }

    private mutating func printInside(_ nodes: [SQLNode], indent: Int) {
        switch nodes.first?.word {
        case "select", "with", "values", "insert", "update", "delete":
            return printStatement(nodes, indent: indent)
        default: break
        }
        let items = Self.items(nodes)
        guard items.count > 1 else { return printTerms(nodes, indent: indent) }
        for (index, item) in items.enumerated() {
            if index > 0 { newline(indent) }
            for node in item { emit(node, indent: indent) }
        }
    }

    private mutating func printCase(_ nodes: [SQLNode], indent: Int) {
        for node in nodes {
            if node.word == "when" || node.word == "else" { newline(indent) }
            emit(node, indent: indent)
        }
    }

    /// Pieces between commas, each with its comma.
    private static func items(_ nodes: [SQLNode]) -> [[SQLNode]] {
        var items: [[SQLNode]] = [[]]
        for (index, node) in nodes.enumerated() {
            items[items.count - 1].append(node)
            if node.text == ",", index + 1 < nodes.count { items.append([]) }
        }
        return items
    }
}

/// A part of a statement that begins a line.
struct SQLClause {
    var header: [SQLNode]
    var body: [SQLNode]
    /// Whether its body is a condition of ANDs and ORs.
    var isCondition: Bool

    static func clauses(of nodes: [SQLNode]) -> [SQLClause] {
        var clauses: [SQLClause] = []
        var index = 0
        let changes: Set<String> = ["update", "insert", "with", "merge", "replace"]
        let allowsSet = changes.contains(nodes.first?.word ?? "")
        while index < nodes.count {
            let length = headerLength(nodes, at: index, allowsSet: allowsSet)
            if length > 0 || clauses.isEmpty {
                let header = Array(nodes[index..<index + length])
                let word = header.first?.word
                let isCondition =
                    word == "where" || word == "having" || word == "qualify"
                    || header.last?.word == "join"
                clauses.append(SQLClause(header: header, body: [], isCondition: isCondition))
                index += length
                if length > 0 { continue }
            }
            clauses[clauses.count - 1].body.append(nodes[index])
            index += 1
        }
        return clauses
    }

    /// How many nodes from `index` on are the words that begin a clause; 0 where none begins.
    private static func headerLength(
        _ nodes: [SQLNode], at index: Int, allowsSet: Bool
    ) -> Int {
        guard let word = nodes[index].word else { return 0 }
        let before = index > 0 ? nodes[index - 1] : nil
        func next(_ offset: Int) -> String? {
            index + offset < nodes.count ? nodes[index + offset].word : nil
        }
        if let before {
            let isOperand =
                before.text == "." || before.text == "," || before.word == "as"
                || before.word == "select"
            if isOperand, word != "select", word != "from" { return 0 }
        }
        switch word {
        case "select": return next(1) == "distinct" || next(1) == "all" ? 2 : 1
        case "from": return before?.word == "distinct" ? 0 : 1
        case "where", "having", "limit", "returning", "qualify": return 1
        case "values": return before?.word == "default" ? 0 : 1
        case "with": return index == 0 ? (next(1) == "recursive" ? 2 : 1) : 0
        case "offset", "window", "fetch": return before == nil || index < 3 ? 0 : 1
        case "group", "order": return next(1) == "by" ? 2 : 0
        case "union", "intersect", "except": return next(1) == "all" ? 2 : 1
        case "set": return allowsSet ? 1 : 0
        case "on": return next(1) == "conflict" ? 2 : 0
        case "insert", "replace":
            if next(1) == "into" { return 2 }
            return next(1) == "or" && next(3) == "into" ? 4 : 0
        case "delete": return next(1) == "from" ? 2 : 0
        case "update":
            return ["for", "do", "on", "or", "before", "after"].contains(before?.word ?? "")
                ? 0 : 1
        default: return joinLength(nodes, at: index)
        }
    }

    private static func joinLength(_ nodes: [SQLNode], at index: Int) -> Int {
        let words: Set<String> = [
            "natural", "left", "right", "full", "inner", "cross", "outer", "asof", "semi", "anti",
            "positional",
        ]
        var end = index
        while end < nodes.count, end < index + 4 {
            guard let word = nodes[end].word else { return 0 }
            if word == "join" { return end - index + 1 }
            guard words.contains(word) else { return 0 }
            end += 1
        }
        return 0
    }
}
