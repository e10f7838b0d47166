import Foundation
import Glibc
import Testing

@Suite("Pipeline files that change while they are followed", .inTmux)
struct PipelineChangesTests {
    @Test("an added, changed, broken, mended and removed file is shown without a key pressed")
    func workbench() throws {
        let project = try Project(["quick": Pipelines.quick])
        let tmux = try Tmux(project)
        try tmux.until(shows: "quick", "extract", "clean", "load")

        try project.write("pipelines/second.yml", "tasks: { hello: { run: \"echo hello\" } }\n")
        try tmux.until(shows: "second", "second.yml is new: 1 task")

        let longer = Pipelines.quick + "  publish: { run: \"echo published\", needs: load }\n"
        try project.write("pipelines/quick.yml", longer)
        try tmux.until(shows: "quick.yml was read again: 4 tasks", "publish")

        let wrong = longer + "  report: { run: \"echo\", needs: lod }\n"
        try project.write("pipelines/quick.yml", wrong)
        let broken = try tmux.until(shows: "quick.yml:7:", "1 problem(s)")
        #expect(broken.contains("publish"), "the graph of the last good file went\n\(broken)")
        // What runs is what the file says now, and that cannot be run.
        try tmux.settle("T")
        #expect(try project.spillway("runs", "--json").output.contains("manual__") == false)

        try project.write("pipelines/quick.yml", Pipelines.quick)
        try tmux.until(hides: "1 problem(s)")
        try tmux.until(hides: "publish")
        try FileManager.default.removeItem(atPath: project.path + "/pipelines/second.yml")
        try tmux.until(shows: "second.yml is gone")
        try tmux.press("T")
        try tmux.until(shows: "3/3")
        try tmux.press("q")
        #expect(try tmux.exitCode() == 0)
    }

    @Test("the folder of pipelines may come later, go, and come back in one piece")
    func folder() throws {
        let project = try Project()
        let tmux = try Tmux(project)
        try tmux.until(shows: "No pipelines here yet")
        try project.write("pipelines/quick.yml", Pipelines.quick)
        try tmux.until(shows: "extract", "clean", "load")
        let (here, away) = (project.path + "/pipelines", project.path + "/away")
        try FileManager.default.moveItem(atPath: here, toPath: away)
        try tmux.until(shows: "No pipelines here yet")
        try FileManager.default.moveItem(atPath: away, toPath: here)
        try tmux.until(shows: "extract", "clean", "load")
        try project.write("pipelines/second.yml", "tasks: { hello: { run: \"echo hello\" } }\n")
        try tmux.until(shows: "second")
        try tmux.press("q")
        #expect(try tmux.exitCode() == 0)
    }

    @Test("a suite of checks that comes or changes is in the list of suites")
    func checks() throws {
        let project = try Project(["quick": Pipelines.quick])
        let suite = "csv: a.csv\nexpectations:\n  - not_null: a\n"
        try project.write("checks/first.yml", "name: first suite\n" + suite)
        let tmux = try Tmux(project)
        try tmux.until(shows: "quick")
        try tmux.press("7")
        try tmux.until(shows: "first")
        try project.write("checks/second.yml", "name: second suite\n" + suite)
        try tmux.until(shows: "second")
        try FileManager.default.removeItem(atPath: project.path + "/checks/first.yml")
        try tmux.until(hides: "first")
    }

    @Test("'serve' follows a schedule that comes, and keeps that of a file that broke")
    func serve() throws {
        let project = try Project(["quick": Pipelines.quick])
        let server = try project.start("serve", "--json")
        let tick = "schedule: { every: 1s }\ntasks: { tick: { run: \"echo tick\" } }\n"
        try server.until("the runner's state") { _ in
            FileManager.default.fileExists(atPath: project.path + "/.spillway/state.db")
        }
        try project.write("pipelines/often.yml", tick)
        try server.until("the new file") { $0.errors.contains("often.yml is new: 1 task") }
        try server.until("a scheduled run") { $0.output.contains("often") }
        try project.write("pipelines/often.yml", tick + "tusks: {}\n")
        try server.until("the mistake") { $0.errors.contains("often.yml:3:") }
        let runs = server.output.components(separatedBy: "success").count
        try server.until("more runs") {
            $0.output.components(separatedBy: "success").count > runs + 1
        }
        try FileManager.default.removeItem(atPath: project.path + "/pipelines/often.yml")
        try server.until("the removal") { $0.errors.contains("often.yml is gone") }
        server.signal(SIGTERM)
        #expect(server.end(within: 20) == .exited(0))
    }
}
