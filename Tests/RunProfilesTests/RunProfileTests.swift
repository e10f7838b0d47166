import Domain
@testable import RunProfiles
import SchedulerCore
import Testing

/// A run of `extract → clean → load` and `extract → report`, written down by hand.
private struct Story {
    var events: [SchedulerEvent] = []
    var rows: [TaskRow] = []
    let plan: RunPlan

    init(_ edges: [(Int, Int)], _ names: [TaskID], retries: Int = 1) throws {
        plan = RunPlan(
            maxActiveTasks: 16, maxActiveRuns: 16,
            tasks: names.map {
                TaskPlan(id: $0, retries: retries, retryDelay: .seconds(10), pool: "api")
            },
            graph: try DAG(
                nodeCount: names.count, edges: edges.map { DAG.Edge(from: $0.0, to: $0.1) }))
        let zero = Instant(seconds: 0)
        events = [
            .runCreated(
                RunCreation(
                    id: "r", pipeline: "p", trigger: .manual, logicalDate: zero,
                    dataIntervalStart: zero, dataIntervalEnd: zero, params: [:], plan: plan),
                at: zero)
        ]
        rows = names.map { TaskRow(id: $0) }
    }

    mutating func attempt(
        _ task: TaskID, _ number: Int = 1, from start: Int64, to end: Int64?, code: Int32 = 0
    ) {
        let id = AttemptID(run: "r", task: task, number: number)
        events.append(.attemptStarted(id, process: nil, at: Instant(seconds: start)))
        guard let end else { return }
        events.append(.attemptEnded(id, .exited(code: code), at: Instant(seconds: end)))
        guard let index = rows.firstIndex(where: { $0.id == task }) else { return }
        rows[index].state = code == 0 ? .success : .failed
    }

    func profile(
        state: RunState = .success, end: Int64?, past: [PastRun] = [], now: Int64 = 0
    ) -> RunProfile {
        let zero = Instant(seconds: 0)
        let run = RunRow(
            id: "r", pipeline: "p", trigger: .manual, state: state, logicalDate: zero,
            createdAt: zero, startedAt: zero, endedAt: end.map { Instant(seconds: $0) })
        let ordered = events.enumerated().sorted { left, right in
            (left.element.when, left.offset) < (right.element.when, right.offset)
        }.map(\.element)
        return RunProfile(
            RunRecord(run: run, plan: plan, tasks: rows, attempts: [], events: ordered), past: past,
            capacity: 2, at: Instant(seconds: now))
    }
}

extension SchedulerEvent {
    fileprivate var when: Instant {
        switch self {
        case .attemptStarted(_, _, let at), .attemptEnded(_, _, let at, _), .timerFired(_, let at),
            .runCreated(_, let at), .tasksCleared(_, _, _, let at):
            at
        default: Instant(seconds: 0)
        }
    }
}

extension RunProfile {
    fileprivate func task(_ id: TaskID) -> TaskProfile? { tasks.first { $0.id == id } }

    fileprivate func picture(_ id: TaskID) -> [String] {
        (task(id)?.stretches ?? []).map {
            "\($0.kind.rawValue) \($0.start.seconds)-\($0.end.seconds)"
        }
    }
}

@Suite("Profiles of runs")
struct RunProfileTests {
    private func diamond() throws -> Story {
        var story = try Story(
            [(0, 1), (1, 2), (0, 3)], ["extract", "clean", "load", "report"])
        story.attempt("extract", from: 0, to: 10)
        story.attempt("clean", from: 10, to: 14, code: 1)
        story.events.append(.timerFired(.retry("r", "clean"), at: Instant(seconds: 24)))
        story.attempt("clean", 2, from: 26, to: 30)
        story.attempt("report", from: 12, to: 20)
        story.attempt("load", from: 33, to: 40)
        return story
    }

    @Test("a task's time is cut into waiting, running and pauses, to the second")
    func stretches() throws {
        let profile = try diamond().profile(end: 40)
        #expect(profile.picture("extract") == ["running 0-10"])
        #expect(
            profile.picture("clean")
                == ["running 10-14", "retrying 14-24", "waiting 24-26", "running 26-30"])
        #expect(profile.picture("report") == ["waiting 10-12", "running 12-20"])
        #expect(profile.picture("load") == ["waiting 30-33", "running 33-40"])
        #expect(profile.task("clean")?.runningTime == .seconds(8))
        #expect(profile.task("clean")?.startedAt == Instant(seconds: 10))
    }

    @Test("the critical path is the chain that decided the end; others have slack")
    func path() throws {
        let profile = try diamond().profile(end: 40)
        #expect(profile.criticalPath.map(\.task) == ["extract", "clean", "load"])
        #expect(profile.criticalPath.map(\.length) == [.seconds(10), .seconds(20), .seconds(10)])
        #expect(profile.criticalPath.map(\.waiting) == [.zero, .seconds(2), .seconds(3)])
        #expect(profile.criticalPath[1].pausing == .seconds(10))
        #expect(profile.task("report")?.slack == .seconds(20))
        for task in ["extract", "clean", "load"] as [TaskID] {
            #expect(profile.task(task)?.slack == .zero)
        }
    }

    @Test("what a task waited for is named, longest first")
    func waits() throws {
        let profile = try diamond().profile(end: 40)
        #expect(
            profile.task("load")?.waits == [
                TaskWait(reason: .task("clean"), length: .seconds(30)),
                TaskWait(reason: .slot("api"), length: .seconds(3)),
            ])
        #expect(
            profile.task("clean")?.waits == [
                TaskWait(reason: .task("extract"), length: .seconds(10)),
                TaskWait(reason: .retry, length: .seconds(10)),
                TaskWait(reason: .slot("api"), length: .seconds(2)),
            ])
    }

    @Test("slots are counted busy, idle, and idle while something waited")
    func slots() throws {
        let slots = try diamond().profile(end: 40).slots
        #expect(slots.capacity == 2)
        #expect(slots.busy == .seconds(10 + 8 + 8 + 7))
        #expect(slots.busy + slots.idle == .seconds(80))
        // One slot from 10 to 12 beside 'clean', two from 24 to 26 and from 30 to 33.
        #expect(slots.idleWhileWaiting == .seconds(2 + 4 + 6))
        #expect(slots.peak == 2)
    }

    @Test("a run that goes on ends when its tasks take what they took before")
    func estimate() throws {
        var story = try Story([(0, 1), (0, 2)], ["a", "b", "c"])
        story.attempt("a", from: 0, to: nil)
        story.rows[0].state = .running
        let past = [8, 10, 12].map { (seconds: Int64) in
            PastRun(
                run: RunID("old\(seconds)"), elapsed: .seconds(30),
                tasks: ["a": .seconds(seconds), "b": .seconds(20), "c": .seconds(5)])
        }
        let profile = story.profile(state: .running, end: nil, past: past, now: 4)
        #expect(profile.estimate?.end == Instant(seconds: 30))
        #expect(profile.estimate?.early == Instant(seconds: 29))
        #expect(profile.estimate?.late == Instant(seconds: 31))
        #expect(profile.estimate?.openTasks == 3)
        #expect(profile.task("a")?.past?.median == .seconds(10))
        let alone = story.profile(state: .running, end: nil, now: 4)
        #expect(alone.estimate == nil, "nothing is known of the time that is to come")
    }

    @Test("quartiles lie on straight lines between the values; the fence finds what is unusual")
    func spread() throws {
        let spread = try #require(Spread([40, 10, 20, 30].map { .seconds($0) }))
        #expect(spread.median == .seconds(25))
        #expect(spread.lowerQuartile == .milliseconds(17_500))
        #expect(spread.upperQuartile == .milliseconds(32_500))
        #expect(!spread.isUnusual(.seconds(50)))
        #expect(spread.isUnusual(.seconds(60)))
        #expect(Spread([]) == nil)
    }

    @Test("a comparison tells what each task took longer, and which are new or gone")
    func comparison() throws {
        let before = try diamond().profile(end: 40)
        var story = try Story([(0, 1)], ["extract", "publish"])
        story.attempt("extract", from: 0, to: 25)
        story.attempt("publish", from: 25, to: 26)
        let comparison = RunComparison(before, story.profile(end: 26))
        #expect(comparison.tasks.map(\.id) == ["extract", "publish", "clean", "load", "report"])
        #expect(comparison.tasks[0].runningChange == .seconds(15))
        #expect(comparison.tasks[1].before == nil)
        #expect(comparison.tasks[2].after == nil)
    }

    @Test("a run of nothing has a profile of nothing")
    func empty() throws {
        let profile = try Story([], []).profile(end: 0)
        #expect(profile.criticalPath.isEmpty)
        #expect(profile.slots.peak == 0)
    }
}
