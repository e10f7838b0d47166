import ByteCoding
import Domain
import SchedulerCore
import Testing

@testable import Runners

@Suite("Launches that stand by")
struct StandbysTests {
    private func id(_ name: String) -> AttemptID {
        AttemptID(run: "r", task: TaskID(name), number: 1)
    }

    private func launch(_ name: String, lane: UInt64 = 1, rank: Int) -> ShellLaunch {
        ShellLaunch(
            id: id(name), command: "", directory: "/", log: "", token: name,
            place: SlotPlace(lane: lane, rank: rank))
    }

    @Test("the least rank comes first, each in its lane, in whatever order they came")
    func ranks() {
        var standbys = Standbys()
        for (name, rank) in [("c", 7), ("a", 1), ("b", 3)] {
            standbys.add(launch(name, rank: rank), missing: [])
        }
        standbys.add(launch("other", lane: 2, rank: 0), missing: [])
        #expect(standbys.takeNext(of: 1)?.token == "a")
        #expect(standbys.takeNext(of: 1)?.token == "b")
        #expect(standbys.takeNext(of: 3) == nil)
        #expect(standbys.takeNext(of: 2)?.token == "other")
        #expect(standbys.takeNext(of: 1)?.token == "c")
        #expect(standbys.isEmpty)
    }

    @Test("one is ready when all that it comes after have succeeded")
    func after() {
        var standbys = Standbys()
        standbys.add(launch("c", rank: 0), missing: [id("a"), id("b")])
        standbys.note(id("a"), hasSucceeded: true)
        #expect(standbys.takeNext(of: 1) == nil)
        standbys.note(id("a"), hasSucceeded: true)
        #expect(standbys.takeNext(of: 1) == nil)
        standbys.note(id("b"), hasSucceeded: true)
        #expect(standbys.takeNext(of: 1)?.token == "c")
    }

    @Test("a failure takes out all that comes after it, near and far, and nothing else")
    func failure() {
        var standbys = Standbys()
        standbys.add(launch("b", rank: 0), missing: [id("a")])
        standbys.add(launch("c", rank: 1), missing: [id("b"), id("x")])
        standbys.add(launch("d", rank: 2), missing: [id("x")])
        standbys.note(id("a"), hasSucceeded: false)
        #expect(!standbys.contains(id("b")) && !standbys.contains(id("c")))
        standbys.note(id("x"), hasSucceeded: true)
        #expect(standbys.takeNext(of: 1)?.token == "d")
        #expect(standbys.isEmpty)
    }

    @Test("one that is begun otherwise stands by no longer; what comes after it still does")
    func remove() {
        var standbys = Standbys()
        let first = launch("a", rank: 0)
        standbys.add(first, missing: [])
        standbys.add(launch("b", rank: 1), missing: [id("a")])
        standbys.remove(first)
        #expect(standbys.takeNext(of: 1) == nil)
        standbys.note(id("a"), hasSucceeded: true)
        #expect(standbys.takeNext(of: 1)?.token == "b")
    }

    @Test("launches keep all they say on the way to the runner")
    func coding() throws {
        let launch = ShellLaunch(
            id: id("t"), command: "true", environment: [EnvironmentEntry(name: "A", value: "b")],
            directory: "/tmp", log: "/tmp/t.log", token: "k",
            limits: TaskLimits(memory: 1 << 20), place: SlotPlace(lane: .max, rank: 3),
            after: [id("a"), id("b")])
        var writer = ByteWriter()
        RunnerRequest.standBy(launch).write(to: &writer)
        guard case .standBy(let read) = try RunnerRequest(writer.bytes) else {
            Issue.record("another request")
            return
        }
        #expect(read == launch)
    }
}
