import Domain
import Screen
import Settings
import Testing
import Themes

@Suite("Themes")
struct ThemeTests {
    @Test(
        "every theme of ours is read without a problem and names itself",
        arguments: BuiltInThemes.names)
    func builtIn(name: String) throws {
        let text = try #require(BuiltInThemes.text(of: name))
        let reading = Theme.reading(text, file: name)
        #expect(reading.problems == [])
        #expect(reading.theme.name == name)
    }

    @Test(
        "every role of a 24-bit theme can be read on every surface",
        arguments: [
            "dark", "light", "high-contrast", "deuteranopia", "protanopia", "tritanopia",
        ])
    func contrast(name: String) throws {
        let text = try #require(BuiltInThemes.text(of: name))
        let theme = Theme.reading(text, file: name).theme
        for surface in Surface.allCases {
            for role in Role.allCases {
                let style = theme.style(role: role, surface: surface, depth: .direct)
                let contrast = try #require(style.foreground.contrast(with: style.background))
                #expect(contrast >= 4.5, "\(role) on \(surface) in \(name)")
            }
        }
    }

    @Test(
        "whatever the depth, what is selected differs from what is not",
        arguments: BuiltInThemes.names)
    func selection(name: String) throws {
        let text = try #require(BuiltInThemes.text(of: name))
        let theme = Theme.reading(text, file: name).theme
        for depth in ColorDepth.allCases {
            let base = theme.style(role: .plain, surface: .base, depth: depth)
            for surface in [Surface.selected, .selectedUnfocused, .match, .matchCurrent] {
                let style = theme.style(role: .plain, surface: surface, depth: depth)
                #expect(style != base, "\(surface) at \(depth)")
                if style.foreground != .terminal {
                    #expect(style.foreground != style.background, "\(surface) at \(depth)")
                }
            }
        }
    }

    @Test("mistakes are told with their places and nearest names, and the rest is used")
    func mistakes() {
        let reading = Theme.reading(
            """
            name: mine
            palette: { sky: "#88ccff" }
            roles:
              plain: skye
              erorr: red
              error: { fg: sky, blod: true, underline: true }
              dim: "#12345"
              info: 256
            surfaces:
              selected: { bg: 17, without_color: [reverse, loud] }
            extra: 1
            """, file: "mine.yml")
        let told = reading.problems.map {
            "\($0.place.line):\($0.place.column) \($0.problem) \($0.remedy)"
        }
        #expect(
            told == [
                "4:10 There is no colour 'skye'. Write 'sky' instead, or remove it.",
                "5:3 There is no role 'erorr'. Write 'error' instead, or remove it.",
                "6:21 There is no property 'blod'. Write 'bold' instead, or remove it.",
                "7:8 '#12345' is no colour. Write six hexadecimal digits, as in \"#88ccff\".",
                "8:9 There is no colour 256. Write a number from 0 to 255.",
                "10:48 There is no weight 'loud'. Write one of: bold, underline, italic, reverse.",
                "11:1 There is no section 'extra'. Write one of: name, palette, roles, surfaces.",
            ])
        #expect(reading.problems.first?.lineText == "  plain: skye")
        #expect(
            reading.theme[.error]
                == TextStyle(foreground: .rgb(0x88, 0xCC, 0xFF), emphasis: .underline))
        #expect(
            reading.theme[.selected]
                == SurfaceStyle(background: .indexed(17), withoutColor: .reverse))
    }

    @Test(
        "text that is no theme gives one problem and no crash",
        arguments: [
            "", "just words", "- a\n- b", "roles: 3", "roles: {plain: [", "a: &a [*a]",
            "roles:\n\tplain: red", String(repeating: "[", count: 5000),
            String(repeating: "- ", count: 5000), String(repeating: "x", count: 300_000),
            "roles: {plain: red, plain: blue}", "\u{0}", "? [a, b]\n: 1",
        ])
    func noTheme(text: String) {
        let reading = Theme.reading(text, file: "t.yml")
        #expect(reading.problems.count == 1)
        #expect(reading.problems.allSatisfy { $0.place.line >= 1 && !$0.remedy.isEmpty })
    }
}
