import Domain
import PaneKit
import Screen
import Testing

@Suite("Changing keys")
struct KeyTablesTests {
    private static func row(_ action: String, _ keys: String...) -> KeyTable.Row {
        KeyTable.Row(
            action: action, title: action, sequences: keys.compactMap { KeySequence(text: $0) })
    }

    private let tables = KeyTables(
        shell: KeyTable([row("zoom", "+"), row("quit", "Z Z"), row("help", "?", "f1")]),
        panes: [
            "runs": KeyTable([row("next", "j", "down"), row("first", "g g"), row("open", "enter")])
        ])

    private func change(
        _ context: String, _ action: String, _ keys: String..., line: Int = 1
    ) -> KeyChange {
        KeyChange(
            context: context, action: action,
            sequences: keys.compactMap { KeySequence(text: $0) },
            place: SourcePlace(line: line, column: 3))
    }

    private func applying(_ changes: KeyChange...) -> (KeyTables, [String]) {
        var changed = tables
        let problems = changed.apply(changes)
        return (changed, problems.map(\.problem))
    }

    @Test("new keys take the place of the old ones, and [] leaves an action without any")
    func replacing() {
        let (changed, problems) = applying(
            change("runs", "next", "n"), change("everywhere", "zoom"))
        #expect(problems == [])
        #expect(changed.table(of: "runs").match([.character("n")]) == .matched("next"))
        #expect(changed.table(of: "runs").match([.character("j")]) == .unknown)
        #expect(changed.shell.label(of: "zoom") == nil)
    }

    @Test("a key that another action had goes over; one left without a key is told")
    func taking() {
        let (kept, none) = applying(change("runs", "open", "j"))
        #expect(none == [])
        #expect(kept.table(of: "runs").label(of: "next") == "down")
        let (_, lost) = applying(change("runs", "next", "g"))
        #expect(lost == ["'g' for next leaves first without a key."])
    }

    @Test("two changes that want one key, or one that begins the other, are a conflict")
    func conflicts() {
        let (changed, problems) = applying(
            change("runs", "next", "x"), change("runs", "open", "x y", line: 2))
        #expect(
            problems
                == ["'x y' cannot be open: 'x' is next (line 1)."].map {
                    $0.replacing("x y", with: "xy")
                })
        #expect(changed.table(of: "runs").match([.character("x")]) == .matched("next"))
    }

    @Test("a key of a pane that hides the only key of the shell there is told, and so the reverse")
    func hiding() {
        let (_, hidden) = applying(change("runs", "open", "+"))
        #expect(hidden == ["In 'runs', '+' does not reach zoom: the pane has its own use of it."])
        let (_, other) = applying(change("runs", "open", "?"))
        #expect(other == [])
        let (_, begun) = applying(change("everywhere", "zoom", "g"))
        #expect(begun == ["In 'runs', 'gg' cannot be typed: 'g' works everywhere."])
    }

    @Test("unknown names are told with the nearest one, and change nothing")
    func unknown() {
        var changed = tables
        let problems = changed.apply([
            change("rums", "next", "x"), change("runs", "opne", "x", line: 2),
        ])
        #expect(problems.map(\.remedy) == ["Write 'runs' instead.", "Write 'open' instead."])
        #expect(changed == tables)
    }
}
