import SparkAdvice
import Testing

@Suite("Where the wall time went")
struct WallTimeTests {
    @Test("every millisecond is in one part: all slots busy, some of them, none")
    func parts() {
        // Two tasks for one second, then one, on two slots.
        let even = WallTime(MadeLog(slots: 2, run: 1_000, processor: 1_000, tasks: 3).profile())
        #expect([even.starting, even.noTask] == [0, 0])
        #expect([even.someSlots, even.allSlots] == [1_000, 1_000])
        // One task of seven seconds beside three of one.
        let skewed = MadeLog(slots: 2, run: 1_000, processor: 1_000, tasks: 4, longest: 7_000)
        let wall = WallTime(skewed.profile())
        #expect([wall.someSlots, wall.allSlots] == [4_000, 3_000])
        #expect(wall.total == skewed.profile().wall)
    }

    @Test("an application without a task spent its time starting")
    func empty() {
        let wall = WallTime(MadeLog(slots: 2, run: 1_000, processor: 0, tasks: 0).profile())
        #expect(wall.total == wall.starting)
    }
}
