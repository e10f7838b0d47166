import Testing

@testable import Screen

/// Bytes that differ with each seed, always the same for one (SplitMix64).
struct SeededBytes: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Whether a terminal could do anything else than show this scalar.
private func isDangerous(_ value: UInt32) -> Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
        0xFE00...0xFE0F, 0xFEFF, 0xFFF9...0xFFFC, 0xE000...0xF8FF, 0xD800...0xDFFF,
        0xE0000...0x10FFFF:
        true
    default: false
    }
}

private func shown(_ text: String, _ charset: Charset = .unicode, width: Int = 60) -> String {
    var grid = Grid(size: Size(width: width, height: 1), charset: charset)
    grid.write(text, at: Point(x: 0, y: 0))
    return grid.text
}

@Suite("Text on its way to the screen")
struct SanitiserTests {
    @Test("whatever the bytes, no cell holds a control", arguments: UInt64(1)...40)
    func randomBytes(seed: UInt64) {
        var random = SeededBytes(state: seed)
        for charset in [Charset.unicode, .ascii] {
            var grid = Grid(size: Size(width: 40, height: 20), charset: charset)
            for row in 0..<20 {
                // Half of the lines are any bytes, half any scalars.
                var bytes: [UInt8] = []
                for _ in 0..<30 {
                    if row % 2 == 0 {
                        bytes.append(UInt8.random(in: 0...255, using: &random))
                    } else if let scalar = Unicode.Scalar(
                        UInt32.random(in: 0..<0x110000, using: &random))
                    {
                        bytes += Array(String(scalar).utf8)
                    }
                }
                let overflow: Overflow = [.cut, .ellipsis, .ellipsisAtStart, .ellipsisInMiddle][
                    row % 4]
                grid.write(
                    bytes: bytes.span, row: row, of: grid.bounds, column: row % 5 - 2,
                    overflow: overflow, skip: row % 3)
            }
            expectSound(grid)
        }
    }

    @Test("every scalar there is becomes harmless cells, ASCII ones under ASCII")
    func everyScalar() {
        for charset in [Charset.unicode, .ascii] {
            var grid = Grid(size: Size(width: 12, height: 1), charset: charset)
            for value in stride(from: UInt32(0), to: 0x110000, by: 1) {
                // The blocks of like letters, sparsely.
                let isDense = value < 0x3100 || (0xFB00..<0x10000).contains(value)
                if !isDense, value % 61 != 0 { continue }
                guard let scalar = Unicode.Scalar(value) else { continue }
                grid.write("a\(scalar)b", at: Point(x: 0, y: 0))
                for cell in grid.cells {
                    if isDangerous(cell.scalar.value)
                        || (charset == .ascii && cell.scalar.value > 0x7E)
                    {
                        Issue.record("U+\(String(value, radix: 16)) reached a cell as \(cell)")
                    }
                }
            }
        }
    }

    /// Halves of wide characters stand together, and nothing dangerous is anywhere.
    private func expectSound(_ grid: Grid) {
        for y in 0..<grid.size.height {
            for x in 0..<grid.size.width {
                let cell = grid[x, y]
                var values = [cell.scalar.value]
                values += (0..<4).map { cell.marks[$0] }.filter { $0 != 0 }
                #expect(!values.contains(where: isDangerous))
                if grid.charset == .ascii { #expect(values.allSatisfy { $0 < 0x7F }) }
                if cell.width == 2 { #expect(x + 1 < grid.size.width && grid[x + 1, y].width == 0) }
                if cell.width == 0 { #expect(x > 0 && grid[x - 1, y].width == 2) }
            }
        }
    }

    @Test("controls are shown as what they are")
    func controls() {
        #expect(shown("a\u{1B}[31mb\u{7}\u{0}\u{7F}") == "a␛[31mb␇␀␡")
        #expect(shown("\u{9B}2J") == "⟨9b⟩2J")
        #expect(shown("x\u{202E}y\u{2066}") == "x⟪RLO⟫y⟪LRI⟫")
        #expect(shown("a\u{200B}b\u{FEFF}c\u{AD}d") == "a⟨zwsp⟩b⟨bom⟩c⟨shy⟩d")
        #expect(shown("a\u{2028}b") == "a⟨2028⟩b")
        #expect(shown("a\tb\r\n") == "a       b␍␊")
        #expect(shown("\u{1B}[0m\u{9B}\u{202E}é→…", .ascii) == "^[[0m<9b><RLO>?>...")
    }

    @Test("bytes that are no UTF-8 are shown one by one")
    func invalidBytes() {
        func shown(_ bytes: [UInt8]) -> String {
            var grid = Grid(size: Size(width: 30, height: 1))
            grid.write(bytes: bytes.span, row: 0, of: grid.bounds)
            return grid.text + "|" + grid.roleMap
        }
        #expect(shown([0x61, 0xFF, 0x62]) == "a\\xffb|.????.")
        #expect(shown([0xC0, 0xAF]) == "\\xc0\\xaf|????????")
        #expect(shown([0xED, 0xA0, 0x80]) == "\\xed\\xa0\\x80|????????????")
        #expect(shown([0xE2, 0x82]) == "\\xe2\\x82|????????")
        #expect(shown([0xF4, 0x90, 0x80, 0x80]) == "\\xf4\\x90\\x80\\x80|????????????????")
    }

    @Test(
        "widths that terminals agree about are kept; the others are made certain",
        arguments: [
            ("plain", "plain", 5), ("日本語", "日本語", 6), ("한글", "한글", 4), ("ｱｲｳ", "ｱｲｳ", 3),
            ("e\u{301}", "e\u{301}", 1), ("\u{1112}\u{1161}\u{11AB}", "한", 2), ("😀", "😀", 2),
            ("❤\u{FE0F}x", "❤x", 2), ("👨\u{200D}👩\u{200D}👧", "👨👩👧", 6), ("👍\u{1F3FD}", "👍", 2),
            ("🇩🇪", "DE", 2), ("1\u{FE0F}\u{20E3}x", "1x", 2), ("שלום", "שלום", 4),
            ("\u{301}x", "◌x", 2), ("\u{E000}", "\u{FFFD}", 1), ("\u{10FFFF}", "\u{FFFD}", 1),
            ("\u{378}", "\u{FFFD}", 1), ("\u{FFFC}", "\u{FFFD}", 1), ("हि", "ह◌", 2),
            ("a\u{A0}b\u{3000}c", "a b  c", 6), ("ﷺ", "ﷺ", 1), ("⁧x", "⟪RLI⟫x", 6),
            ("x\u{E0041}", "x⟨e0041⟩", 8), ("a\u{200D}b", "a⟨zwj⟩b", 7),
        ])
    func widths(text: String, expected: String, width: Int) {
        #expect(shown(text) == expected)
        #expect(DisplayWidth.of(text) == width)
    }

    @Test("a pile of marks stays a cluster of five scalars")
    func marks() {
        let text = "a" + String(repeating: "\u{301}", count: 50) + "b"
        #expect(shown(text) == "a\u{301}\u{301}\u{301}\u{301}b")
        #expect(DisplayWidth.of(text) == 2)
    }

    @Test("the width of a text is what writing it takes", arguments: UInt64(1)...30)
    func widthIsUse(seed: UInt64) {
        var random = SeededBytes(state: seed)
        let pool = Array(
            "aé日😀\u{301}\u{200D}\u{FE0F}🇩\u{1F3FD}\t\u{7}कि\u{1112}\u{1161}".unicodeScalars)
        var text = ""
        for _ in 0..<12 {
            text.unicodeScalars.append(pool[Int.random(in: 0..<pool.count, using: &random)])
        }
        var grid = Grid(size: Size(width: 200, height: 1))
        #expect(grid.write(text, at: Point(x: 0, y: 0)) == DisplayWidth.of(text))
    }
}
