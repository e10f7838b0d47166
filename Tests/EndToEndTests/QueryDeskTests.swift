import Foundation
import Testing

@Suite("The query desk and the plan explorer in a real terminal", .inTmux)
struct QueryDeskTests {
    /// A database in memory: the editor, its results and its plans share one session with it.
    private static let settings = "connections:\n  mem: 'sqlite:'\n"
    private static let table =
        "create table cities as with recursive n(i) as (values(1) union all select i + 1 from n "
        + "where i < 5000) select i as id, 'city ' || (i % 7) as name, i * 1.5 as size from n"

    private func desk(_ project: Project, width: Int = 160, height: Int = 45) throws -> Tmux {
        try project.write("spillway.yml", Self.settings)
        let tmux = try Tmux(
            project, width: width, height: height, command: [Project.program, "query", "mem"])
        try tmux.until(shows: "3 Query · mem")
        return tmux
    }

    /// Puts a statement in place of the line in the editor, and presses a key.
    private func enter(_ text: String, _ key: String, into tmux: Tmux) throws {
        try tmux.press("End", "C-u")
        try tmux.type(text)
        try tmux.press(key)
    }

    @Test("a statement is completed, run, sorted, filtered, described and exported")
    func results() throws {
        let project = try Project()
        let tmux = try desk(project)
        try enter(Self.table, "F5", into: tmux)
        try tmux.until(shows: "CREATE")
        try tmux.until("the new table is known to the completion") { _ in
            try enter("select * from cit", "Tab", into: tmux)
            return try tmux.screen().contains("select * from cities")
        }
        try tmux.type(" where id > 10")
        try tmux.press("F5")
        try tmux.until(shows: "1 of 4,990", "4,990 rows in")
        try tmux.settle("Escape")
        try tmux.press("G")
        try tmux.until(shows: "4,990 of 4,990", "7500.0")
        try tmux.press("g", "g", "l", "l", "S")
        try tmux.until(shows: "by size ▼", "1 of 4,990")
        try tmux.press("&", "C-u")
        try tmux.type("name ~ city 3 and size > 7000")
        try tmux.press("Enter")
        try tmux.until(shows: "1 of 47")
        try tmux.press("o", "C-u")
        try tmux.type("out.csv")
        try tmux.press("Enter")
        try tmux.until(shows: "47 rows", "written to out.csv")
        let lines = project.read("out.csv").split(separator: "\n")
        #expect(lines.first == "id,name,size")
        #expect(lines.dropFirst().first == "4994,city 3,7491.0")
        #expect(lines.count == 48)
        try tmux.press("d")
        try tmux.until(shows: "distinct", "histogram")
        try tmux.settle("Escape")
        try tmux.settle("Escape")
        try tmux.until(shows: "by size ▼")
        // Back to what was not sorted, then out.
        try tmux.press("q")
        try tmux.until(hides: "by size ▼")
        try tmux.press("Z", "Z")
        #expect(try tmux.exitCode() == 0)
    }

    @Test("names of the last session are completed while the database cannot be reached")
    func keptNames() throws {
        let project = try Project()
        try project.write("spillway.yml", "connections:\n  shop: 'sqlite:shop.db'\n")
        let made = try project.spillway([
            "query", "--create", "sqlite:shop.db", "create table customers(customer_number int)",
        ])
        #expect(made.code == 0)
        let folder = project.path + "/.spillway/query/schemas"
        var kept: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }
        for isThere in [true, false] {
            let tmux = try Tmux(
                project, width: 100, height: 30, command: [Project.program, "query", "shop"])
            try tmux.until(shows: "3 Query · shop")
            try tmux.until("the name is offered") { _ in
                try enter("select * from custo", "Tab", into: tmux)
                return try tmux.screen().contains("select * from customers")
            }
            if isThere { try tmux.until("the names are kept") { _ in kept.count == 1 } }
            try tmux.settle("Escape")
            try tmux.press("Z", "Z")
            #expect(try tmux.exitCode() == 0)
            try? FileManager.default.removeItem(atPath: project.path + "/shop.db")
        }
        let file = folder + "/" + (kept.first ?? "")
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("an error has its place and its words, what destroys is asked about, and ^C ends a query")
    func failing() throws {
        let project = try Project()
        let tmux = try desk(project, width: 80, height: 24)
        try enter("create table t(a); insert into t values (1), (2)", "F6", into: tmux)
        try tmux.until(shows: "2 rows changed")
        try enter("select x.a from t as x join t as y on x.a = y.b", "F5", into: tmux)
        try tmux.until(shows: "no such column: y.b", " 1:45 ")
        try enter("delete from t", "F5", into: tmux)
        try tmux.until(shows: "delete every row of t", "y yes")
        try tmux.press("n")
        try enter(
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
            "F5", into: tmux)
        try tmux.until(shows: "^C cancels")
        try tmux.press("C-c")
        try tmux.until(shows: "Cancelled")
        try enter("select count(*) as left_over, :what as what from t", "F5", into: tmux)
        try tmux.until(shows: ":what =")
        try tmux.type("kept")
        try tmux.press("Enter")
        try tmux.until(shows: "left_over", "kept", "1 of 1")
    }

    @Test("a plan is shown, measured, compared with the one before an index, and advised on")
    func plan() throws {
        let project = try Project()
        let tmux = try desk(project)
        try enter(Self.table, "F5", into: tmux)
        try tmux.until(shows: "CREATE")
        let query = "select name from cities where id = 17"
        try enter(query, "F7", into: tmux)
        try tmux.until(shows: "5 Plan · sqlite · not run", "SCAN cities")
        try tmux.press("a")
        try tmux.until("a measured plan") { $0.contains(" ms ─") && !$0.contains("running") }
        try tmux.press("A")
        try tmux.until(shows: "CREATE INDEX", "tried: ", "times faster")
        try tmux.settle("Escape")
        try tmux.press("G", "Enter")
        try tmux.until(shows: "Its words in the query", "SCAN cities", "· node")
        try tmux.settle("Escape")
        try tmux.press("Space")
        try tmux.until(shows: "Pinned")
        try tmux.press("3")
        try enter("create index by_id on cities(id)", "F5", into: tmux)
        try tmux.until(shows: "CREATE done")
        try enter(query, "F7", into: tmux)
        try tmux.until(shows: "SEARCH cities", "by_id")
        try tmux.press("d")
        try tmux.until(shows: "· compared", "SCAN cities → SEARCH cities")
    }
}
