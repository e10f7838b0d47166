import Testing

@testable import Screen

private func grid(_ width: Int, _ height: Int, _ charset: Charset = .unicode) -> Grid {
    Grid(size: Size(width: width, height: height), charset: charset)
}

@Suite("The grid")
struct GridTests {
    @Test("a text is cut at the edges, and a wide character that does not fit is a blank")
    func clipping() {
        var picture = grid(6, 2)
        let area = Rect(x: 1, y: 0, width: 4, height: 1)
        #expect(picture.write("日本語", row: 0, of: area) == 4)
        #expect(picture.write("x日本", row: 1, of: area) == 0)
        picture.write("x日本語", at: Point(x: 0, y: 1), width: 4)
        #expect(picture.text == " 日本\nx日")
        picture.write("語", at: Point(x: -1, y: 0))
        #expect(picture.text == " 日本\nx日")
    }

    @Test(
        "an ellipsis stands where text is left out",
        arguments: [
            (Overflow.cut, "abcdef"), (.ellipsis, "abcde…"), (.ellipsisAtStart, "…fghij"),
            (.ellipsisInMiddle, "abc…ij"),
        ])
    func ellipsis(overflow: Overflow, expected: String) {
        var picture = grid(10, 1)
        #expect(
            picture.write("abcdefghij", at: Point(x: 0, y: 0), width: 6, overflow: overflow) == 6)
        #expect(picture.text == expected)
    }

    @Test("overwriting half of a wide character blanks the other half")
    func halves() {
        var picture = grid(4, 1)
        picture.write("日本", at: Point(x: 0, y: 0))
        picture.write("x", at: Point(x: 1, y: 0))
        #expect(picture.text == " x本")
        picture.write("語", at: Point(x: 1, y: 0))
        #expect(picture.text == " 語")
    }

    @Test("a text can be scrolled sideways")
    func skipping() {
        var picture = grid(6, 1)
        picture.write("a日本b", row: 0, of: picture.bounds, skip: 2)
        #expect(picture.text == " 本b")
    }

    @Test("text at the right, in the middle, and in runs")
    func alignment() {
        var picture = grid(12, 3)
        picture.writeRight("42s", row: 0, of: picture.bounds, margin: 1)
        picture.writeCentred("mid", row: 1, of: picture.bounds, role: .title)
        picture.write(
            [TextRun("q", .key), TextRun(" quit"), TextRun(" and more", .dim)], row: 2,
            of: picture.bounds, overflow: .ellipsis)
        #expect(picture.text == "        42s\n    mid\nq quit and …")
        #expect(picture.roleMap == "        ...\n    ttt\nk .... ddd d")
    }

    @Test("frames that share a border join, lines cross, text stays text")
    func frames() {
        var picture = grid(14, 5)
        let inner = picture.drawFrame(Rect(x: 0, y: 0, width: 7, height: 5), title: "A")
        #expect(inner == Rect(x: 1, y: 1, width: 5, height: 3))
        picture.write("--", row: 0, of: inner)
        picture.drawFrame(Rect(x: 6, y: 0, width: 8, height: 5), isFocused: true)
        picture.drawLine(from: Point(x: 0, y: 2), to: Point(x: 13, y: 2))
        picture.drawLines([Point(x: 6, y: 1), Point(x: 9, y: 1), Point(x: 9, y: 4)])
        #expect(
            picture.text == """
                ┌ A ──┬──────┐
                │--   ├──┐   │
                ├─────┼──┼───┤
                │     │  │   │
                └─────┴──┴───┘
                """)
        #expect(picture[6, 0].role == .borderFocused)
        #expect(picture[6, 2].role == .borderFocused)
        #expect(picture[1, 2].role == .edge)
    }

    @Test("in ASCII, lines are + - |, and titles are cut with ~")
    func asciiFrame() {
        var picture = grid(9, 3, .ascii)
        picture.drawFrame(picture.bounds, title: "Pipelines", footer: "3/7")
        #expect(picture.text == "+ Pipe~ +\n|       |\n+-- 3/7 +")
    }

    @Test("a highlighted row keeps its roles, and a fill leaves nothing")
    func surfaces() {
        var picture = grid(5, 2)
        picture.write("ab", at: Point(x: 0, y: 1), role: .error)
        picture.highlight(row: 1, of: picture.bounds, surface: .selected)
        #expect(picture.surfaceMap == "\nSSSSS")
        #expect(picture.roleMap == "\nEE")
        picture.write("c", at: Point(x: 2, y: 1))
        #expect(picture.surfaceMap == "\nSSSSS")
        picture.fill(Rect(x: 1, y: 0, width: 9, height: 9), surface: .popup)
        #expect(picture.text == "\na")
        #expect(picture.surfaceMap == " PPPP\nSPPPP")
    }

    @Test(
        "nothing is too small, too large or too far away",
        arguments: [(0, 0), (1, 1), (2, 1), (3, 3)])
    func extremes(width: Int, height: Int) {
        var picture = grid(width, height)
        for x in -3...4 {
            for y in -2...3 {
                for size in 0...6 {
                    let area = Rect(x: x, y: y, width: size, height: size)
                    picture.drawFrame(area, title: "日本日本", footer: "日", isFocused: true)
                    picture.write("日本語", row: 0, of: area, column: x, overflow: .ellipsisInMiddle)
                    picture.writeRight("日本語", row: 0, of: area)
                    picture.writeCentred("日本語", row: 1, of: area)
                    picture.fill(area, surface: .popup)
                    picture.highlight(row: y, of: area, surface: .selected)
                    picture.addArms(.horizontal, x: x, y: y)
                    picture.draw(grid(2, 2), at: Point(x: x, y: y))
                }
            }
        }
        picture.write("x", at: Point(x: .max / 2, y: .max / 2), width: .max)
        #expect(picture.cells.count == width * height)
    }

    @Test("no two roles and no two surfaces share a letter")
    func letters() {
        #expect(Set(Role.allCases.map(\.letter)).count == Role.allCases.count)
        #expect(Set(Surface.allCases.map(\.letter)).count == Surface.allCases.count)
    }
}

@Suite("Colours")
struct ColorTests {
    @Test("a colour becomes the nearest that there is")
    func reduction() {
        #expect(Color.rgb(255, 0, 0).reduced(to: .indexed) == .indexed(196))
        #expect(Color.rgb(128, 128, 128).reduced(to: .indexed) == .indexed(244))
        #expect(Color.rgb(250, 10, 10).reduced(to: .sixteen) == .standard(9))
        #expect(Color.rgb(200, 10, 10).reduced(to: .eight) == .standard(1))
        #expect(Color.indexed(231).reduced(to: .sixteen) == .standard(15))
        #expect(Color.standard(12).reduced(to: .eight) == .standard(4))
        #expect(Color.rgb(1, 2, 3).reduced(to: .direct) == .rgb(1, 2, 3))
        #expect(Color.rgb(1, 2, 3).reduced(to: .none) == .terminal)
    }

    @Test("contrast is as WCAG defines it")
    func contrast() throws {
        let extreme = try #require(Color.rgb(0, 0, 0).contrast(with: .rgb(255, 255, 255)))
        #expect(abs(extreme - 21) < 0.001)
        // #777777 on white is the well-known near miss.
        let grey = try #require(Color.rgb(0x77, 0x77, 0x77).contrast(with: .rgb(255, 255, 255)))
        #expect(abs(grey - 4.478) < 0.001)
        #expect(Color.terminal.contrast(with: .standard(1)) == nil)
    }

    @Test("without colour a selection is still seen")
    func noColor() {
        let theme = Theme(name: "plain")
        let selected = theme.style(role: .error, surface: .selected, depth: .none)
        #expect(selected.emphasis == .reverse)
        #expect(theme.style(role: .plain, surface: .selected, depth: .sixteen).emphasis == .reverse)
    }
}
