import Domain
import Foundation
import Glibc
import Testing

@testable import Runners

@Suite("A brief command that is ended")
struct BriefGraceTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "spillway-grace-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// Begins something in the background that does `trap` at TERM, and ends the command as soon as
    /// that is there. What the background has written by then.
    private func end(trap: String, grace: Span) -> String {
        var command = BriefCommand(
            command: "(trap '\(trap)' TERM; echo up > up; while :; do sleep 0.02; done) & wait",
            directory: folder, log: folder + "/log")
        command.grace = grace
        let outcome = command.run(limit: .seconds(60)) { [folder] in
            access(folder + "/up", F_OK) == 0
        }
        #expect(outcome == .timedOut)
        return (try? String(contentsOfFile: folder + "/gone", encoding: .utf8)) ?? ""
    }

    @Test("what it started has its grace, though its shell is gone")
    func graceful() {
        #expect(end(trap: "sleep 0.3; echo gone > gone; exit", grace: .seconds(20)) == "gone\n")
    }

    @Test("what does not end is killed then; without a grace at once")
    func stubborn() {
        let begin = SystemClock.monotonic()
        #expect(end(trap: "", grace: .milliseconds(300)).isEmpty)
        #expect(end(trap: "sleep 5; echo gone > gone; exit", grace: .zero).isEmpty)
        #expect(SystemClock.monotonic().microseconds - begin.microseconds < 15_000_000)
    }
}
