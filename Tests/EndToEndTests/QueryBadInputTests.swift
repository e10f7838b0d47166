import Foundation
import Glibc
import Testing

@Suite("What the query desk must bear")
struct QueryBadInputTests {
    private static let settings =
        "connections:\n  mem: 'sqlite:'\n  down: 'postgresql:///x?host=/nonexistent'\n"

    private func desk(_ project: Project, on connection: String = "mem") throws -> Tmux {
        try project.write("spillway.yml", Self.settings)
        let tmux = try Tmux(project, command: [Project.program, "query", connection])
        try tmux.until(shows: "3 Query · \(connection)")
        return tmux
    }

    private func enter(_ text: String, _ key: String, into tmux: Tmux) throws {
        try tmux.press("End", "C-u")
        try tmux.type(text)
        try tmux.press(key)
    }

    @Test("cells, columns, tables and errors with hostile bytes are shown and never sent")
    func hostile() throws {
        let project = try Project()
        try project.write("spillway.yml", Self.settings)
        var sql = "create table \"evil\u{1B}[2Jtable\" (id, \"col\u{9B}2J\u{202E}umn\", doc);\n"
        for (number, piece) in Pipelines.hostilePieces.enumerated() {
            sql += "insert into \"evil\u{1B}[2Jtable\" values (\(number), 'before \(number) "
            sql += piece + " after', '{\"a\u{1B}]0;t\u{7}\": \"\(number)\u{9B}2J\"}');\n"
        }
        try project.write("evil.sql", sql)
        let terminal = try RawTerminal()
        let child = try project.start(
            "query", "mem", with: ["TERM": "xterm-256color"], streams: .terminal(terminal.path))
        try terminal.until("Query")
        terminal.take(waiting: 300)
        terminal.type("\u{1B}")
        terminal.take(waiting: 100)
        terminal.type(":read evil.sql\r")
        try terminal.until("evil")
        // F6 runs all, F3 lists the tables, F7 shows a plan.
        for key in [
            "\u{1B}[17~", "\u{1B}OR", "\u{1B}", "\u{1B}[F", "\r",
            "select * from \"evil", "\t", "\t", "\u{1B}", "3",
        ] {
            terminal.type(key)
            terminal.take(waiting: 150)
        }
        terminal.type("\u{15}select * from (select 1 as \"x\u{1B}[31m\", ':' as \"y\u{9B}2J\")")
        terminal.take(waiting: 100)
        for key in [
            "\u{1B}[15~", "\u{1B}[18~", "4", "\r", "\u{1B}", " ", "\u{1B}", "t", "t", "c", "b", "q",
            "\u{1B}", "d", "\u{1B}", "&", "\u{1B}", "3", "\u{15}",
            "select nope\u{9B}2J from \"x\u{1B}[2J\"", "\u{1B}[15~",
        ] {
            terminal.type(key)
            terminal.take(waiting: 150)
        }
        child.signal(SIGTERM)
        #expect(child.end(within: 20) == .exited(143))
        terminal.take(waiting: 20)
        let sent = TerminalBytes(terminal.bytes)
        #expect(sent.foreign == [])
        #expect(sent.text.contains("before 3 "))
    }

    @Test("a server that is not there is tried again while keys are answered, then told", .inTmux)
    func down() throws {
        let project = try Project()
        let tmux = try desk(project, on: "down")
        try enter("select 1", "F5", into: tmux)
        try tmux.until(shows: "trying again")
        for letter in ["a", "b", "c"] {
            let text = try tmux.settle(letter)
            #expect(
                text.contains("select 1" + (letter == "a" ? "a" : letter == "b" ? "ab" : "abc")))
        }
        // Words are told until the text changes.
        try tmux.until(shows: "down · down", within: 30)
        try tmux.press("F5")
        try tmux.until(shows: "nonexistent", within: 30)
        // Another connection works meanwhile.
        try tmux.press("F9")
        try tmux.type("mem")
        try tmux.press("Enter")
        try tmux.until(shows: "3 Query · mem")
        try enter("select 6 * 7 as answer", "F5", into: tmux)
        try tmux.until(shows: "answer", "42", "1 of 1")
    }

    @Test("rows without an end are looked at while they come, and cancelled", .inTmux)
    func endless() throws {
        let project = try Project()
        let tmux = try desk(project)
        try enter(
            "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n", "F5",
            into: tmux)
        try tmux.until(shows: "1 of ", "+", "^C cancels")
        // An escape with a letter right behind it is another key.
        try tmux.press("Escape")
        try tmux.until(hides: "f5 run")
        try tmux.press("j", "j")
        try tmux.until(shows: "3 of ")
        try tmux.press("C-c")
        try tmux.until(shows: "Cancelled")
        try tmux.until(hides: "^C cancels")
        try tmux.press("G")
        try tmux.until("the last of what came") { text in
            let words = text.split(separator: "\n").first { $0.contains(" of ") } ?? ""
            let parts = words.split(separator: " ")
            guard let place = parts.firstIndex(of: "of"), place > 0, place + 1 < parts.count
            else { return false }
            return parts[place - 1] == parts[place + 1] && parts[place - 1] != "1"
        }
    }

    @Test("a cell of 100 MB and 2,000 columns of one name are shown", .inTmux)
    func large() throws {
        let project = try Project()
        let tmux = try desk(project)
        try enter("select hex(zeroblob(50000000)) as big, 7 as seven", "F5", into: tmux)
        try tmux.until(shows: "big", "seven", "1 of 1", within: 60)
        let columns = (1...2_000).map { "\($0)" }.joined(separator: " as c, ")
        try project.write("wide.sql", "select \(columns) as c")
        try tmux.settle("Escape")
        try tmux.type(":read wide.sql")
        try tmux.press("Enter")
        try tmux.until(shows: "buffer wide.sql")
        try tmux.press("F5")
        try tmux.until(shows: "Results 2 of 2", "1 of 1", within: 60)
        try tmux.settle("Escape")
        try tmux.press("$")
        try tmux.until(shows: "2000")
    }

    @Test("text that is no UTF-8, NUL and infinities are valid in every format")
    func oddValues() throws {
        let project = try Project()
        let sql =
            "select cast(x'ff41c3' as text) as a, char(0) || 'b' as b, 9e999 as c, -9e999 as d"
        let json = try project.spillway("query", "sqlite:", sql, "--format", "json")
        let row = try json.json()[0]
        #expect(row["a"].text == "\u{FFFD}A\u{FFFD}" && row["b"].text == "\0b")
        #expect(json.output.contains("\"c\":null"))
        let csv = try project.spillway("query", "sqlite:", sql, "--format", "csv")
        #expect(csv.code == 0 && csv.output.contains("inf,-inf"))
    }

    @Test(
        "files that are no database, cut, encrypted or a folder are told apart from wrong queries")
    func badFiles() throws {
        let project = try Project()
        try project.write(
            "noise.db", Data((0..<8_192).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 3) }))
        try project.write("folder/x", "")
        for (name, words) in [
            ("noise.db", "not a database"), ("folder", "unable to open"),
            ("missing.db", "not made by a query"),
        ] {
            let outcome = try project.spillway("query", "sqlite:\(name)", "select 1")
            #expect(outcome.code == 1)
            #expect(outcome.errors.contains(words), "\(name): \(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: project.path + "/missing.db"))
        }
        let made = try project.spillway(
            "query", "sqlite:new.db", "create table t(a); select count(*) from t", "--create")
        #expect(made.code == 0 && made.output.contains("0"), "\(made.errors)")
    }
}

@Suite("A full disk under a result", .enabled(if: SmallDisk.isPermitted))
struct FullSpillTests {
    @Test("the rows that came before stay, it is said, and the next query runs", .inTmux)
    func spill() throws {
        let project = try Project()
        try project.write("spillway.yml", "connections:\n  mem: 'sqlite:'\n")
        let disk = try #require(SmallDisk(project, kilobytes: 6_144, name: ".spillway"))
        let tmux = try Tmux(project, command: [Project.program, "query", "mem"])
        try tmux.until(shows: "3 Query · mem")
        try tmux.type(
            "with recursive n(i) as (select 1 union all select i + 1 from n limit 400000) "
                + "select i, hex(randomblob(20)) as x from n")
        try tmux.press("F5")
        try tmux.until(shows: "cannot grow", within: 60)
        try tmux.settle("Escape")
        try tmux.press("G")
        try tmux.until("rows that came before") { $0.contains(" of ") && !$0.contains(" 0 of 0") }
        #expect(access(disk.path, W_OK) == 0)
    }
}
