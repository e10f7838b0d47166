import Transform

/// What stands behind `transform:` in a pipeline, taken apart: which nodes, and what is said to
/// each of them.
struct TransformArguments {
    var verb = ""
    var select: [String] = []
    var exclude: [String] = []
    var selector: String?
    var indirect: NodeSelection.IndirectSelection?
    var options = TransformOptions()
    var profilesFolder: String?
    var projectFolder: String?
    /// Words that every node's command repeats.
    var repeated: [String] = []

    /// Options whose values choose nodes, up to the next option.
    private static let lists: Set<String> = ["--select", "-s", "--models", "-m", "--exclude"]
    private static let repeatedFlags: Set<String> = [
        "--full-refresh", "-f", "--warn-error", "--store-failures", "--fill-gaps",
    ]
    private static let repeatedValues: Set<String> = [
        "--target", "-t", "--profile", "--profiles-dir", "--vars", "--database", "--engine",
        "--event-time-start", "--event-time-end", "--target-path", "--openlineage",
    ]

    /// Nil where only a run can tell what is meant: templates, the shell's own signs, and options
    /// that hang on what happened before.
    init?(_ text: String) {
        guard !text.contains("{{"), let words = Self.words(text), let verb = words.first,
            ["build", "run", "test", "seed", "snapshot"].contains(verb)
        else { return nil }
        self.verb = verb
        options.command = verb
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            // `--select=x` is `--select x`.
            if word.hasPrefix("--"), let sign = word.firstIndex(of: "=") {
                rest.insert(String(word[word.index(after: sign)...]), at: rest.startIndex)
                rest.insert(String(word[..<sign]), at: rest.startIndex)
                continue
            }
            if Self.lists.contains(word) {
                let values = rest.prefix { !$0.hasPrefix("-") }
                guard !values.isEmpty else { return nil }
                rest = rest.dropFirst(values.count)
                if word == "--exclude" { exclude += values } else { select += values }
            } else if Self.repeatedFlags.contains(word) {
                repeated.append(word)
                if word == "--full-refresh" || word == "-f" { options.isFullRefresh = true }
            } else if let value = rest.popFirst(), take(word, value) {
                continue
            } else {
                return nil
            }
        }
    }

    private mutating func take(_ name: String, _ value: String) -> Bool {
        switch name {
        case "--selector": selector = value
        case "--indirect-selection":
            guard let found = NodeSelection.IndirectSelection(rawValue: value) else { return false }
            indirect = found
        case "--project-dir": projectFolder = value
        default:
            guard Self.repeatedValues.contains(name) else { return false }
            repeated += [name, Self.quoted(value)]
        }
        switch name {
        case "--target", "-t": options.target = value
        case "--profile": options.profile = value
        case "--profiles-dir": profilesFolder = value
        // The real dbt runs as one.
        case "--engine":
            guard let dialect = SQLDialect(profileType: value) else { return false }
            options.dialect = dialect
        case "--vars":
            guard let vars = try? ConfigMap.reading(value, file: "--vars") else { return false }
            options.vars = vars
        default: break
        }
        return true
    }

    /// The positions of the nodes that are meant; nil: all.
    func positions(in project: TransformProject) throws(NodeSelection.Mistake) -> Set<Int>? {
        let selection = NodeSelection(project)
        if let selector {
            return try selection.positions(selector: selector, indirect: indirect)
        }
        if !select.isEmpty || !exclude.isEmpty {
            return try selection.positions(
                select: select, exclude: exclude, indirect: indirect ?? .eager)
        }
        guard let preset = project.selectors.first(where: \.isDefault) else { return nil }
        return try selection.positions(selector: preset.name, indirect: indirect)
    }

    /// `value` as one word of a shell.
    static func quoted(_ value: String) -> String {
        let plain = value.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                || "_-./:=,@+".unicodeScalars.contains($0)
        }
        if plain, !value.isEmpty { return value }
        return "'"
            + value.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }

    /// The words of a shell's line of plain words and quotes; nil where it holds more than that.
    static func words(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open {
                    quote = nil
                } else if open == "\"", "$`\\".contains(character) {
                    return nil
                } else {
                    word?.append(character)
                }
            } else if character.isWhitespace {
                if let whole = word { words.append(whole) }
                word = nil
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if "$`\\|&;<>()#~{}!".contains(character) {
                return nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(word) }
        return words
    }
}
