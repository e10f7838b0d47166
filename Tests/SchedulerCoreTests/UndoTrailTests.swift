import Domain
import SchedulerCore
import Testing

@Suite("Taking back what was done")
struct UndoTrailTests {
    private static func at(_ second: Int64) -> Instant { Instant(seconds: second) }

    private static func paused(
        _ name: PipelineName, by person: String, _ second: Int64
    ) -> SchedulerEvent {
        .pipelinePaused(name, isPaused: true, by: person, at: at(second))
    }

    private func newest(_ events: [SchedulerEvent]) -> SchedulerEvent? {
        UndoTrail.newestAct(of: "ada", in: events.reversed())
    }

    @Test("each undo goes a step further back, past what others and backfills did meanwhile")
    func steps() {
        let undo = UndoTrail.name(of: "ada")
        var events = [
            Self.paused("a", by: "ada", 1), Self.paused("b", by: "bob", 2),
            .tasksMarked(
                "r", [TaskMark(task: "t", state: .success, previous: .failed)], by: "ada",
                at: Self.at(3)),
            .runCancelRequested("q", by: "backfill-1", at: Self.at(4)),
            Self.paused("c", by: "ada", 5),
        ]
        #expect(newest(events) == events[4])
        events.append(.pipelinePaused("c", isPaused: false, by: undo, at: Self.at(6)))
        #expect(newest(events) == events[2])
        // What an undo of marks does may be two events, of one instant.
        events.append(
            .tasksMarked(
                "r", [TaskMark(task: "t", state: .failed, previous: .success)], by: undo,
                at: Self.at(7)))
        events.append(.tasksCleared("r", ["t"], by: undo, at: Self.at(7)))
        #expect(newest(events) == events[0])
        events.append(.pipelinePaused("a", isPaused: false, by: undo, at: Self.at(8)))
        #expect(newest(events) == nil)
        events.append(Self.paused("d", by: "ada", 9))
        #expect(newest(events) == events.last, "what is done after an undo is the next to go")
        events.append(.pipelinePaused("d", isPaused: false, by: undo, at: Self.at(10)))
        #expect(newest(events) == nil)
    }
}
