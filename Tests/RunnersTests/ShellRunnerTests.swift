import Domain
import Foundation
import Glibc
import Runners
import SchedulerCore
import Testing

@Suite("Shell tasks", .serialized)
struct ShellRunnerTests {
    @Test(
        "the exit code or the signal is what the shell ended with",
        arguments: [
            ("true", AttemptOutcome.exited(code: 0)), ("exit 7", .exited(code: 7)),
            ("exit 255", .exited(code: 255)), ("no-such-command-here", .exited(code: 127)),
            ("kill -9 $$", .signalled(number: 9)), ("kill -TERM $$", .signalled(number: 15)),
        ])
    func outcome(command: String, expected: AttemptOutcome) throws {
        #expect(try ShellHarness().run(command) == expected)
    }

    @Test("both outputs are in the log byte by byte, whatever they are")
    func output() throws {
        let harness = try ShellHarness()
        let bytes = Data((0...255).map { UInt8($0) } + [0xFF, 0xFE, 0x1B, 0x5B])
        try bytes.write(to: URL(filePath: harness.folder + "/bytes"))
        #expect(try harness.run("cat bytes; cat bytes >&2") == .exited(code: 0))
        #expect(harness.logBytes == bytes + bytes)
        var status = stat()
        #expect(stat(harness.log(), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("started comes before ended and names the process")
    func order() throws {
        let harness = try ShellHarness()
        try harness.launch("echo $$ > pid; until test -e go; do :; done")
        let pid = try #require(Int32(harness.waitForFile("pid")))
        harness.waitForEvent()
        try Data().write(to: URL(filePath: harness.folder + "/go"))
        _ = harness.waitForEnd()
        guard case .started(harness.id(), let process?, let begin) = harness.events.first,
            case .ended(_, _, let end) = harness.events.last
        else {
            Issue.record("\(harness.events)")
            return
        }
        #expect(process.pid == pid)
        #expect(process.bootID == ProcessTable.bootID)
        #expect(begin <= end)
        #expect(harness.events.count == 2)
    }

    @Test("one that ends at once has a start as well, and it comes first")
    func shortOrder() throws {
        let harness = try ShellHarness()
        #expect(try harness.run("true") == .exited(code: 0))
        guard case .started(harness.id(), _, let begin) = harness.events.first,
            case .ended(harness.id(), _, let end) = harness.events.last
        else {
            Issue.record("\(harness.events)")
            return
        }
        #expect(begin <= end)
        #expect(harness.events.count == 2)
    }

    @Test("it runs in its folder and a session of its own, without input, with its environment")
    func surroundings() throws {
        let harness = try ShellHarness()
        let command = """
            pwd -P; cat; echo "$GREETING $SPILLWAY_RUN_ID $SPILLWAY_TASK_ID $SPILLWAY_ATTEMPT"
            test "$(ps -o sid= -p $$ | tr -d ' ')" = $$ && echo leader; ls /proc/self/fd | wc -l
            """
        let entries = [
            EnvironmentEntry(name: "GREETING", value: "no"),
            EnvironmentEntry(name: "GREETING", value: "hé\nllo"),
        ]
        #expect(try harness.run(command, environment: entries) == .exited(code: 0))
        let folder = try #require(realpath(harness.folder, nil))
        defer { free(folder) }
        #expect(
            harness.logText == String(cString: folder) + "\nhé\nllo run task 1\nleader\n4\n")
    }

    @Test("signals that this process ignores or blocks are as usual in a task")
    func signals() throws {
        signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, SIG_DFL) }
        let harness = try ShellHarness()
        _ = try harness.run("grep -E '^Sig(Blk|Ign)' /proc/self/status")
        #expect(harness.logText == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
    }

    @Test("a folder that is not there is said in the event and in the log")
    func missingFolder() throws {
        let harness = try ShellHarness()
        let outcome = try harness.run("true", directory: "/no/such/folder")
        let reason = "its working directory /no/such/folder does not exist"
        #expect(outcome == .notStarted(reason: reason))
        #expect(harness.logText == "[spillway] not started: \(reason)\n")
    }

    @Test("what the kernel cannot take is not started, with a reason")
    func impossible() throws {
        for (command, entries, word) in [
            (String(repeating: "x", count: 200_000), [], "128 KiB"),
            ("a\0b", [], "NUL"),
            ("true", [EnvironmentEntry(name: "A", value: "\0")], "NUL"),
            ("true", [EnvironmentEntry(name: "A=B", value: "")], "environment"),
        ] {
            guard
                case .notStarted(let reason) = try ShellHarness().run(
                    command, environment: entries)
            else {
                Issue.record("started: \(command.prefix(20))")
                continue
            }
            #expect(reason.contains(word))
        }
    }

    @Test("ending a task ends its grandchildren, also where they left its group and session")
    func tree() throws {
        let harness = try ShellHarness()
        try harness.launch(
            """
            sleep 1000 & echo $! > child
            setsid sh -c 'echo $$ > other; sleep 1000' &
            (setsid sh -c 'echo $$ > orphan; exec sleep 1000' &) 
            wait
            """)
        let pids = ["child", "other", "orphan"].map { harness.waitForFile($0) }
        #expect(pids.allSatisfy { isAlive($0) })
        harness.shell.terminate(harness.id())
        #expect(harness.waitForEnd() == .signalled(number: 15))
        #expect(pids.map { exists($0) } == [false, false, false])
    }

    @Test("who ignores TERM is killed after the grace, and the log says so")
    func stubborn() throws {
        let harness = try ShellHarness(grace: .milliseconds(100))
        try harness.launch("trap '' TERM; echo $$ > pid; while :; do sleep 1000; done")
        let pid = harness.waitForFile("pid")
        harness.shell.terminate(harness.id())
        #expect(harness.waitForEnd() == .signalled(number: 9))
        #expect(!exists(pid))
        #expect(harness.logText.contains("[spillway] still running 0.10s after TERM: KILL"))
    }

    @Test("a task may clean up on TERM and choose its code")
    func cleanUp() throws {
        let harness = try ShellHarness()
        try harness.launch("trap 'echo bye; exit 5' TERM; echo x > ready; sleep 1000 & wait")
        _ = harness.waitForFile("ready")
        harness.shell.terminate(harness.id())
        #expect(harness.waitForEnd() == .exited(code: 5))
        #expect(harness.logText.hasPrefix("bye\n"))
    }

    @Test("a stopped task is ended as well")
    func stopped() throws {
        let harness = try ShellHarness()
        try harness.launch("echo $$ > pid; kill -STOP $$; sleep 1000")
        _ = harness.waitForFile("pid")
        harness.shell.terminate(harness.id())
        #expect(harness.waitForEnd() == .signalled(number: 15))
    }

    @Test("background processes of a shell that ended are ended, its code is kept")
    func leftovers() throws {
        let harness = try ShellHarness(grace: .milliseconds(200))
        let outcome = try harness.run("sleep 1000 & echo $! > pid; exit 3")
        #expect(outcome == .exited(code: 3))
        #expect(!exists(harness.waitForFile("pid")))
        #expect(harness.logText.contains("[spillway] ending what the command left running"))
    }

    @Test("what took a session of its own is ended as well, unless it does not carry the token")
    func daemons() throws {
        let harness = try ShellHarness(grace: .milliseconds(200))
        let outcome = try harness.run(
            """
            (setsid sh -c 'echo $$ > pid; exec sleep 1000' &)
            (env -u SPILLWAY_TOKEN setsid sh -c 'echo $$ > free; exec sleep 1000' > /dev/null &)
            until test -s pid && test -s free; do :; done
            exit 3
            """)
        #expect(outcome == .exited(code: 3))
        #expect(!exists(harness.waitForFile("pid")))
        let free = harness.waitForFile("free")
        #expect(exists(free))
        kill(try #require(pid_t(free)), SIGKILL)
    }

    @Test("background processes that finish soon may do so")
    func shortLeftovers() throws {
        let harness = try ShellHarness()
        #expect(try harness.run("(sleep 0.1; echo late) & echo early") == .exited(code: 0))
        #expect(harness.logText == "early\nlate\n")
    }

    @Test("many at once each give their own code, and nothing is left behind")
    func many() throws {
        let harness = try ShellHarness()
        for number in 1...60 { try harness.launch("exit \(number)", number: number) }
        for number in 1...60 {
            #expect(harness.waitForEnd(of: number) == .exited(code: Int32(number)))
        }
        #expect(harness.shell.active.isEmpty)
        #expect(harness.shell.nextDeadline == nil)
    }

    @Test("ending twice, ending what ended and ending the unknown change nothing")
    func idle() throws {
        let harness = try ShellHarness()
        try harness.launch("sleep 1000")
        harness.shell.terminate(harness.id())
        harness.shell.terminate(harness.id())
        #expect(harness.waitForEnd() == .signalled(number: 15))
        harness.shell.terminate(harness.id())
        #expect(harness.shell.takeEvents().isEmpty)
    }

    @Test("a process of an earlier owner is waited for, and its end is known")
    func adopt() throws {
        let (first, second) = (try ShellHarness(), try ShellHarness())
        try first.launch("echo $$ > pid; sleep 1000")
        _ = first.waitForFile("pid")
        first.waitForEvent()
        guard case .started(_, let process?, _) = first.events.first else {
            Issue.record("\(first.events)")
            return
        }
        let token = first.token()
        #expect(
            second.shell.adopt(second.id(), process: process, token: token, log: second.log()))
        second.shell.terminate(second.id())
        #expect(second.waitForEnd() == .signalled(number: 15))
    }

    @Test("a process without a record is found by the token in its environment")
    func adoptByToken() throws {
        let (first, second) = (try ShellHarness(), try ShellHarness())
        try first.launch("echo $$ > pid; sleep 1000")
        _ = first.waitForFile("pid")
        let token = first.token()
        #expect(
            second.shell.adopt(second.id(), process: nil, token: token, log: second.log()))
        first.shell.terminate(first.id())
        #expect(first.waitForEnd() == .signalled(number: 15))
        // Its first owner has reaped it: what the kernel tells others depends on its version.
        let end = second.waitForEnd()
        #expect(end == .signalled(number: 15) || end == .lost)
        #expect(
            !second.shell.adopt(second.id(2), process: nil, token: token, log: second.log()))
    }
}
