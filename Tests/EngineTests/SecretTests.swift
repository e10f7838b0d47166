import Domain
import Engine
import Foundation
import SchedulerCore
import Store
import Testing

@Suite("Secrets in what an engine keeps", .timeLimit(.minutes(5)))
struct SecretTests {
    let harness: EngineHarness
    private let secrets = [EnvironmentEntry(name: "TOK", value: "hunter-2")]

    init() throws { harness = try EngineHarness() }

    private func task(_ id: TaskID, _ command: String, needs: [TaskID] = []) -> TaskDefinition {
        // In the commands, which are kept as well, it does not stand as a whole.
        var task = TaskDefinition.shell(id, "A=hunter; " + command, needs: needs)
        task.options.secrets = ["TOK"]
        return task
    }

    /// Where under the state folder a text stands.
    private func files(holding text: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: harness.state.path)
        return (names?.allObjects as? [String] ?? []).filter { name in
            let bytes = FileManager.default.contents(atPath: harness.state.path + "/" + name)
            return bytes?.range(of: Data(text.utf8)) != nil
        }
    }

    @Test("what a task hands on is kept without its secret, whether it succeeded or not")
    func outputs() async throws {
        let engine = try harness.open(secrets: secrets)
        let (run, state) = try await engine.run([
            task("good", "echo k=a-$A-2-b > $SPILLWAY_OUTPUT"),
            task("bad", "echo k=$A-2 > $SPILLWAY_OUTPUT; exit 3"),
            task("wrong", "echo \"{'k': $A-2\" > $SPILLWAY_OUTPUT"),
        ])
        await engine.shutDown(terminating: false)
        #expect(state == .failed)
        #expect(files(holding: "hunter-2") == [])
        let kept = try #require(try harness.reader().outputs(of: run)["good"]?.first?.value)
        #expect(SecretSeal.shown(kept) == .text("a-***-b"))
        #expect(SecretSeal.opened(kept) { _ in "hunter-2" } == .text("a-hunter-2-b"))
    }

    @Test("hooks.log has neither a secret nor what stands in a webhook's URL behind its host")
    func hooks() async throws {
        let engine = try harness.open(secrets: secrets)
        var failing = task("t", "exit 1")
        failing.options.hooks = [
            Hook(.failure, .command("echo is hunter-2; exit 3")),
            Hook(.failure, .webhook("http://ann:hunter-2@chat.invalid:0x/T0/B1?key=hunter-2")),
        ]
        let (run, _) = try await engine.run([failing])
        await engine.shutDown(terminating: false)
        let attempt = try #require(try harness.reader().attempts(of: run, "t").last)
        let path = URL(filePath: attempt.log).deletingLastPathComponent().path + "/hooks.log"
        let log = try String(contentsOfFile: path, encoding: .utf8)
        let lines = log.split(separator: "\n").map { line in
            line.replacing(#/^\[spillway\] \S+ /#, with: "")
        }
        #expect(
            lines == [
                "is ***", "on_failure of task t: the command ended with exit code 3",
                "on_failure of task t: http://chat.invalid:0x: this is no http:// or https:// URL",
            ])
    }
}
