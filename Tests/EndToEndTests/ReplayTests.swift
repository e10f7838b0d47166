import Foundation
import Testing

@Suite("Sessions written down")
struct ReplayTests {
    private let script = """
        # What one looks at after a run.
        size 160x45
        expect 2 Log · load
        press 2 a
        expect all tasks of
        expect extract
        press esc / 
        type loaded
        press enter
        expect 'loaded' 1 line
        press 1 r
        expect 1 Recent runs
        press ?
        expect Keys
        press esc 0
        """

    private func project() throws -> Project {
        let project = try Project(["quick": Pipelines.quick])
        guard try project.spillway("run", "quick").code == 0 else { throw Trouble("no run") }
        return project
    }

    @Test("a script is played without a terminal, and its expectations are checked")
    func playing() throws {
        let project = try project()
        try project.write("good.session", script)
        let good = try project.spillway("replay", "good.session", "--json")
        #expect(good.code == 0, "\(good.output) \(good.errors)")
        #expect(try good.json()["met"].number == 6)
        #expect(try good.json()["screen"].text?.contains("0 Runs") == true)

        try project.write("bad.session", script + "\npatience 50ms\nexpect no such thing\n")
        let bad = try project.spillway("replay", "bad.session")
        #expect(bad.code == 1)
        #expect(bad.errors.contains("bad.session:17: error: 'no such thing' was not seen"))
        #expect(bad.errors.contains("0 Runs"))
    }

    @Test("mistakes in a script are told all at once, with the nearest step, and nothing is played")
    func mistakes() throws {
        let project = try project()
        try project.write("x.session", "pres j\nsize 0x1\npress hyper\nexpect\n")
        let outcome = try project.spillway("replay", "x.session")
        #expect(outcome.code == 2)
        for words in ["x.session:1", "Write 'press' instead", "x.session:2", "x.session:3", ":4"] {
            let isTold = outcome.errors.lowercased().contains(words.lowercased())
            #expect(isTold, "\(words) in \(outcome.errors)")
        }
    }

    @Test(
        "a recorded session plays back to the same screen", .inTmux)
    func recording() throws {
        let project = try project()
        let tmux = try Tmux(
            project, width: 120, height: 40,
            command: [Project.program, "open", "--record", "made.session"])
        try tmux.until(shows: "2 Log · load", "loaded")
        try tmux.settle("1")
        try tmux.settle("h")
        try tmux.settle("+")
        let seen = try tmux.settle("t")
        try tmux.press("q", "q", "q", "q", "q")
        #expect(try tmux.exitCode() == 0)
        let recorded = project.read("made.session")
        #expect(recorded.contains("size 120x40"))
        #expect(recorded.contains("# frame"))
        // Up to the screen that was looked at; what was remembered at the end is put away.
        try FileManager.default.removeItem(atPath: project.path + "/.spillway/workbench")
        let steps = recorded.split(separator: "\n").prefix { !$0.hasPrefix("press q") }
        try project.write("cut.session", steps.joined(separator: "\n"))
        let played = try project.spillway("replay", "cut.session", "--screen")
        #expect(played.code == 0)
        for line in seen.split(separator: "\n").dropFirst().dropLast() {
            #expect(played.output.contains(line), "\(line)")
        }
    }
}
