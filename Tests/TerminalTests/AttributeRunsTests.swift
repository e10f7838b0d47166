import Testing

@testable import Terminal

@Suite("Changes of attributes")
struct AttributeRunsTests {
    private func joined(_ text: String) -> String {
        String(decoding: AttributeRuns.joined(Array(text.utf8)), as: UTF8.self)
    }

    @Test("what follows each other is one sequence, and nothing counts before a reset")
    func runs() {
        #expect(joined("\u{1B}[0;1m\u{1B}[34mselect") == "\u{1B}[;1;34mselect")
        #expect(joined("select\u{1B}[39m\u{1B}[m ") == "select\u{1B}[m ")
        #expect(
            joined("\u{1B}[39;49m\u{1B}[0m\u{1B}[0;7m\u{1B}[38;5;208mx") == "\u{1B}[;7;38;5;208mx")
        #expect(joined("a\u{1B}[1mb\u{1B}[3mc") == "a\u{1B}[1mb\u{1B}[3mc")
        // No more parameters than the Linux console keeps, and what is of another kind stays.
        let color = "\u{1B}[38;2;1;2;3m\u{1B}[48;2;4;5;6m"
        #expect(
            joined(color + color)
                == "\u{1B}[38;2;1;2;3;48;2;4;5;6;38;2;1;2;3m\u{1B}[48;2;4;5;6m")
        for text in [
            "\u{1B}[>4;2m\u{1B}[1m", "\u{1B}[2;3H\u{1B}[1m", "\u{1B}[0", "\u{1B}[", "\u{1B}",
        ] {
            #expect(joined(text) == text)
        }
    }

    @Test("every cell looks as it did, whatever came before it")
    func looks() {
        var random = Numbers(state: 4_711)
        let changes = [
            "\u{1B}[m", "\u{1B}[0;1m", "\u{1B}[0;1;4m", "\u{1B}[34m", "\u{1B}[39m",
            "\u{1B}[39;49m", "\u{1B}[38;5;208m", "\u{1B}[48;2;0;0;0m", "\u{1B}[1m", "\u{1B}[5;6H",
        ]
        for _ in 0..<2_000 {
            var text = ""
            for _ in 0..<(1 + random.below(12)) {
                text += random.below(3) == 0 ? "x" : changes[random.below(changes.count)]
            }
            text += "y"
            let short = joined(text)
            #expect(look(short) == look(text), "\(text.debugDescription)")
            #expect(short.utf8.count <= text.utf8.count)
        }
    }

    private struct Numbers {
        var state: UInt64
        mutating func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }

    /// The characters with the attributes that they have, by ECMA-48's rules.
    private func look(_ text: String) -> [String] {
        var attributes: [String: String] = [:]
        var cells: [String] = []
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\u{1B}" else {
                cells.append("\(character) \(attributes.sorted { $0.key < $1.key })")
                continue
            }
            guard let end = rest.firstIndex(where: { $0.isLetter }) else { break }
            let parameters = rest[..<end].dropFirst().split(
                separator: ";", omittingEmptySubsequences: false
            ).map { Int($0) ?? 0 }
            let final = rest[end]
            rest = rest[rest.index(after: end)...]
            guard final == "m" else {
                cells.append("to \(parameters)")
                continue
            }
            var left = parameters[...]
            while let code = left.popFirst() {
                switch code {
                case 0: attributes = [:]
                case 30...37: attributes["color"] = "\(code)"
                case 39: attributes["color"] = nil
                case 49: attributes["ground"] = nil
                case 38, 48:
                    let count = left.first == 2 ? 4 : 2
                    attributes[code == 38 ? "color" : "ground"] = "\(left.prefix(count))"
                    left = left.dropFirst(count)
                default: attributes["\(code)"] = "on"
                }
            }
        }
        return cells
    }
}
