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
        let folder = NSTemporaryDirectory() + "spillway-client-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let home = RunnerHome(path: folder)
        let descriptor = home.openFolder()
        defer { close(descriptor) }
        let listener = spillway_listen(descriptor, RunnerHome.socketName)
        try #require(listener >= 0)
        defer { close(listener) }
        let attempt = KnownAttempt(id: id, token: "token", begunAt: at)
        let (ended, moment) = (RunnerReport.event(.ended(id, .exited(code: 7), at: at)), at)
        // One piece on the wire: the client reads both at once.
        let bytes = Self.frames([.known([attempt]), ended])
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
        let client = try RunnerClient(
            home, program: RunnerProgram(path: "/bin/false", arguments: []), loop: EventLoop(),
            firstToken: 1, grace: .seconds(1), isNeeded: true)
        #expect(client.takeUp(id, token: "token", log: "log")?.end == nil)
        #expect(client.takeEvents() == [.ended(id, .exited(code: 7), at: moment)])
        #expect(client.isIdle)
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
