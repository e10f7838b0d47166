public import Domain
public import Screen
import Yams

/// What came of a theme's text.
public struct ThemeReading: Hashable, Sendable {
    /// Everything that was understood; the rest is as in the theme that it was read over.
    public var theme: Theme
    /// Every mistake, in the order of the text.
    public var problems: [SourceProblem]

    public init(theme: Theme, problems: [SourceProblem]) {
        self.theme = theme
        self.problems = problems
    }
}

extension Theme {
    /// Reads a theme as `themes/terminal.yml` describes it; mistakes cost only what they touch.
    ///
    /// - Parameters:
    ///   - text: At most 256 KiB of YAML.
    ///   - file: Its name in problems.
    ///   - base: What a role or surface has that the text does not name.
    public static func reading(
        _ text: String, file: String, over base: Theme = Theme(name: "unnamed")
    ) -> ThemeReading {
        var reader = ThemeReader(text: text, file: file, theme: base)
        reader.read()
        let problems = reader.problems.sorted { $0.place < $1.place }
        return ThemeReading(theme: reader.theme, problems: problems)
    }
}

struct ThemeReader {
    private let text: String
    private let lines: [Substring]
    private let file: String
    private(set) var theme: Theme
    private(set) var problems: [SourceProblem] = []
    private var palette: [String: Color] = [:]

    static let roles = names(of: Role.allCases)
    static let surfaces = names(of: Surface.allCases)
    private static let emphases: [(name: String, value: Emphasis)] = [
        ("bold", .bold), ("underline", .underline), ("italic", .italic), ("reverse", .reverse),
    ]
    private static let limit = 256 * 1024

    init(text: String, file: String, theme: Theme) {
        self.text = text
        self.file = file
        self.theme = theme
        lines = text.prefix(Self.limit).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// `borderFocused` is `border_focused` in a file.
    private static func names<Meaning>(of cases: [Meaning]) -> [String: Meaning] {
        var names: [String: Meaning] = [:]
        for meaning in cases {
            let words = "\(meaning)".map { $0.isUppercase ? "_\($0.lowercased())" : String($0) }
            names[words.joined()] = meaning
        }
        return names
    }

    mutating func read() {
        guard text.utf8.count <= Self.limit else {
            return complain(
                nil, "The theme is longer than 256 KiB.", "Keep only palette, roles and surfaces.")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            return complain(error)
        } catch {
            return complain(nil, "The theme is no YAML: \(error).", "Correct the text.")
        }
        guard let root else {
            return complain(nil, "The theme is empty.", "Give it 'roles' and 'surfaces'.")
        }
        guard case .mapping(let sections) = root else {
            return complain(
                root, "A theme is a list of sections.", "Begin with 'name:', 'roles:' and so on.")
        }
        // The palette first: colours elsewhere use its names.
        // Compared by their text: comparing nodes would resolve their tags by regular expressions.
        for (key, node) in sections where key.string == "palette" { readPalette(node) }
        for (key, node) in sections {
            switch key.string {
            case "palette": break
            case "name": readName(node)
            case "roles": eachEntry(of: node, in: Self.roles, "role") { $0.readRole($1, $2) }
            case "surfaces":
                eachEntry(of: node, in: Self.surfaces, "surface") { $0.readSurface($1, $2) }
            case let name:
                unknown(key, name, "section", among: ["name", "palette", "roles", "surfaces"])
            }
        }
    }

    private mutating func readName(_ node: Node) {
        guard let name = node.string, !name.isEmpty, name.count <= 40 else {
            return complain(node, "A theme's name is 1 to 40 characters.", "Write 'name: mine'.")
        }
        theme.name = name
    }

    private mutating func readPalette(_ node: Node) {
        guard case .mapping(let entries) = node else {
            return complain(
                node, "'palette' is a list of names.", "Write 'palette: {sky: \"#88ccff\"}'.")
        }
        for (key, value) in entries {
            if let name = key.string, let color = color(value) { palette[name] = color }
        }
    }

    private mutating func eachEntry<Meaning>(
        of node: Node, in known: [String: Meaning], _ kind: String,
        _ read: (inout ThemeReader, Meaning, Node) -> Void
    ) {
        guard case .mapping(let entries) = node else {
            return complain(
                node, "'\(kind)s' is a list of \(kind)s.",
                "Write '\(kind)s:' with one a line below.")
        }
        for (key, value) in entries {
            if let meaning = key.string.flatMap({ known[$0] }) {
                read(&self, meaning, value)
            } else {
                unknown(key, key.string, kind, among: known.keys.sorted())
            }
        }
    }

    private mutating func readRole(_ role: Role, _ node: Node) {
        var style = TextStyle()
        guard case .mapping = node else {
            style.foreground = color(node)
            theme[role] = style
            return
        }
        style.emphasis = look(node, colors: ["fg"]) { reader, key, value in
            if key == "fg" { style.foreground = reader.color(value) }
            if key == "without_color" { style.withoutColor = reader.emphasis(value) }
        }
        theme[role] = style
    }

    private mutating func readSurface(_ surface: Surface, _ node: Node) {
        var style = SurfaceStyle(withoutColor: surface.emphasisWithoutColor)
        guard case .mapping = node else {
            style.background = color(node)
            theme[surface] = style
            return
        }
        style.emphasis = look(node, colors: ["bg", "fg"]) { reader, key, value in
            if key == "bg" { style.background = reader.color(value) }
            if key == "fg" { style.foreground = reader.color(value) }
            if key == "without_color" { style.withoutColor = reader.emphasis(value) ?? [] }
        }
        theme[surface] = style
    }

    /// Reads the entries of a look: weights into the answer, the others through `other`.
    private mutating func look(
        _ node: Node, colors: [String], _ other: (inout ThemeReader, String, Node) -> Void
    ) -> Emphasis {
        var result: Emphasis = []
        guard case .mapping(let entries) = node else { return result }
        let known = colors + ["without_color"] + Self.emphases.map(\.name)
        for (key, value) in entries {
            if let weight = Self.emphases.first(where: { $0.name == key.string }) {
                if let isOn = Self.truth(value.string) {
                    if isOn { result.insert(weight.value) }
                } else {
                    complain(
                        value, "'\(weight.name)' is true or false.", "Write 'true' or 'false'.")
                }
            } else if let name = key.string, known.contains(name) {
                other(&self, name, value)
            } else {
                unknown(key, key.string, "property", among: known)
            }
        }
        return result
    }

    private static func truth(_ word: String?) -> Bool? {
        switch word?.lowercased() {
        case "true", "yes", "on": true
        case "false", "no", "off": false
        default: nil
        }
    }

    private mutating func emphasis(_ node: Node) -> Emphasis? {
        let nodes: [Node] =
            if case .sequence(let list) = node { Array(list) } else { [node] }
        var result: Emphasis = []
        for item in nodes {
            if let weight = Self.emphases.first(where: { $0.name == item.string }) {
                result.insert(weight.value)
            } else {
                unknown(item, item.string, "weight", among: Self.emphases.map(\.name))
            }
        }
        return result
    }
}

extension ThemeReader {
    private static let standard = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    ]

    private mutating func color(_ node: Node) -> Color? {
        guard let word = node.string else {
            complain(node, "This is no colour.", "Write a name, a number or \"#rrggbb\".")
            return nil
        }
        if word == "default" { return .terminal }
        if let color = palette[word] { return color }
        if word.hasPrefix("#") { return hexadecimal(word, node) }
        if let number = Int(word) {
            if (0...255).contains(number) { return .indexed(UInt8(number)) }
            complain(node, "There is no colour \(number).", "Write a number from 0 to 255.")
            return nil
        }
        for (number, name) in Self.standard.enumerated() {
            if word == name { return .standard(UInt8(number)) }
            if word == "bright_" + name { return .standard(UInt8(number + 8)) }
        }
        let names = palette.keys.sorted() + Self.standard + Self.standard.map { "bright_" + $0 }
        unknown(node, word, "colour", among: names + ["default"])
        return nil
    }

    private mutating func hexadecimal(_ word: String, _ node: Node) -> Color? {
        let digits = word.dropFirst().compactMap(\.hexDigitValue)
        guard digits.count == word.count - 1, digits.count == 6 || digits.count == 3 else {
            complain(
                node, "'\(word)' is no colour.", "Write six hexadecimal digits, as in \"#88ccff\".")
            return nil
        }
        let parts =
            digits.count == 3
            ? digits.map { $0 * 17 }
            : stride(from: 0, to: 6, by: 2).map { digits[$0] * 16 + digits[$0 + 1] }
        return .rgb(UInt8(parts[0]), UInt8(parts[1]), UInt8(parts[2]))
    }

    private mutating func unknown(
        _ node: Node, _ name: String?, _ kind: String, among names: [String]
    ) {
        guard let name else {
            return complain(node, "This is no name of a \(kind).", "Write one word.")
        }
        let nearest = nearestName(to: name, among: names)
        complain(
            node, "There is no \(kind) '\(name)'.",
            nearest.map { "Write '\($0)' instead, or remove it." }
                ?? (names.count <= 12
                    ? "Write one of: \(names.joined(separator: ", "))."
                    : "Remove it; the theme 'terminal' names them all."))
    }

    private mutating func complain(_ error: YamlError) {
        switch error {
        case .scanner(_, let what, let mark, _), .parser(_, let what, let mark, _),
            .composer(_, let what, let mark, _):
            complain(
                line: mark.line, column: mark.column, "The theme is no YAML: \(what).",
                "Correct this place; nothing of the file was used.")
        default:
            complain(
                nil, "The theme is no YAML: \(error).", "Correct it; nothing of the file was used.")
        }
    }

    private mutating func complain(_ node: Node?, _ problem: String, _ remedy: String) {
        complain(line: node?.mark?.line ?? 1, column: node?.mark?.column ?? 1, problem, remedy)
    }

    private mutating func complain(
        line: Int, column: Int, _ problem: String, _ remedy: String
    ) {
        let text = lines.indices.contains(line - 1) ? String(lines[line - 1]) : ""
        problems.append(
            SourceProblem(
                file: file, place: SourcePlace(line: line, column: column), lineText: text,
                problem: problem, remedy: remedy))
    }
}
