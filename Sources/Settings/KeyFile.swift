public import Domain
public import PaneKit
import Screen
import Yams

/// What came of a key file's text.
public struct KeyFileReading: Hashable, Sendable {
    /// The keys that the file was read over, changed as far as it could be understood.
    public var tables: KeyTables
    /// Every mistake, in the order of the text.
    public var problems: [SourceProblem]
}

/// Reads key files:
///
///     preset: vim            # optional: default, k9s or vim
///     everywhere:
///       next-pane: [tab, "^n"]
///     runs:
///       trigger: t           # one key
///       pause-pipeline: []   # none
public enum KeyFile {
    private static let limit = 256 * 1024

    /// Reads a key file; mistakes cost only what they touch.
    ///
    /// - Parameters:
    ///   - text: At most 256 KiB of YAML.
    ///   - file: Its name in problems.
    ///   - base: The keys that it changes; a preset is applied to them first.
    public static func reading(
        _ text: String, file: String, over base: KeyTables
    ) -> KeyFileReading {
        var reader = KeyFileReader(text: text, file: file)
        if text.utf8.count <= limit {
            reader.read()
        } else {
            reader.complain(
                nil, "The key file is longer than 256 KiB.", "Keep only the keys that you change.")
        }
        var tables = base
        if let preset = reader.preset { tables = preset.applied(to: base) }
        let problems = tables.apply(reader.changes)
        for problem in problems {
            reader.complain(problem.place, problem.problem, problem.remedy)
        }
        return KeyFileReading(
            tables: tables, problems: reader.problems.sorted { $0.place < $1.place })
    }
}

struct KeyFileReader {
    private let lines: [Substring]
    private let text: String
    private let file: String
    private(set) var preset: KeyPreset?
    private(set) var changes: [KeyChange] = []
    private(set) var problems: [SourceProblem] = []

    init(text: String, file: String) {
        self.text = text
        self.file = file
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    mutating func read() {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            return complain(error)
        } catch {
            return complain(nil, "The key file is no YAML: \(error).", "Correct the text.")
        }
        guard let root else { return }
        guard case .mapping(let sections) = root else {
            return complain(
                place(of: root), "A key file is a list of panes.",
                "Begin with 'everywhere:' or a pane's name, and actions below it.")
        }
        for (key, node) in sections {
            guard let name = key.string else { continue }
            if name == "preset" {
                readPreset(node)
            } else {
                readContext(name, key, node)
            }
        }
    }

    private mutating func readPreset(_ node: Node) {
        let names = KeyPreset.allCases.map(\.rawValue)
        guard let name = node.string, let found = KeyPreset(rawValue: name) else {
            let nearest = nearestName(to: node.string ?? "", among: names)
            return complain(
                place(of: node), "There is no preset '\(node.string ?? "")'.",
                nearest.map { "Write '\($0)' instead." }
                    ?? "Write one of: \(names.joined(separator: ", ")).")
        }
        preset = found
    }

    private mutating func readContext(_ context: String, _ key: Node, _ node: Node) {
        guard case .mapping(let entries) = node else {
            return complain(
                place(of: key), "'\(context)' is a list of actions and their keys.",
                "Write one a line below it: 'next-pane: tab'.")
        }
        for (action, keys) in entries {
            guard let name = action.string else { continue }
            changes.append(
                KeyChange(
                    context: context, action: name, sequences: sequences(keys),
                    place: place(of: action)))
        }
    }

    private mutating func sequences(_ node: Node) -> [KeySequence] {
        let items: [Node] =
            if case .sequence(let list) = node { Array(list) } else { [node] }
        return items.compactMap { item in
            guard let text = item.string, !text.isEmpty else {
                complain(
                    place(of: item), "This is no key.",
                    "Write a key as help shows it, or [] for none; quote signs: \"?\".")
                return nil
            }
            return sequence(text, item)
        }
    }

    private mutating func sequence(_ text: String, _ node: Node) -> KeySequence? {
        guard let sequence = KeySequence(text: text) else {
            complain(
                place(of: node), "'\(text)' is no key.",
                "Write keys like x, X, ^x, alt-x, f5, enter, esc, tab, space, pgdn, shift-up; "
                    + "several apart by blanks.")
            return nil
        }
        for (sent, meant) in Self.indistinguishable where sequence.keys.contains(sent) {
            complain(
                place(of: node),
                "'\(text)' cannot be typed: terminals send \(meant) for \(sent.text ?? "it").",
                "Write '\(meant)', or choose another key.")
            return nil
        }
        return sequence
    }

    /// Keys that a terminal sends as others.
    private static let indistinguishable: [(Key, String)] = [
        (.control("i"), "tab"), (.control("m"), "enter"), (.control("["), "esc"),
        (.control("h"), "backspace"),
    ]

    private func place(of node: Node) -> SourcePlace {
        SourcePlace(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    private mutating func complain(_ error: YamlError) {
        switch error {
        case .scanner(_, let what, let mark, _), .parser(_, let what, let mark, _),
            .composer(_, let what, let mark, _):
            complain(
                SourcePlace(line: mark.line, column: mark.column),
                "The key file is no YAML: \(what).",
                "Correct this place; signs such as ? : [ ] need quotes. Nothing of it was used.")
        default:
            complain(
                nil, "The key file is no YAML: \(error).",
                "Correct it; nothing of the file was used.")
        }
    }

    mutating func complain(_ place: SourcePlace?, _ problem: String, _ remedy: String) {
        let place = place ?? SourcePlace(line: 1, column: 1)
        let line = lines.indices.contains(place.line - 1) ? String(lines[place.line - 1]) : ""
        problems.append(
            SourceProblem(
                file: file, place: place, lineText: line, problem: problem, remedy: remedy))
    }
}
