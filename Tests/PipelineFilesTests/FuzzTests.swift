import Domain
import PipelineFiles
import Testing

@Suite("Hostile pipeline files")
struct FuzzTests {
    @Test("a mutilated file never crashes, and its problems lie inside it", arguments: 1...12)
    func mutations(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let good = Array(GoodFileTests.orders.utf8)
        let scraps = [
            "{{", "}}", "{%", "{#", "<<: *load", "*defaults", "&a ", "\"", "'", "\t", "\n", "\r",
            "- ", ": ", "? ", "|\n", ">-\n", "[", "]", "{", "}", "---\n", "!!str ", "é", "\u{2028}",
            "\u{0}", "%YAML 1.1\n", "#", "needs: [report, x]", "9999999999999999999", "~", "*load",
        ].map { Array($0.utf8) }
        for _ in 0..<60 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let at = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: at)
                case 2:
                    let scrap = scraps[Int.random(in: 0..<scraps.count, using: &generator)]
                    bytes.insert(contentsOf: scrap, at: at)
                default:
                    let end = min(bytes.count, at + Int.random(in: 1...80, using: &generator))
                    let piece = Array(bytes[at..<end])
                    let target = Int.random(in: 0..<bytes.count, using: &generator)
                    bytes.insert(contentsOf: piece, at: target)
                }
            }
            check(bytes)
        }
    }

    @Test("random bytes and random YAML signs never crash", arguments: 1...8)
    func noise(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let signs = Array("tasks:{}[]&*!|>'\"%@`#,?- \n\t\\ax:1é".utf8)
        for round in 0..<100 {
            let count = Int.random(in: 0...200, using: &generator)
            check(
                (0..<count).map { _ in
                    round % 2 == 0
                        ? UInt8.random(in: 0...255, using: &generator)
                        : signs[Int.random(in: 0..<signs.count, using: &generator)]
                })
        }
    }

    private func check(_ bytes: [UInt8]) {
        let reading = read(bytes: bytes)
        let isBad = reading.problems.contains { $0.severity == .error }
        #expect(isBad == (reading.pipeline == nil))
        let lineCount = bytes.count { $0 == 0x0a || $0 == 0x0d } + 1
        for problem in reading.problems {
            #expect((1...lineCount).contains(problem.place.line))
            #expect((1...problem.lineText.unicodeScalars.count + 1).contains(problem.place.column))
            let isSafe = problem.report.unicodeScalars.allSatisfy {
                $0 == "\n" || $0.value >= 0x20 && $0.value != 0x7f
            }
            #expect(isSafe)
        }
        #expect(reading.problems.map(\.place) == reading.problems.map(\.place).sorted())
        _ = WorkspaceSettings.read(bytes: bytes, file: "spillway.yml")
    }

    @Test("random templates never crash, and their problems lie inside them", arguments: 1...8)
    func templates(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let words = [
            "{{", "}}", "{{-", "-}}", "{#", "#}", "{%", " ", "ds", "params.x", "macros.ds_add(",
            "macros.ds_format(", ")", ",", "'", "\"", "\\", "|", "quote", "ts", "logical_date",
            ".strftime(", ".year", "-", "9", "\n", "é", "[", "]", "'%Y-%m-%d'", "%",
        ]
        for _ in 0..<400 {
            let text = (0..<Int.random(in: 0...14, using: &generator)).map { _ in
                words[Int.random(in: 0..<words.count, using: &generator)]
            }.joined()
            let problems = Template.problems(in: text)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            for problem in problems {
                #expect((1...lines.count).contains(problem.place.line))
                let line = lines[min(problem.place.line, lines.count) - 1]
                #expect((1...line.unicodeScalars.count + 1).contains(problem.place.column))
            }
            let parsed = try? Template.parse(text)
            #expect((parsed == nil) == !problems.isEmpty)
            _ = try? parsed?.render(TemplateTests.context)
        }
    }
}
