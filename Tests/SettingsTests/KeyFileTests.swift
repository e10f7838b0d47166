import Domain
import PaneKit
import Screen
import Settings
import Testing
import Workbench

@Suite("Key files")
struct KeyFileTests {
    @Test("every preset is read without a problem", arguments: KeyPreset.allCases)
    func presets(preset: KeyPreset) {
        let reading = KeyFile.reading(
            preset.text, file: preset.rawValue, over: Workbench.standardKeys)
        #expect(reading.problems.map { "\($0.place.line): \($0.problem)" } == [])
        #expect((preset == .standard) == (reading.tables == Workbench.standardKeys))
    }

    @Test("a preset comes first, and the file's own keys win over it")
    func overPreset() {
        let reading = KeyFile.reading(
            """
            preset: k9s
            runs:
              trigger: [r]
              rerun-failed: C
            """, file: "keys.yml", over: Workbench.standardKeys)
        #expect(reading.problems == [])
        #expect(reading.tables.table(of: "runs").match([.character("r")]) == .matched("trigger"))
        #expect(
            reading.tables.table(of: "log").match([.character("s")]) == .matched("toggle-follow"))
    }

    @Test("every mistake is told with its place and nearest name, and the rest works")
    func mistakes() {
        let text = """
            preset: vi
            runs:
              triger: t
              cancel-run: ["^i"]
              open-run: [hyper-x, o]
            grpah:
              go-child: l
            log: [x]
            """
        let reading = KeyFile.reading(text, file: "keys.yml", over: Workbench.standardKeys)
        let told = reading.problems.map { "\($0.place.line):\($0.place.column) \($0.problem)" }
        #expect(
            told == [
                "1:9 There is no preset 'vi'.",
                "3:3 There is no action 'triger' in 'runs'.",
                "4:16 '^i' cannot be typed: terminals send tab for ^I.",
                "5:14 'hyper-x' is no key.",
                "7:3 There is no pane 'grpah'.",
                "8:1 'log' is a list of actions and their keys.",
            ])
        #expect(reading.problems[0].remedy == "Write 'vim' instead.")
        #expect(reading.problems[5].lineText == "log: [x]")
        let runs = reading.tables.table(of: "runs")
        #expect(runs.match([.character("o")]) == .matched("open-run"))
    }

    @Test(
        "whatever the text, reading ends, and tells where nothing could be used",
        arguments: ["", "\u{0}", "runs: {", "- a", "runs: 3", "? [a]\n: b", "runs: {next-row: {}}"])
    func oddities(text: String) {
        let reading = KeyFile.reading(text, file: "keys.yml", over: Workbench.standardKeys)
        #expect(text.isEmpty || text.hasPrefix("?") || !reading.problems.isEmpty)
        #expect(reading.tables.shell == Workbench.standardKeys.shell)
    }
}
