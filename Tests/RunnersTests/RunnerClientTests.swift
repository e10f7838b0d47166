import ByteCoding
import CProcess
import Domain
import Foundation
import Glibc
import SchedulerCore
import Testing

@testable import Runners

@Suite("The engine's side of the runner process", .timeLimit(.minutes(1)))
struct RunnerClientTests {
    let id = AttemptID(run: "run", task: "task", number: 1)
    let at = Instant(microseconds: 1_700_000_000_000_000)

    @Test("an end that comes right behind the answer to the hello is not lost")
    func earlyEnd() throws {
        let attempt = KnownAttempt(id: id, token: "token", begunAt: at)
        let ended = RunnerReport.event(.ended(id, .exited(code: 7), at: at))
        // One piece on the wire: the client reads both at once.
        try Self.withClient(of: [.known([attempt]), ended]) { client in
            #expect(client.takeUp(id, token: "token", log: "log")?.end == nil)
            #expect(client.takeEvents() == [.ended(id, .exited(code: 7), at: at)])
            #expect(client.isIdle)
        }
    }

    @Test("what the runner began by itself, and what has ended by now, is not launched once more")
    func begunMeanwhile() throws {
        let next = AttemptID(run: "run", task: "next", number: 1)
        let attempt = KnownAttempt(id: id, token: "token", begunAt: at)
        try Self.withClient(of: [
            .known([attempt]),
            .event(.handedOver(id, .exited(code: 0), to: next, token: "next", at: at)),
            .event(.ended(next, .exited(code: 0), at: at)),
        ]) { client in
            _ = client.takeUp(id, token: "token", log: "log")
            #expect(client.takeEvents().count == 2)
            client.launch(
                ShellLaunch(id: next, command: "", directory: "/", log: "", token: "next"))
            #expect(client.isIdle, "it would be waited for without an end")
            client.forget(tokens: ["token", "next"])
        }
    }

    /// Connects a client to a runner that answers its hello with `reports`, all in one piece.
    private static func withClient(
        of reports: [RunnerReport], _ body: (RunnerClient) throws -> Void
    ) throws {
        let folder = NSTemporaryDirectory() + "spillway-client-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let home = RunnerHome(path: folder)
        let descriptor = home.openFolder()
        defer { close(descriptor) }
        let listener = spillway_listen(descriptor, RunnerHome.socketName)
        try #require(listener >= 0)
        defer { close(listener) }
        let bytes = frames(reports)
        let runner = Thread {
            var hello = [UInt8](repeating: 0, count: 1 << 16)
            _ = spillway_await(listener, 10_000)
            let engine = spillway_accept(listener)
            guard engine >= 0 else { return }
            _ = spillway_await(engine, 10_000)
            guard read(engine, &hello, hello.count) > 0 else { return }
            _ = write(engine, bytes, bytes.count)
        }
        runner.start()
        try body(
            RunnerClient(
                home, program: RunnerProgram(path: "/bin/false", arguments: []), loop: EventLoop(),
                firstToken: 1, grace: .seconds(1), isNeeded: true))
    }

    private static func frames(_ reports: [RunnerReport]) -> [UInt8] {
        reports.flatMap { report in
            var writer = ByteWriter()
            report.write(to: &writer)
            return withUnsafeBytes(of: UInt32(writer.bytes.count).littleEndian) { Array($0) }
                + writer.bytes
        }
    }
}
