import Domain
import Foundation
import Glibc
import Runners
import SchedulerCore
import Testing

@Suite("What tasks use, and limits of it", .serialized)
struct LimitTests {
    /// Fills memory with text that is not all the same, and keeps it.
    private func filling(_ mebibytes: Int) -> String {
        "head -c \(mebibytes)m /dev/urandom | tr -d '\\n' > /dev/null; "
            + "x=$(head -c \(mebibytes)m /dev/zero | tr '\\0' a); until test -e go; do sleep 0.02; done"
    }

    private func burning(_ rounds: Int) -> String {
        "i=0; while [ $i -lt \(rounds) ]; do i=$((i+1)); done"
    }

    @Test("a task's processor time is counted, its children's too, also of one that ends at once")
    func cpuTime() throws {
        let harness = try ShellHarness()
        #expect(try harness.run("(\(burning(200_000))); \(burning(200_000))") == .exited(code: 0))
        let use = try #require(harness.uses[harness.id()])
        #expect(use.cpuTime > .milliseconds(20))
        let twin = try ShellHarness()
        #expect(try twin.run(burning(200_000)) == .exited(code: 0))
        let half = try #require(twin.uses[twin.id()])
        #expect(half.userTime < use.userTime)
    }

    @Test("what it wrote to storage is counted")
    func bytes() throws {
        let harness = try ShellHarness()
        let command = "dd if=/dev/zero of=big bs=64k count=64 conv=fsync 2>/dev/null"
        #expect(try harness.run(command) == .exited(code: 0))
        let written = try #require(harness.uses[harness.id()]).writtenBytes
        // A file system in memory writes nothing.
        #expect(written >= 4 << 20 || written == 0)
    }

    @Test("one that has more memory than its limit is ended, and its record says why")
    func memory() throws {
        let harness = try ShellHarness(grace: .seconds(60))
        try harness.launch(
            "trap '' TERM; " + filling(64), limits: TaskLimits(memory: 32 << 20))
        guard case .rejected(let reason)? = harness.waitForEnd() else {
            Issue.record("\(harness.events)")
            return
        }
        #expect(reason.hasPrefix("ended at its limit of 32 MiB of memory: it had "))
        #expect(harness.logText.contains("[spillway] " + reason))
        #expect(try #require(harness.uses[harness.id()]?.peakMemory) > 32 << 20)
    }

    @Test("one that stays below its limits ends by itself")
    func below() throws {
        let harness = try ShellHarness()
        try Data().write(to: URL(filePath: harness.folder + "/go"))
        try harness.launch(
            filling(4), limits: TaskLimits(memory: 1 << 30, cpuTime: .seconds(600)))
        #expect(harness.waitForEnd() == .exited(code: 0))
    }

    @Test("one that uses up its processor time is ended, whichever of its processes does")
    func cpuLimit() throws {
        let harness = try ShellHarness(grace: .milliseconds(200))
        try harness.launch(
            "(while :; do :; done) & wait", limits: TaskLimits(cpuTime: .milliseconds(200)))
        guard case .rejected(let reason)? = harness.waitForEnd() else {
            Issue.record("\(harness.events)")
            return
        }
        #expect(reason.hasPrefix("ended at its limit of 200ms of processor time: it used 0."))
    }

    @Test("memory that processes share counts once")
    func shared() throws {
        let harness = try ShellHarness()
        // Four more processes with the same 24 MiB: 120 MiB if each counted for itself.
        let command =
            "x=$(head -c 24m /dev/zero | tr '\\0' a); "
            + "for i in 1 2 3 4; do (until test -e go; do sleep 0.05; done) & done; "
            + "sleep 0.7; touch go; wait"
        try harness.launch(command, limits: TaskLimits(memory: 80 << 20))
        #expect(harness.waitForEnd() == .exited(code: 0))
    }

    @Test("niceness is that of the shell and of all it starts")
    func nice() throws {
        let harness = try ShellHarness()
        let own = getpriority(Int32(PRIO_PROCESS.rawValue), 0)
        try harness.launch("sleep 0.2; nice > out; sh -c nice >> out", limits: TaskLimits(nice: 7))
        #expect(harness.waitForEnd() == .exited(code: 0))
        let wanted = max(7, own)
        #expect(harness.contents("out") == "\(wanted)\n\(wanted)\n")
    }

    @Test(
        "sizes are read as people write them, and written so that they can be read",
        arguments: [
            ("512m", Int64(512 << 20)), ("2g", 2 << 30), ("1.5GiB", 3 << 29), ("10 kb", 10_240),
            ("300000000", 300_000_000),
        ])
    func sizes(text: String, bytes: Int64) {
        #expect(MemoryText.bytes(text) == bytes)
    }

    @Test("what is no size is refused", arguments: ["", "m", "-1g", "0", "1x", "1e9", "9999999t"])
    func badSizes(text: String) { #expect(MemoryText.bytes(text) == nil) }
}
