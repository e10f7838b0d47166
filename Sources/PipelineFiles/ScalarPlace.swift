internal import Domain
internal import YAMLReading

extension DocumentReader {
    /// Where in the file the character of a scalar's text at `inner` stands; nil where escapes or
    /// folding have moved it.
    func place(of inner: SourcePlace, insideText node: Int) -> SourcePlace? {
        let target = tree.resolved(node)
        let scalar = tree.nodes[target]
        let start = place(of: target)
        switch scalar.kind {
        case .literal:
            let wanted = scalar.text.unicodeScalars.split(
                separator: "\n", maxSplits: inner.line, omittingEmptySubsequences: false
            ).dropFirst(inner.line - 1).first.map { String($0) }
            let line = source.line(start.line + inner.line)
            guard let wanted, line.hasSuffix(wanted) else { return nil }
            let indent = line.unicodeScalars.count - wanted.unicodeScalars.count
            return SourcePlace(line: start.line + inner.line, column: indent + inner.column)
        case .plain, .singleQuoted, .doubleQuoted:
            guard inner.line == 1 else { return nil }
            let skipped = start.column - 1 + (scalar.kind == .plain ? 0 : 1)
            let line = source.line(start.line).unicodeScalars.dropFirst(skipped)
            let offset = Self.offset(
                ofColumn: inner.column, of: scalar.text, in: line, escapes: scalar.kind)
            return offset.map { SourcePlace(line: start.line, column: skipped + $0 + 1) }
        default:
            return nil
        }
    }

    /// Scalars of `line` before the one that gives `column` of `text`.
    private static func offset(
        ofColumn column: Int, of text: String, in line: Substring.UnicodeScalarView,
        escapes kind: YAMLTree.Kind
    ) -> Int? {
        var written = Array(line.prefix(100_000))[...]
        for wanted in text.unicodeScalars.prefix(column - 1) {
            guard let next = written.popFirst() else { return nil }
            if kind == .doubleQuoted, next == "\\" {
                guard let code = written.popFirst() else { return nil }
                switch code {
                case "x": written = written.dropFirst(2)
                case "u": written = written.dropFirst(4)
                case "U": written = written.dropFirst(8)
                default: break
                }
                continue
            }
            if kind == .singleQuoted, next == "'" { written = written.dropFirst() }
            if next != wanted { return nil }
        }
        return written.startIndex
    }

    /// Reports what is wrong inside a scalar's text, at its own place where that can be told.
    mutating func error(
        at inner: SourcePlace, insideText node: Int, of what: String, _ problem: String,
        _ remedy: String, severity: SourceProblem.Severity = .error
    ) {
        if let place = place(of: inner, insideText: node) {
            log.add(severity, at: place, in: source, problem, remedy)
        } else {
            let hint = " (line \(inner.line), column \(inner.column) of the \(what))"
            let place = place(of: tree.resolved(node))
            log.add(severity, at: place, in: source, problem + hint, remedy)
        }
    }

    /// Checks the templates in a scalar's text; what they ask of the run is kept for later.
    mutating func checkTemplate(_ node: Int, params: Set<String>?) {
        let text = tree.nodes[tree.resolved(node)].text
        let (problems, uses) = Template.check(text, params: params)
        for problem in problems {
            error(
                at: problem.place, insideText: node, of: "template", problem.problem,
                problem.remedy)
        }
        for use in uses {
            templateUses.append(
                PlacedUse(
                    use: use, node: node, task: taskBeingRead?.number, isInHook: isReadingHooks))
        }
    }
}
