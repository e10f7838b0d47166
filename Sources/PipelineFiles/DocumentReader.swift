internal import Domain
internal import YAMLReading

/// Reads typed values out of a tree; what does not fit becomes a problem and reading goes on.
struct DocumentReader {
    let source: SourceText
    let tree: YAMLTree
    var log = ProblemLog()
    /// What templates ask of the run, to be looked at once all tasks are known.
    var templateUses: [PlacedUse] = []
    /// The task whose keys are being read; nil for what is said for all.
    var taskBeingRead: (number: Int, id: TaskID)?
    var isReadingHooks = false
    /// What the file names that lies outside of it.
    var references: [OutsideReference] = []

    /// How large a file may be, in bytes.
    static let sizeLimit = 32 << 20

    struct PlacedUse {
        var use: TemplateUse
        var node: Int
        var task: Int?
        var isInHook: Bool
    }

    struct Entry {
        var name: String
        var key: Int
        var value: Int
    }

    /// Opens `bytes` as YAML; what stands in the way is the one problem returned.
    static func open(
        _ bytes: [UInt8], file: String
    ) -> Result<DocumentReader, SourceProblem> {
        if bytes.count > sizeLimit {
            return .failure(
                SourceProblem(
                    file: file, place: SourcePlace(line: 1, column: 1), lineText: "",
                    problem: "this file has \(bytes.count >> 20) MiB; "
                        + "at most \(sizeLimit >> 20) MiB are read",
                    remedy: "Split it into several pipelines. Is it a pipeline file at all?"))
        }
        if let problem = SourceText.check(bytes, file: file) { return .failure(problem) }
        let source = SourceText(bytes, file: file)
        do throws(YAMLFailure) {
            return .success(
                DocumentReader(source: source, tree: try YAMLTree(source.bytes)))
        } catch {
            let place = source.place(ofScalar: error.at)
            return .failure(
                SourceProblem(
                    file: file, place: place, lineText: source.line(place.line),
                    problem: error.problem, remedy: error.remedy))
        }
    }

    // MARK: problems

    func place(of node: Int) -> SourcePlace {
        source.place(ofScalar: Int(tree.nodes[node].start))
    }

    mutating func error(at node: Int, _ problem: String, _ remedy: String) {
        log.add(.error, at: place(of: node), in: source, problem, remedy)
    }

    mutating func warning(at node: Int, _ problem: String, _ remedy: String) {
        log.add(.warning, at: place(of: node), in: source, problem, remedy)
    }

    // MARK: values

    /// A value's own words for messages: `a list`, `nothing`, `'yes'`.
    func description(of node: Int) -> String {
        let node = tree.resolved(node)
        switch tree.nodes[node].kind {
        case .sequence: return tree.next(after: node) > node + 1 ? "a list" : "an empty list"
        case .mapping: return "a mapping"
        default: return tree.isNull(node) ? "nothing" : "'\(tree.nodes[node].text.short)'"
        }
    }

    mutating func refuseType(of node: Int, _ name: String, expected: String) {
        let isTemplate =
            tree.nodes[node].kind == .mapping
            && source.bytes[source.byteOffset(ofScalar: Int(tree.nodes[node].start))...]
                .starts(with: [0x7b, 0x7b])
        error(
            at: node, "'\(name)' must be \(expected), but \(description(of: node)) stands here",
            isTemplate
                ? "Put the text in quotes: a value that starts with '{{' needs them."
                : "Write \(expected).")
    }

    /// The text of a scalar that is not null.
    mutating func text(_ node: Int, _ name: String, expected: String = "a text") -> String? {
        let target = tree.resolved(node)
        guard tree.isScalar(target), !tree.isNull(target) else {
            refuseType(of: node, name, expected: expected)
            return nil
        }
        return tree.nodes[target].text
    }

    mutating func boolean(_ node: Int, _ name: String) -> Bool? {
        let target = tree.resolved(node)
        if tree.nodes[target].kind == .plain {
            switch tree.nodes[target].text {
            case "true", "True", "TRUE": return true
            case "false", "False", "FALSE": return false
            default: break
            }
        }
        refuseType(of: node, name, expected: "true or false")
        return nil
    }

    mutating func integer(_ node: Int, _ name: String, in range: ClosedRange<Int>) -> Int? {
        let expected =
            range.upperBound == .max
            ? "a whole number from \(range.lowerBound)"
            : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        let target = tree.resolved(node)
        if tree.nodes[target].kind == .plain, let number = Int(tree.nodes[target].text),
            range.contains(number)
        {
            return number
        }
        refuseType(of: node, name, expected: expected)
        return nil
    }

    mutating func duration(_ node: Int, _ name: String) -> Span? {
        guard let text = text(node, name, expected: "a duration such as 30s, 10m or 1h30m") else {
            return nil
        }
        if let span = Span(durationText: text) { return span }
        error(
            at: node, "'\(text.short)' is no duration",
            "Write a number with ms, s, m, h, d or w, for example 30s, 10m or 1h30m.")
        return nil
    }

    // MARK: mappings

    /// The entries of a mapping in file order, each name once, `<<` merged in behind them.
    mutating func entries(of node: Int, _ name: String) -> [Entry]? {
        var index: [String: Int] = [:]
        return entries(of: node, name, isIndexed: false, index: &index)
    }

    /// The same; `index` becomes the position of each by its name.
    mutating func entries(
        of node: Int, _ name: String, index: inout [String: Int]
    ) -> [Entry]? {
        entries(of: node, name, isIndexed: true, index: &index)
    }

    private mutating func entries(
        of node: Int, _ name: String, isIndexed: Bool, index: inout [String: Int]
    ) -> [Entry]? {
        let target = tree.resolved(node)
        guard tree.nodes[target].kind == .mapping else {
            refuseType(of: node, name, expected: "a mapping")
            return nil
        }
        var entries: [Entry] = []
        var merges: [Int] = []
        var seen = SeenNames()
        if isIndexed { seen.expect((Int(tree.nodes[target].link) - target) / 8) }
        var key = target + 1
        let end = Int(tree.nodes[target].link)
        while key < end {
            let value = tree.next(after: key)
            defer { key = tree.next(after: value) }
            let scalar = tree.resolved(key)
            guard tree.isScalar(scalar) else {
                error(at: key, "a key must be a text", "Write 'name: value'.")
                continue
            }
            let text = tree.nodes[scalar].text
            if text == "<<", tree.nodes[scalar].kind == .plain {
                merges.append(value)
                continue
            }
            if let first = seen.claim(text, among: entries) {
                let place = place(of: first)
                error(
                    at: key, "duplicate key '\(text.short)'",
                    "It stands on line \(place.line), column \(place.column) already: "
                        + "remove one of the two.")
                continue
            }
            entries.append(Entry(name: text, key: key, value: value))
        }
        for merge in merges { add(merge, to: &entries, &seen) }
        if isIndexed { index = seen.index(of: entries) }
        return entries
    }

    /// Merges the mapping (or list of mappings) under a `<<`; what is there already wins.
    private mutating func add(
        _ merge: Int, to entries: inout [Entry], _ seen: inout SeenNames
    ) {
        let target = tree.resolved(merge)
        if tree.nodes[target].kind == .sequence {
            for item in tree.children(of: target) {
                guard tree.nodes[tree.resolved(item)].kind == .mapping else {
                    refuseType(of: item, "<<", expected: "a mapping")
                    continue
                }
                add(item, to: &entries, &seen)
            }
            return
        }
        // Aliases lie at most `depthLimit` deep in each other, so this ends.
        for entry in self.entries(of: merge, "<<") ?? []
        where seen.claim(entry.name, among: entries) == nil {
            entries.append(entry)
        }
    }

    /// Names met in a mapping; a small one is searched, a large one is indexed.
    private struct SeenNames {
        private var index: [String: Int] = [:]
        private var indexed = 0

        /// Makes room for so many names at once.
        mutating func expect(_ count: Int) { index.reserveCapacity(count) }

        /// The key node of the entry with this name; nil where there is none, and the next one that is
        /// appended has it.
        mutating func claim(_ name: String, among entries: [Entry]) -> Int? {
            if entries.count < 12 { return entries.first { $0.name == name }?.key }
            catchUp(entries)
            if let first = index.updateValue(entries.count, forKey: name) {
                index[name] = first
                return entries[first].key
            }
            indexed = entries.count + 1
            return nil
        }

        /// The position of each name.
        mutating func index(of entries: [Entry]) -> [String: Int] {
            catchUp(entries)
            return index
        }

        private mutating func catchUp(_ entries: [Entry]) {
            while indexed < entries.count {
                index[entries[indexed].name] = indexed
                indexed += 1
            }
        }
    }

    /// The items of a list, or the value itself where a lone one stands for a list of one.
    func items(of node: Int) -> [Int] {
        let target = tree.resolved(node)
        return tree.nodes[target].kind == .sequence ? tree.children(of: target) : [node]
    }

    /// Reports a key that this mapping does not know.
    ///
    /// - Parameter remedy: what to write instead, where that is known better than by likeness.
    mutating func unknownKey(
        _ entry: Entry, in owner: String, among known: [String], remedy: String? = nil
    ) {
        let problem = "unknown key '\(entry.name.short)' in \(owner)"
        if let remedy { return error(at: entry.key, problem, remedy) }
        let nearest = log.nearest(to: entry.name, among: known)
        let shown = known.count > 16 ? Array(known.prefix(12)) : known
        let others = known.count > 16 ? " and \(known.count - shown.count) others" : ""
        error(
            at: entry.key, problem,
            nearest.map { "Write '\($0)'." }
                ?? "Known here: \(shown.joined(separator: ", "))\(others).")
    }
}
