import Domain
import Engine
import Foundation
import Glibc
import SchedulerCore
import Store
import Testing

@Suite("Disasters", .serialized, .timeLimit(.minutes(5)))
struct DisasterTests {
    let harness: EngineHarness

    init() throws { harness = try EngineHarness() }

    @Test(
        "a full disk stops new tasks and loses nothing; with space again the run goes on",
        .enabled(if: geteuid() == 0, "needs to mount a small file system"))
    func diskFull() async throws {
        let disk = harness.folder + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0)
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let state = StateFolder(path: disk + "/state")
        let engine = try harness.open(state: state)
        let updates = engine.subscribe()
        let tasks: [TaskDefinition] = [
            .shell("running", "while ! test -e go; do sleep 0.01; done; exit 0"),
            .shell("next", "echo next >> ran", needs: ["running"]),
        ]
        let run = try await engine.trigger(
            RunRequest(pipeline: Pipeline(name: "p", tasks: tasks), by: "me"))
        await updates.wait(for: "running", .running)
        fill(disk + "/filler")
        try Data().write(to: URL(filePath: harness.folder + "/go"))
        let stalled = await updates.first { if case .stalled = $0 { true } else { false } }
        #expect(stalled == .stalled(.diskFull(path: state.databasePath)))
        #expect(harness.contents("ran").isEmpty)
        await #expect(throws: StoreError.diskFull(path: state.databasePath)) {
            try await engine.trigger(
                RunRequest(pipeline: Pipeline(name: "q", tasks: tasks), by: "me"))
        }
        unlink(disk + "/filler")
        #expect(try await engine.waitUntilSettled(run) == .success)
        #expect(harness.contents("ran") == "next\n")
        let attempts = try StoreReader(state).attempts(of: run, "running")
        #expect(attempts.map(\.outcome) == [.exited(code: 0)])
        await engine.shutDown(terminating: true)
    }

    @Test(
        "after kill -9 the run is taken up: live tasks go on, none runs twice, all codes are right",
        arguments: [1, 7, 20, 45])
    func killed(lines: Int) async throws {
        let process = Process()
        process.executableURL = HostProgram.url
        process.arguments = [harness.folder]
        process.standardOutput = Pipe()
        try process.run()
        while harness.ran.count < lines, process.isRunning { await Task.yield() }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        try Data().write(to: URL(filePath: harness.folder + "/gate"))

        let engine = try harness.open(parallelism: 4, runner: HostProgram.runner)
        let run = try #require(try harness.reader().runs(limit: 1).first)
        #expect(try await engine.waitUntilSettled(run.id) == .success)
        await engine.shutDown(terminating: true)
        #expect(harness.ran.count == 60)
        #expect(Set(harness.ran).count == 60, "an attempt ran twice")
        for row in try harness.reader().tasks(of: run.id) {
            let attempts = try harness.reader().attempts(of: run.id, row.id)
            #expect(attempts.map(\.outcome) == [.exited(code: 0)])
        }
    }

    private func fill(_ path: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        let zeros = [UInt8](repeating: 0, count: 4_096)
        while write(file, zeros, zeros.count) > 0 {}
    }
}
