import SparkLog
import Testing

@testable import SparkAdvice

/// A stage of eight tasks that only compute, made to order.
struct MadeLog {
    /// Slots, and what each task takes: run and processor time in milliseconds.
    var slots: Int
    var run: Int
    var processor: Int
    var tasks = 8
    /// What the first task takes instead, from the start to the end of the others.
    var longest: Int?
    /// What the first task of every slot takes longer.
    var cold = 0
    /// Garbage collection that every task counts.
    var collection = 0
    /// When the stage begins, after a first one that takes a millisecond.
    var age: Int?
    /// Milliseconds in which a task's classes were loaded and it was read.
    var deserializing = 0
    /// Milliseconds before the end of a task in which the next one is sent to its slot.
    var early = 0
    /// Bytes that every task held while it aggregated or sorted.
    var memory = 0
    /// `spark.default.parallelism`; nil where nobody set it.
    var parallelism: Int?

    func profile() -> ApplicationProfile {
        var lines = [
            #"{"Event":"SparkListenerLogStart","Spark Version":"4.1.1"}"#,
            #"{"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.master":"local[\#(slots)]"\#(parallelism.map { #","spark.default.parallelism":"\#($0)""# } ?? "")}}"#,
            #"{"Event":"SparkListenerApplicationStart","App Name":"made","App ID":"app-1","Timestamp":1000}"#,
            #"{"Event":"SparkListenerExecutorAdded","Timestamp":1000,"Executor ID":"driver","Executor Info":{"Host":"h1","Total Cores":\#(slots)}}"#,
            #"{"Event":"SparkListenerJobStart","Job ID":0,"Submission Time":1000,"Stage Infos":[],"Stage IDs":[0]}"#,
            #"{"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":0,"Stage Attempt ID":0,"Stage Name":"compute","Number of Tasks":\#(tasks),"Submission Time":1000}}"#,
        ]
        if age != nil {
            lines += [
                #"{"Event":"SparkListenerTaskEnd","Stage ID":0,"Stage Attempt ID":0,"Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":100,"Index":0,"Attempt":0,"Launch Time":1000,"Executor ID":"driver","Host":"h1","Finish Time":1001},"Task Metrics":{"Executor Run Time":1,"Executor CPU Time":1000000}}"#,
                #"{"Event":"SparkListenerJobEnd","Job ID":0,"Completion Time":1001,"Job Result":{"Result":"JobSucceeded"}}"#,
            ]
        }
        let (number, begin) = (age == nil ? 0 : 1, 1000 + (age ?? 0))
        if age != nil {
            lines += [
                #"{"Event":"SparkListenerJobStart","Job ID":1,"Submission Time":\#(begin),"Stage Infos":[],"Stage IDs":[1]}"#,
                #"{"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":1,"Stage Attempt ID":0,"Stage Name":"compute","Number of Tasks":\#(tasks),"Submission Time":\#(begin)}}"#,
            ]
        }
        for task in 0..<tasks {
            let isLongest = task == 0 && longest != nil
            var start = begin + (longest == nil ? task / slots * run : max(0, task - 1) * run)
            if task >= slots { start += cold - early }
            let run = isLongest ? longest ?? run : task < slots ? run + cold : run
            let processor = isLongest ? run : task < slots ? processor + cold : processor
            lines.append(
                #"{"Event":"SparkListenerTaskEnd","Stage ID":\#(number),"Stage Attempt ID":0,"Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":\#(task),"Index":\#(task),"Attempt":0,"Launch Time":\#(start),"Executor ID":"driver","Host":"h1","Finish Time":\#(start + run)},"Task Metrics":{"Executor Run Time":\#(run),"Executor CPU Time":\#(processor * 1_000_000),"JVM GC Time":\#(collection),"Executor Deserialize Time":\#(deserializing),"Peak Execution Memory":\#(memory)}}"#
            )
        }
        let end = begin + cold + (longest ?? (tasks + slots - 1) / slots * run)
        lines.append(
            #"{"Event":"SparkListenerJobEnd","Job ID":\#(number),"Completion Time":\#(end),"Job Result":{"Result":"JobSucceeded"}}"#
        )
        lines.append(#"{"Event":"SparkListenerApplicationEnd","Timestamp":\#(end)}"#)
        var reader = EventLogReader()
        reader.feed(Array((lines.joined(separator: "\n") + "\n").utf8))
        reader.finish()
        return ApplicationProfile(reader.currentApplication)
    }

    func wall(cores: Int, processors: Int? = nil) -> Int64 {
        SparkSimulation(
            profile(), executors: [1], cores: [cores], processors: processors
        ).rows[0].wall
    }
}

@Suite("The simulator")
struct SimulationTests {
    @Test("fewer slots than processors are no slower a task, more bring more with a processor each")
    func calm() {
        let log = MadeLog(slots: 2, run: 1_000, processor: 980)
        #expect(log.wall(cores: 2) == 4_000)
        // One task beside the compiler instead of two: less than twice as long.
        #expect((6_500...8_000).contains(log.wall(cores: 1)))
        #expect((2_000...2_800).contains(log.wall(cores: 4)))
        #expect((1_000...1_400).contains(log.wall(cores: 8)))
    }

    @Test("four slots on two processors: fewer slots are hardly slower, more are hardly faster")
    func crowded() {
        let log = MadeLog(slots: 4, run: 2_000, processor: 1_000)
        #expect(log.wall(cores: 4) == 4_000)
        #expect((3_800...5_300).contains(log.wall(cores: 2)))
        #expect((6_500...8_000).contains(log.wall(cores: 1)))
        #expect((3_200...4_200).contains(log.wall(cores: 8)))
    }

    @Test("more executors bring processors of their own, unless told that all share a host")
    func executors() {
        let log = MadeLog(slots: 2, run: 1_000, processor: 600, tasks: 16)
        func wall(_ executors: Int, processors: Int?) -> Int64 {
            SparkSimulation(
                log.profile(), executors: [executors], cores: [2], processors: processors
            ).rows[0].wall
        }
        #expect((2_000...2_600).contains(wall(4, processors: nil)))
        #expect(wall(4, processors: 2) > 4_500)
    }

    @Test("a known number of processors bounds what more slots bring")
    func known() {
        let log = MadeLog(slots: 2, run: 1_000, processor: 1_000)
        #expect((3_400...4_200).contains(log.wall(cores: 4, processors: 2)))
        #expect((2_000...2_800).contains(log.wall(cores: 4, processors: 4)))
    }

    @Test("a young JVM's compiler wants a processor; an old one's hardly any")
    func warming() {
        let young = MadeLog(slots: 1, run: 1_000, processor: 950)
        let old = MadeLog(slots: 1, run: 1_000, processor: 950, age: 1_800_000)
        #expect((5_000...6_800).contains(young.wall(cores: 2, processors: 2)))
        let stage = old.wall(cores: 2, processors: 2) - 1_800_000
        #expect((4_000...4_900).contains(stage))
    }

    @Test("a JVM whose first tasks are read at once is warm: its compiler wants little")
    func warm() {
        let new = MadeLog(slots: 1, run: 1_000, processor: 950, deserializing: 80)
        let warm = MadeLog(slots: 1, run: 1_000, processor: 950, deserializing: 2)
        #expect(new.wall(cores: 2) > 5_300)
        #expect((4_000...4_900).contains(warm.wall(cores: 2)))
    }

    @Test("tasks that sort or aggregate slow each other, those that only compute hardly do")
    func memory() {
        func wall(_ memory: Int) -> Int64 {
            MadeLog(slots: 1, run: 1_000, processor: 1_000, deserializing: 2, memory: memory)
                .wall(cores: 2)
        }
        #expect(wall(100_000_000) > wall(1_000_000) + 400)
    }

    @Test("a driver in the tasks' own JVM needs a processor for every one of many short tasks")
    func driver() {
        func share(_ run: Int, _ tasks: Int) -> Double {
            let log = MadeLog(
                slots: 1, run: run, processor: run, tasks: tasks, deserializing: 2)
            return Double(log.wall(cores: 2)) / Double(run * tasks)
        }
        #expect(share(5, 2_000) > share(1_000, 10) + 0.1)
    }

    @Test("no more tasks of a slot begin cold than one, though the next is sent a moment early")
    func early() {
        let log = MadeLog(
            slots: 1, run: 1_000, processor: 1_000, cold: 3_000, deserializing: 2, early: 1)
        // Both slots begin cold.
        #expect(log.wall(cores: 2) > 6_500)
    }

    @Test("a long task shares its processor only while others run")
    func skewed() {
        let log = MadeLog(slots: 2, run: 1_000, processor: 1_000, longest: 7_000)
        #expect(log.wall(cores: 2, processors: 2) == 7_000)
        // Eight at once on two: about 4 s until seven have had their second, then 6 s alone.
        #expect((9_000...10_500).contains(log.wall(cores: 8, processors: 2)))
        #expect((6_500...7_500).contains(log.wall(cores: 8, processors: 8)))
    }

    @Test("as many tasks begin cold as there are slots, and one collection stops all of them")
    func sharedJVM() {
        let cold = MadeLog(slots: 2, run: 1_000, processor: 1_000, cold: 3_000)
        #expect(cold.wall(cores: 2) == 7_000)
        // Both waited for the same classes and the same compiler: one alone waits for them once.
        #expect((9_000...11_000).contains(cold.wall(cores: 1)))
        #expect((5_000...7_000).contains(cold.wall(cores: 4)))
        let collecting = MadeLog(slots: 2, run: 1_000, processor: 500, collection: 500)
        #expect(collecting.wall(cores: 2) == 4_000)
        #expect((5_000...6_000).contains(collecting.wall(cores: 1)))
    }

    @Test("a replay that takes longer than what was measured does so all along")
    func longerReplay() {
        // Tasks that are sent before the ones ahead of them end fill more time than there was.
        let log = MadeLog(
            slots: 2, run: 1_000, processor: 1_000, tasks: 40, deserializing: 2, early: 400)
        let profile = log.profile()
        #expect(profile.replayedWall > profile.wall)
        #expect(log.wall(cores: 2) == profile.wall)
        let change = ScheduleChange(executors: [40])
        #expect(profile.wall(change) > profile.schedule.wall(change) * 9 / 10)
    }

    @Test("no slots beat the longest task, and the rows never go below the bound")
    func bound() {
        let profile = MadeLog(slots: 2, run: 1_000, processor: 990).profile()
        let simulation = SparkSimulation(
            profile, executors: [1, 2, 4, 8, 100], cores: [1, 2, 64], partitions: [4])
        #expect((700...1_000).contains(simulation.bound))
        #expect(
            simulation.rows.allSatisfy {
                $0.wall >= simulation.bound && $0.low <= $0.wall && $0.wall <= $0.high
            })
    }

    @Test("a stage with as many tasks as cores by default has as many as the cores there would be")
    func parallelism() {
        let log = MadeLog(slots: 1, run: 8_000, processor: 8_000, tasks: 1)
        #expect((4_000...6_500).contains(log.wall(cores: 2, processors: 4)))
        let fixed = MadeLog(
            slots: 1, run: 8_000, processor: 8_000, tasks: 1, parallelism: 1)
        #expect(fixed.wall(cores: 2, processors: 4) == 8_000)
    }
}
