import Domain
import Foundation
import Glibc
import Runners
import SchedulerCore

/// A runner with its loop and a folder for logs, driven until what a test waits for has happened.
final class ShellHarness {
    let loop: EventLoop
    let shell: ShellRunner
    let folder: String
    /// What happened, measurements apart.
    private(set) var events: [RunnerEvent] = []
    /// The newest measurement of each attempt.
    private(set) var uses: [AttemptID: ResourceUse] = [:]

    init(grace: Span = .seconds(10)) throws {
        loop = try EventLoop()
        shell = try ShellRunner(loop: loop, firstToken: 1, grace: grace)
        folder = NSTemporaryDirectory() + "spillway-runner-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func id(_ number: Int = 1) -> AttemptID {
        AttemptID(run: "run", task: "task", number: number)
    }

    /// Of this harness's processes alone, whatever other tests run beside it.
    func token(_ number: Int = 1) -> String { "\(number)-" + folder.suffix(36) }

    func log(_ number: Int = 1) -> String { folder + "/logs/p/r/t/\(number).log" }

    func launch(
        _ command: String, number: Int = 1, environment: [EnvironmentEntry] = [],
        directory: String? = nil, limits: TaskLimits = .none
    ) throws {
        shell.launch(
            ShellLaunch(
                id: id(number), command: command, environment: environment,
                directory: directory ?? folder, log: log(number),
                token: token(number), limits: limits))
        takeEvents()
    }

    private func takeEvents() {
        for event in shell.takeEvents() {
            if case .measured(let id, let use) = event {
                uses[id] = use
            } else {
                events.append(event)
            }
        }
    }

    /// Runs one command to its end; returns how it ended.
    func run(
        _ command: String, environment: [EnvironmentEntry] = [], directory: String? = nil
    ) throws -> AttemptOutcome? {
        try launch(command, environment: environment, directory: directory)
        return waitForEnd()
    }

    func waitForEnd(of number: Int = 1) -> AttemptOutcome? {
        wait { self.outcome(of: number) != nil }
        return outcome(of: number)
    }

    /// Waits until the runner has told something.
    func waitForEvent() { wait { !self.events.isEmpty } }

    /// Waits until `path` holds something; the loop works meanwhile.
    func waitForFile(_ name: String) -> String {
        wait { !self.contents(name).isEmpty }
        return contents(name).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func contents(_ name: String) -> String {
        (try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)) ?? ""
    }

    func outcome(of number: Int) -> AttemptOutcome? {
        for case .ended(let ended, let outcome, _) in events where ended == id(number) {
            return outcome
        }
        return nil
    }

    var logBytes: Data { FileManager.default.contents(atPath: log()) ?? Data() }
    var logText: String { String(decoding: logBytes, as: UTF8.self) }

    /// Works the loop until `isDone`, at most 20 seconds.
    private func wait(until isDone: () -> Bool) {
        let limit = SystemClock.monotonic() + .seconds(20)
        while !isDone(), SystemClock.monotonic() < limit {
            for token in loop.wait(atMost: .milliseconds(5)) { _ = shell.handle(token) }
            shell.fireDeadlines()
            takeEvents()
        }
    }
}

/// Whether the process is there and no zombie.
func isAlive(_ pid: String) -> Bool {
    guard let pid = Int32(pid), let identity = ProcessTable.identity(of: pid) else { return false }
    return ProcessTable.isAlive(identity)
}

/// Whether anything, a zombie included, has this pid.
func exists(_ pid: String) -> Bool { Int32(pid).map { kill($0, 0) == 0 } ?? false }
