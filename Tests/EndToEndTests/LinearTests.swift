import Foundation
import Glibc
import Testing

@Suite("The workbench as lines of text")
struct LinearTests {
    /// Runs `spillway --linear` with these lines as its input.
    private func session(_ project: Project, _ lines: [String]) throws -> Outcome {
        try project.write("input", lines.joined(separator: "\n") + "\n")
        let child = try Child(
            ["/bin/sh", "-c", "exec \"$0\" open --linear < input", Project.program],
            environment: Project.environment.merging(["TERM": "dumb"]) { $1 },
            folder: project.path, catching: project.newName("linear"))
        let ending = child.end(within: 60)
        return Outcome(ending: ending, output: child.output, errors: child.errors)
    }

    @Test("list, trigger, watch, look and read a log: every step is said once, in plain lines")
    func wholeWay() throws {
        let project = try Project(["quick": Pipelines.quick])
        let outcome = try session(
            project, ["list", "trigger quick", "watch", "tasks", "log load", "runs quick", "quit"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        for words in [
            "1. quick: no runs yet", "of quick began", "load: running", "load: success",
            "run manual__", ": success", "1. extract: success", "needs clean", "loaded",
            "3 of 3 tasks settled",
        ] {
            #expect(outcome.output.contains(words), "'\(words)' in \(outcome.output)")
        }
        #expect(!outcome.output.contains("\u{1B}") && !outcome.output.contains("\r"))
    }

    @Test("numbers stand for what was listed last; mistakes are told with what was meant")
    func numbers() throws {
        let project = try Project(["quick": Pipelines.quick])
        #expect(try project.spillway("run", "quick").code == 0)
        let outcome = try session(
            project, ["1", "1", "3", "9", "lst", "trigger quik", "log exract", "cancel", "n"])
        #expect(outcome.code == 0)
        for words in [
            "Runs of quick, newest first:", "Tasks of manual__", "loaded",
            "There is no 9 in the last list.", "Did you mean 'list'?", "Did you mean 'quick'?",
            "Did you mean 'extract'?", "Nothing was done.",
        ] {
            #expect(outcome.output.contains(words), "'\(words)' in \(outcome.output)")
        }
    }

    @Test("bytes of a log that a terminal must not obey are written as escapes")
    func hostile() throws {
        let project = try Project([
            "noisy":
                "tasks: { shout: { run: \"printf 'a\\\\033]0;t\\\\007b\\\\n1%%\\\\r2%%\\\\r\\\\tat c\\\\n'\" } }\n"
        ])
        #expect(try project.spillway("run", "noisy").code == 0)
        let outcome = try session(project, ["tasks", "log shout"])
        #expect(outcome.output.contains("a\\x1b]0;t\\x07b"), "\(outcome.output)")
        #expect(!outcome.output.contains("\u{1B}"))
        // A tab is read as blanks, and of a bar of progress its last state.
        #expect(outcome.output.contains("\n    at c\n"), "\(outcome.output)")
    }

    @Test("what the workbench can do to runs can be done here, each after a question")
    func operating() throws {
        let project = try Project([
            "flow": "schedule: \"@daily\"\nstart_date: 2026-01-01\ncatchup: false\n"
                + "tasks: { a: { run: \"false\" }, b: { run: \"echo ok\", needs: a } }\n"
        ])
        let outcome = try session(
            project,
            [
                "trigger flow", "watch", "mark a success", "y", "mark a done", "tasks",
                "undo", "y", "backfill flow 2026-01-01", "backfill flow 2026-01-01 2026-01-02",
                "y", "pause flow", "undo", "n", "undo", "y", "quit", "y",
            ])
        #expect(outcome.code == 0, "\(outcome.errors)")
        for words in [
            "Mark task a of manual__", "1. a: success",
            "Say which state: success, failed, skipped.",
            "give it the state it had", "Write 'backfill flow 2026-01-01 2026-01-31'",
            "Run every tick of flow from 2026-01-01", "flow is paused.",
            "You paused flow: resume it?",
            "Nothing was done.",
        ] {
            #expect(outcome.output.contains(words), "'\(words)' in \(outcome.output)")
        }
    }
}
