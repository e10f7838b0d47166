public import Domain
public import Screen

/// A session written down: the keys that are pressed, and what must be seen then.
///
///     size 160x45
///     press 1 j enter        # keys as key files name them, apart by blanks
///     type :task load        # characters, one key each
///     paste some text
///     click 12 4             # a column and a row from 0
///     expect line 100        # waits until the screen says so
///     expect not Error
///     patience 30s           # how long an expectation waits from here on; 10 s at first
///
/// What stands after a `#` that begins a line is a comment; recorded sessions keep times and
/// checksums of frames there.
public struct SessionScript: Hashable, Sendable {
    public struct Step: Hashable, Sendable {
        public enum Action: Hashable, Sendable {
            case resize(Size)
            case keys([Key])
            case expect(String, isThere: Bool)
            case patience(Span)
        }

        public var action: Action
        /// The line of the script, from 1.
        public var line: Int
    }

    public var steps: [Step] = []

    /// Reads a script, with every mistake in it.
    public static func read(
        _ text: String, file: String
    ) -> (script: SessionScript, problems: [SourceProblem]) {
        var script = SessionScript()
        var problems: [SourceProblem] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, raw) in lines.enumerated() {
            let line = raw.drop { $0 == " " || $0 == "\t" }
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            switch step(line) {
            case .success(let action): script.steps.append(Step(action: action, line: index + 1))
            case .failure(let mistake):
                problems.append(
                    SourceProblem(
                        file: file, place: SourcePlace(line: index + 1, column: 1),
                        lineText: String(raw), problem: mistake.problem, remedy: mistake.remedy))
            }
        }
        return (script, problems)
    }

    private struct Mistake: Error {
        var problem: String
        var remedy: String
    }

    static let words = ["size", "press", "type", "paste", "click", "expect", "patience"]

    private static func step(_ line: Substring) -> Result<Step.Action, Mistake> {
        let word = String(line.prefix { $0 != " " })
        let rest = String(line.dropFirst(word.count + 1))
        switch word {
        case "size":
            let parts = rest.split(separator: "x").map { Int($0) }
            guard parts.count == 2, let width = parts[0], let height = parts[1],
                (1...1_000).contains(width), (1...1_000).contains(height)
            else {
                return .failure(
                    Mistake(problem: "'\(rest)' is no size.", remedy: "Write 'size 160x45'."))
            }
            return .success(.resize(Size(width: width, height: height)))
        case "press":
            let names = rest.split(separator: " ").map(String.init)
            if let wrong = names.first(where: { Key(text: $0) == nil }) {
                return .failure(
                    Mistake(
                        problem: "'\(wrong)' is no key.",
                        remedy: "Write keys like j, G, ^d, enter, esc, f5; 'type' takes text."))
            }
            return .success(.keys(names.compactMap { Key(text: $0) }))
        case "type": return .success(.keys(rest.map { .character($0) }))
        case "paste":
            return .success(.keys([.paste(rest.replacing("\\n", with: "\n"))]))
        case "click":
            let parts = rest.split(separator: " ").compactMap { Int($0) }
            guard parts.count == 2 else {
                return .failure(
                    Mistake(
                        problem: "'\(rest)' is no place.",
                        remedy: "Write a column and a row: 'click 12 4'."))
            }
            let place = Point(x: parts[0], y: parts[1])
            return .success(
                .keys([
                    .mouse(MouseEvent(.press(.left), at: place)),
                    .mouse(MouseEvent(.release(.left), at: place)),
                ]))
        case "expect":
            let isThere = !rest.hasPrefix("not ")
            let wanted = isThere ? rest : String(rest.dropFirst(4))
            guard !wanted.isEmpty else {
                return .failure(
                    Mistake(problem: "'expect' of nothing.", remedy: "Write what is to be seen."))
            }
            return .success(.expect(wanted, isThere: isThere))
        case "patience":
            guard let span = Span(durationText: rest) else {
                return .failure(
                    Mistake(problem: "'\(rest)' is no time.", remedy: "Write 'patience 30s'."))
            }
            return .success(.patience(span))
        default:
            let nearest = nearestName(to: word, among: words)
            return .failure(
                Mistake(
                    problem: "There is no step '\(word)'.",
                    remedy: nearest.map { "Write '\($0)' instead." }
                        ?? "Steps are \(words.joined(separator: ", "))."))
        }
    }

    /// The line of a script that does what `keys` did; nil where nothing of them can be written.
    public static func line(pressing keys: [Key]) -> String? {
        var lines: [String] = []
        var names: [String] = []
        func flush() {
            if !names.isEmpty { lines.append("press " + names.joined(separator: " ")) }
            names = []
        }
        for key in keys {
            if let name = key.text, Key(text: name) == key {
                names.append(name)
            } else if case .paste(let text) = key {
                flush()
                lines.append("paste " + text.replacing("\n", with: "\\n"))
            } else if case .mouse(let event) = key, event.action == .press(.left) {
                flush()
                lines.append("click \(event.at.x) \(event.at.y)")
            }
        }
        flush()
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }
}
