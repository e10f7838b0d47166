import Foundation
import Glibc
import Testing

@Suite("What hooks say, where another process runs the pipelines", .serialized)
struct NoticeTests {
    private static let bakery = """
        tasks:
          bake:
            run: "true"
            on_success: [{ toast: "the loaf {{ run_id | length }} is baked" }, bell]

        """

    @Test("'run' tells what the hooks of a run say that the owner works on")
    func handedOver() throws {
        let project = try Project(["bakery": Self.bakery])
        let server = try project.start("serve")
        try server.until("serving") { $0.output.contains("serving") }
        let run = try project.spillway("run", "bakery")
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("the loaf 33 is baked"), "\(run.output)")
        let again = try project.spillway("run", "bakery")
        #expect(again.output.components(separatedBy: "is baked").count == 2, "\(again.output)")
        server.signal(SIGTERM)
        #expect(server.end() == .exited(0))
    }

    @Test("an attached workbench shows a toast once; one that comes later does not", .inTmux)
    func attached() throws {
        let project = try Project(["bakery": Self.bakery])
        let server = try project.start("serve")
        try server.until("serving") { $0.output.contains("serving") }
        let viewer = try Tmux(project)
        try viewer.until(shows: "Another spillway runs")
        #expect(try project.spillway("trigger", "bakery").code == 0)
        try viewer.until("the run's end") { $0.contains("success") }
        try viewer.press("m")
        let seen = try viewer.until(shows: "the loaf 33 is baked")
        #expect(seen.components(separatedBy: "is baked").count == 2, "\(seen)")
        let later = try Tmux(project)
        try later.until(shows: "Another spillway runs")
        try later.press("m")
        let shown = try later.until(shows: "Another spillway runs")
        #expect(!shown.contains("is baked"), "\(shown)")
        server.signal(SIGTERM)
        #expect(server.end() == .exited(0))
    }
}
