import GraphLayout
import GraphPicture
import Screen
import Testing

@Suite("The graph as text")
struct GraphTextTests {
    @Test("branches leave a parent's middle and meet in a child's")
    func diamond() throws {
        #expect(
            try DrawnGraph("extract clean load", "extract check load").text() == """
                                ╭─────────╮
                ╭───────────╮ ╭▶│ ✔ clean ├─╮ ╭────────╮
                │ ✔ extract ├─┤ ╰─────────╯ ├▶│ ✔ load │
                ╰───────────╯ │ ╭─────────╮ │ ╰────────╯
                              ╰▶│ ✔ check ├─╯
                                ╰─────────╯

                """)
    }

    @Test("a long edge runs beside what it passes and joins the others at both ends")
    func longEdge() throws {
        #expect(
            try DrawnGraph("a b e", "a c e", "a d e", "a e").text() == """
                          ╭─────╮
                        ╭▶│ ✔ b ├─╮
                        │ ╰─────╯ │
                        │ ╭─────╮ │
                ╭─────╮ ├▶│ ✔ c ├─┤ ╭─────╮
                │ ✔ a ├─┤ ╰─────╯ ├▶│ ✔ e │
                ╰─────╯ │ ╭─────╮ │ ╰─────╯
                        ├▶│ ✔ d ├─┤
                        │ ╰─────╯ │
                        ╰─────────╯

                """)
    }

    @Test("one line a node, and one cell a node")
    func dense() throws {
        let arrows = ["a b e", "a c e", "a d e", "a e"]
        #expect(
            try DrawnGraph(arrows[0], arrows[1], arrows[2], arrows[3], density: .line).text()
                == """
                      ╭▶ ✔ b ─╮
                 ✔ a ─╋▶ ✔ c ─╋▶ ✔ e
                      ├▶ ✔ d ─┤
                      ╰───────╯

                """)
        #expect(
            try DrawnGraph(arrows[0], arrows[1], arrows[2], arrows[3], density: .cell).text()
                == """
                  ╭▶✔─╮
                ✔─╋▶✔─╋▶✔
                  ├▶✔─┤
                  ╰───╯

                """)
    }

    @Test("top down, in ASCII")
    func ascii() throws {
        #expect(
            try DrawnGraph("a b e", "a c e", "a d e", "a e", direction: .topDown).text(.ascii)
                == """
                             +-----+
                             | + a |
                             +--+--+
                                |
                   +--------+---+----+----+
                   v        v        v    |
                +-----+  +-----+  +-----+ |
                | + b |  | + c |  | + d | |
                +--+--+  +--+--+  +--+--+ |
                   |        |        |    |
                   +--------+---+----+----+
                                v
                             +-----+
                             | + e |
                             +-----+

                """)
    }

    @Test("a crossing looks unlike a meeting, also in ASCII")
    func crossing() throws {
        let graph = try DrawnGraph("a x", "a y", "b x", "b y", density: .line)
        #expect(
            graph.text() == """
                 ✔ a ─┬┬─▶ ✔ x
                      ╰┼╮
                 ✔ b ──┴┴▶ ✔ y

                """)
        #expect(
            graph.text(.ascii) == """
                 + a -++-> + x
                      +|+
                 + b --++> + y

                """)
    }

    @Test("wide characters keep their cells")
    func wide() throws {
        #expect(try DrawnGraph("日本語 データ", density: .line).text() == " ✔ 日本語 ──▶ ✔ データ\n")
    }
}
