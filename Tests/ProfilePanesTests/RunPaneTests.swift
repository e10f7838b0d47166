import Domain
import PaneKit
import Screen
import SparkAdvice
import Testing

@testable import ProfilePanes
@testable import RunProfiles

/// A run of three tasks: `extract` decides the end after a failed attempt, `clean` has slack, `load`
/// waited for both and then for a slot.
enum SmallRun {
    static let start = Instant(seconds: 1_000)

    static func at(_ seconds: Double) -> Instant {
        start.advanced(by: Span(microseconds: Int64(seconds * 1e6)))
    }

    static func profile(
        id: RunID = "manual__1", slower: Double = 0, isRunning: Bool = false
    ) -> RunProfile {
        let end = 20 + slower
        let row = RunRow(
            id: id, pipeline: "or\u{1b}[2Jders", trigger: .manual,
            state: isRunning ? .running : .success, logicalDate: start, createdAt: start,
            startedAt: start, endedAt: isRunning ? nil : at(end), taskCount: 3, settledCount: 3)
        let past = Spread([.seconds(10), .seconds(10), .seconds(11), .seconds(12), .seconds(12)])
        return RunProfile(
            run: row, until: at(end), elapsed: Span(microseconds: Int64(end * 1e6)),
            tasks: [extract(past), clean(id), load(end)],
            criticalPath: [
                CriticalStep(
                    task: "extract", readyAt: start, endedAt: at(12), running: .seconds(9),
                    waiting: .zero, pausing: .seconds(3)),
                CriticalStep(
                    task: "load", readyAt: at(12), endedAt: at(end), running: .seconds(6),
                    waiting: .seconds(2), pausing: .zero),
            ],
            slots: SlotUse(
                capacity: 2, busy: .seconds(20), idle: .seconds(20),
                idleWhileWaiting: .seconds(1), peak: 2,
                timeline: [
                    .init(at: start, busy: 2, waiting: 0), .init(at: at(4), busy: 1, waiting: 0),
                    .init(at: at(12), busy: 0, waiting: 1), .init(at: at(14), busy: 1, waiting: 0),
                ]),
            past: past.map { RunSpread(elapsed: $0, runs: ["manual__0"]) },
            estimate: isRunning
                ? RunEstimate(
                    end: at(end + 30), early: at(end + 20), late: at(end + 44), openTasks: 2,
                    unknownTasks: 1) : nil)
    }

    private static func extract(_ past: Spread?) -> TaskProfile {
        var task = TaskProfile(id: "extract", state: .success, group: nil, pool: .standard)
        task.stretches = [
            TaskStretch(kind: .running, start: start, end: at(4), attempt: 1),
            TaskStretch(kind: .retrying, start: at(4), end: at(7)),
            TaskStretch(kind: .running, start: at(7), end: at(12), attempt: 2),
        ]
        (task.readyAt, task.startedAt, task.endedAt) = (start, start, at(12))
        task.attempts = [
            AttemptRow(
                id: AttemptID(run: "manual__1", task: "extract", number: 1), startedAt: start,
                endedAt: at(4), outcome: .exited(code: 3), log: "/logs/extract.1.log"),
            AttemptRow(
                id: AttemptID(run: "manual__1", task: "extract", number: 2), startedAt: at(7),
                endedAt: at(12), outcome: .exited(code: 0), log: "/logs/extract.2.log",
                use: ResourceUse(
                    userTime: .seconds(4), systemTime: .seconds(1), peakMemory: 64 << 20,
                    readBytes: 3 << 20, writtenBytes: 0)),
        ]
        task.waits = [TaskWait(reason: .retry, length: .seconds(3))]
        (task.slack, task.isCritical, task.past) = (.zero, true, past)
        return task
    }

    private static func clean(_ run: RunID) -> TaskProfile {
        var task = TaskProfile(id: "clean", state: .success, group: nil, pool: .standard)
        task.stretches = [TaskStretch(kind: .running, start: start, end: at(4), attempt: 1)]
        (task.readyAt, task.startedAt, task.endedAt) = (start, start, at(4))
        task.attempts = [
            AttemptRow(
                id: AttemptID(run: run, task: "clean", number: 1), startedAt: start,
                endedAt: at(4), outcome: .exited(code: 0), log: "/logs/clean.1.log")
        ]
        (task.slack, task.past) = (
            .seconds(8), Spread([.seconds(1), .seconds(1), .seconds(1), .seconds(1)])
        )
        return task
    }

    private static func load(_ end: Double) -> TaskProfile {
        var task = TaskProfile(id: "load", state: .success, group: nil, pool: "warehouse")
        task.stretches = [
            TaskStretch(kind: .waiting, start: at(12), end: at(14)),
            TaskStretch(kind: .running, start: at(14), end: at(end), attempt: 1),
        ]
        (task.readyAt, task.startedAt, task.endedAt) = (at(12), at(14), at(end))
        task.waits = [
            TaskWait(reason: .task("extract"), length: .seconds(12)),
            TaskWait(reason: .slot("warehouse"), length: .seconds(2)),
        ]
        (task.slack, task.isCritical) = (.zero, true)
        return task
    }
}

@Suite("The profile of a run")
struct RunPaneTests {
    private static func opened(
        _ profile: RunProfile = SmallRun.profile(), width: Int = 130, height: Int = 24
    ) -> ProfileTests.Desk {
        var desk = ProfileTests.Desk()
        desk.size = Size(width: width, height: height)
        let wanted = Profile.run(&desk.state, word: "profile", ["latest"], desk.context)
        #expect(wanted == [.focus("profile"), .perform(.loadRun("latest"))])
        _ = Profile.take(&desk.state, .runLoaded(name: "latest", profile), desk.context)
        return desk
    }

    @Test("the timeline tells waiting, running, a failed attempt, the pause and slack apart")
    func timeline() {
        var desk = Self.opened()
        let lines = desk.text.split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("[Timeline]"))
        #expect(desk.text.contains("took 20s"))
        #expect(desk.text.contains("half of them 10s to 12s; this one +9.0s"))
        #expect(desk.text.contains("50 % of 2 busy, at most 2 at once; 1.0s idle while tasks"))
        #expect(!desk.text.contains("\u{1b}"))
        let rows = lines.filter { $0.contains("█") && $0.contains("success") }
        #expect(rows.count == 3)
        #expect(rows.contains { $0.hasPrefix("◆ extract") && $0.contains("▒") })
        #expect(rows.contains { $0.hasPrefix("  clean") && $0.contains("█·") })
        #expect(rows.contains { $0.hasPrefix("◆ load") && $0.contains("░█") })
        // The attempt that failed has another colour than the one that succeeded.
        var grid = Grid(size: desk.size, charset: .unicode)
        ProfilePane.draw(desk.state, in: grid.bounds, desk.context, on: &grid)
        let row = lines.firstIndex { $0.hasPrefix("◆ extract") } ?? 0
        let roles = grid.roleMap.split(separator: "\n", omittingEmptySubsequences: false)[row]
        #expect(Set(roles).count >= 4)
        desk.press(.sortAscending)
        #expect(desk.text.contains("extract"))
    }

    @Test("Enter on a task shows what it waited for and used; Enter there opens its log")
    func task() {
        var desk = Self.opened()
        // The rows come as tasks came to be ready: extract, clean, load.
        let requests = ProfilePane.update(&desk.state, .open, desk.context)
        #expect(requests == [.perform(.leads("manual__1", "extract"))])
        let text = desk.text
        #expect(text.contains("none: it decided when the run ended"))
        #expect(text.contains("3.0s for the next attempt"))
        #expect(text.contains("5.0s of processors (1.0s in the kernel), at most 64 MB of memory"))
        #expect(text.contains("exit 3"))
        let log = ProfilePane.update(&desk.state, .open, desk.context)
        #expect(log == [.open(.log("manual__1", "extract", attempt: 2))])
        let lead = TaskLead(
            .sparkApplication(path: "/e/app"), kind: "Spark application", name: "attempt 2")
        _ = Profile.take(&desk.state, .leads("manual__1", "extract", [lead]), desk.context)
        desk.press(.last)
        #expect(
            ProfilePane.update(&desk.state, .open, desk.context)
                == [.open(.sparkApplication(path: "/e/app"))])
        // An answer about another run changes nothing.
        _ = Profile.take(&desk.state, .leads("other", "extract", []), desk.context)
        #expect(desk.text.contains("Spark application: attempt 2"))
    }

    @Test("tabs lead through path, tasks, the runs before, attempts and slots")
    func tabs() {
        var desk = Self.opened(width: 160)
        desk.press(.nextTab)
        #expect(desk.text.contains("2 tasks: 15s running, 2.0s without a slot, 3.0s paused"))
        desk.press(.nextTab)
        #expect(desk.text.contains("extract 12s"))
        desk.press(.nextTab)
        let rows = desk.text.split(separator: "\n").filter { $0.contains("×") }
        // What got slower by most comes first, and what is out of the usual is said.
        #expect(rows.first?.contains("clean") == true)
        #expect(rows.first?.contains("+3.0s") == true)
        #expect(rows.first?.contains("4.0×") == true)
        #expect(rows.first?.contains("unusual") == true)
        // Two attempts of 4 and 5 seconds: what is known of the runs before is their last attempt.
        let repeated = rows.first { $0.contains("extract") }
        #expect(repeated?.contains("9.0s") == false, "\(desk.text)")
        #expect(desk.text.contains("tasks stand with their last attempt"))
        desk.press(.nextTab)
        #expect(desk.text.contains("100 %"))
        desk.press(.nextTab)
        #expect(desk.text.contains("WHILE TASKS WAITED"))
        #expect(desk.text.contains("waiting"))
        desk.press(.nextTab)
        #expect(desk.text.contains("[Timeline]"))
    }

    @Test("a run that goes on says when it will end, and is read again as the store grows")
    func running() {
        var desk = Self.opened(SmallRun.profile(isRunning: true))
        #expect(desk.text.contains("in about 30s, at 00:17:30 (00:17:20 to 00:17:44); 2 tasks"))
        #expect(desk.text.contains("1 of them never ran"))
        let requests = Profile.storeAdvanced(&desk.state, desk.context)
        #expect(requests.contains(.perform(.loadRun("manual__1"))))
        #expect(requests.contains(.perform(.forecast)))
        // One question of a kind at a time.
        #expect(Profile.storeAdvanced(&desk.state, desk.context).isEmpty)
        let profile = SmallRun.profile(isRunning: true)
        if let estimate = profile.estimate {
            let forecast = RunForecast(run: profile.run, estimate: estimate)
            _ = Profile.take(&desk.state, .forecast([forecast]), desk.context)
        }
        #expect(Profile.summary(desk.state).hasSuffix("ends 00:17:30 ±12s"))
        desk.press(.nextTab)
        _ = Profile.take(&desk.state, .runLoaded(name: "manual__1", profile), desk.context)
        #expect(desk.text.contains("[Critical path]"))
        _ = Profile.take(&desk.state, .forecast([]), desk.context)
        #expect(Profile.summary(desk.state).isEmpty)
    }

    @Test("c sets a run beside the one before it, what changed most first")
    func comparison() {
        var desk = Self.opened()
        let wanted = ProfilePane.update(&desk.state, .compare, desk.context)
        #expect(wanted == [.perform(.compareRuns(before: "manual__0", after: "manual__1"))])
        let pair = RunPair(
            before: SmallRun.profile(id: "manual__0"), after: SmallRun.profile(slower: 5))
        _ = Profile.take(&desk.state, .runsCompared(pair), desk.context)
        let lines = desk.text.split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.hasPrefix("change") && $0.contains("+5.0s") })
        let rows = lines.filter { $0.contains("█") }
        #expect(rows.first?.hasPrefix("load") == true)
        #expect(rows.first?.contains("+5.0s") == true)
        _ = ProfilePane.back(&desk.state, desk.context)
        #expect(desk.text.contains("[Timeline]"))
    }

    @Test("the list of runs lies beside the list of applications, and Enter opens one")
    func list() {
        var desk = ProfileTests.Desk()
        desk.press(.nextTab)
        #expect(desk.text.contains("[Runs]"))
        #expect(desk.text.contains("Nothing has run yet."))
        let rows = [SmallRun.profile(id: "b").run, SmallRun.profile(id: "a").run]
        _ = Profile.take(&desk.state, .runsListed(rows), desk.context)
        #expect(desk.text.contains("20s"))
        let found = Profile.paletteEntries(desk.state, desk.context)
        #expect(found.map(\.link) == [.runProfile("b"), .runProfile("a")])
        #expect(
            ProfilePane.update(&desk.state, .compare, desk.context)
                == [.perform(.compareRuns(before: "a", after: "b"))])
        #expect(
            ProfilePane.update(&desk.state, .open, desk.context) == [.perform(.loadRun("b"))])
        // The answer to a question that was given up changes nothing.
        _ = Profile.failed(&desk.state, .loadRun("b"), problem: "gone", desk.context)
        _ = Profile.take(&desk.state, .runLoaded(name: "b", SmallRun.profile()), desk.context)
        #expect(desk.state.run == nil)
        desk.press(.nextTab)
        #expect(desk.text.contains("[Spark applications]"))
    }

    @Test(
        "every view of a run draws at every size",
        arguments: [(1, 1), (20, 5), (80, 24), (160, 45), (220, 60)])
    func sizes(_ width: Int, _ height: Int) {
        var desk = Self.opened(width: width, height: height)
        for charset in [true, false] {
            desk.charset = charset ? .unicode : .ascii
            for view in RunView.tabs + [.task("load"), .task("gone"), .comparison] {
                desk.state.runPair = RunPair(
                    before: SmallRun.profile(), after: SmallRun.profile(slower: 1))
                desk.state.views = [.run(view)]
                ProfilePane.show(&desk.state, desk.context)
                #expect(desk.text.split(separator: "\n").count <= height)
            }
        }
    }
}
