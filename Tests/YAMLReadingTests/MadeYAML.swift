import TestRandom

/// Files that look like people's, and what happens to them.
enum MadeYAML {
    static func text(_ random: inout SeededRandom) -> [UInt8] {
        var lines: [String] = Bool.random(using: &random) ? [] : ["# made", ""]
        block(&lines, indent: 0, depth: 0, &random)
        let ending = ["\n", "", "\n\n", "\n# end"].randomElement(using: &random) ?? ""
        return Array((lines.joined(separator: "\n") + ending).utf8)
    }

    /// Takes away, puts in, or repeats something.
    static func damage(_ text: inout [UInt8], _ random: inout SeededRandom) {
        guard !text.isEmpty else { return }
        let at = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: text.remove(at: at)
        case 1:
            let signs = Array("{}[]&*!|>'\"%@`#,?- \n\t\\:~.a1".utf8)
            text[at] = signs.randomElement(using: &random) ?? 0
        case 2:
            let scraps = [
                "\n", "  ", ": ", "- ", "#", " #", "---\n", "...", "|\n", "é", "\u{85}", "''", "\"",
                ", ",
                "\n- ", "\n  ", "{", "]", "\u{feff}", "<<: ",
            ]
            text.insert(contentsOf: (scraps.randomElement(using: &random) ?? "").utf8, at: at)
        default:
            let end = min(text.count, at + Int.random(in: 1...30, using: &random))
            text.insert(
                contentsOf: Array(text[at..<end]),
                at: Int.random(in: 0..<text.count, using: &random))
        }
    }

    private static func block(
        _ lines: inout [String], indent: Int, depth: Int, _ random: inout SeededRandom
    ) {
        let space = String(repeating: " ", count: indent)
        let isSequence = depth > 0 && Int.random(in: 0..<3, using: &random) == 0
        for number in 0..<Int.random(in: 1...4, using: &random) {
            if Int.random(in: 0..<8, using: &random) == 0 { lines.append("") }
            if Int.random(in: 0..<8, using: &random) == 0 { lines.append(space + "# note") }
            let head = isSequence ? "-" : key(number, &random) + ":"
            switch Int.random(in: 0..<10, using: &random) {
            case 0: lines.append(space + head)
            case 1,
                2 where depth < 4:
                lines.append(space + head)
                let step = isSequence ? 2 : [0, 2, 4].randomElement(using: &random) ?? 2
                if step == 0 {
                    lines.append(space + "- " + scalar(&random))
                    lines.append(space + "- k: " + scalar(&random))
                    lines.append(space + "  l: " + scalar(&random))
                } else {
                    block(&lines, indent: indent + step, depth: depth + 1, &random)
                }
            case 3:
                lines.append(
                    space + head + " " + (["|", "|-", "|+"].randomElement(using: &random) ?? "|"))
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let inner = ["one: two", "  more", "# text", "", "x ü"]
                    lines.append(space + "   " + (inner.randomElement(using: &random) ?? ""))
                }
            case 4: lines.append(space + head + " " + flow(depth: 0, &random))
            case 5 where isSequence:
                lines.append(space + "- " + key(number, &random) + ": " + scalar(&random))
                lines.append(space + "  " + key(number + 1, &random) + ": " + scalar(&random))
            default:
                let note = Int.random(in: 0..<5, using: &random) == 0 ? " # note" : ""
                lines.append(space + head + " " + scalar(&random) + note)
            }
        }
    }

    private static func key(_ number: Int, _ random: inout SeededRandom) -> String {
        let keys = ["k\(number)", "'q \(number)'", "\"d\(number)\"", "größe", "a-b", "run", "x y"]
        return keys.randomElement(using: &random) ?? "k"
    }

    private static func scalar(_ random: inout SeededRandom) -> String {
        let odd = [">", "&x y", "!t z", "? q", "%d", "- x", "|", "\"\\x41\""]
        if Int.random(in: 0..<40, using: &random) == 0 {
            return odd.randomElement(using: &random) ?? ""
        }
        let scalars = [
            "1", "true", "some words", "'it''s'", "\"a \\\"b\\\" \\n c\"", "-5", "a:b", "x#y", "~",
            "''", "http://host/path?x=1", "echo {{ ds }}", "größer", "a, b", "12:30",
            "2026-01-01", "a [b] {c}", "--flag", "'{{ x }}'", "a\\b", "x   ", "a 'b'", "",
        ]
        return scalars.randomElement(using: &random) ?? ""
    }

    private static func flow(depth: Int, _ random: inout SeededRandom) -> String {
        let count = Int.random(in: 0...3, using: &random)
        let isMapping = Bool.random(using: &random)
        let words = ["a", "1", "'b, c'", "\"d\"", "e f", "g:h", "-1", "[]", "{}", "ü", "a#b"]
        let items = (0..<count).map { number in
            let value =
                depth < 3 && Int.random(in: 0..<4, using: &random) == 0
                ? flow(depth: depth + 1, &random) : words.randomElement(using: &random) ?? "a"
            return isMapping ? "k\(number): \(value)" : value
        }
        let body = items.joined(separator: Bool.random(using: &random) ? ", " : ",")
        return isMapping ? "{\(body)}" : "[\(body)]"
    }
}
