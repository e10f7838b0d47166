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

    func profile() -> ApplicationProfile {
        var lines = [
            #"{"Event":"SparkListenerLogStart","Spark Version":"4.1.1"}"#,
            #"{"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.master":"local[\#(slots)]"}}"#,
            #"{"Event":"SparkListenerApplicationStart","App Name":"made","App ID":"app-1","Timestamp":1000}"#,
            #"{"Event":"SparkListenerExecutorAdded","Timestamp":1000,"Executor ID":"driver","Executor Info":{"Host":"h1","Total Cores":\#(slots)}}"#,
            #"{"Event":"SparkListenerJobStart","Job ID":0,"Submission Time":1000,"Stage Infos":[],"Stage IDs":[0]}"#,
            #"{"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":0,"Stage Attempt ID":0,"Stage Name":"compute","Number of Tasks":\#(tasks),"Submission Time":1000}}"#,
        ]
        for task in 0..<tasks {
            let isLongest = task == 0 && longest != nil
            var start = 1000 + (longest == nil ? task / slots * run : max(0, task - 1) * run)
            if task >= slots { start += cold }
            let run = isLongest ? longest ?? run : task < slots ? run + cold : run
            let processor = isLongest ? run : task < slots ? processor + cold : processor
            lines.append(
                #"{"Event":"SparkListenerTaskEnd","Stage ID":0,"Stage Attempt ID":0,"Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":\#(task),"Index":\#(task),"Attempt":0,"Launch Time":\#(start),"Executor ID":"driver","Host":"h1","Finish Time":\#(start + run)},"Task Metrics":{"Executor Run Time":\#(run),"Executor CPU Time":\#(processor * 1_000_000),"JVM GC Time":\#(collection)}}"#
            )
        }
        let end = 1000 + cold + (longest ?? (tasks + slots - 1) / slots * run)
        lines.append(
            #"{"Event":"SparkListenerJobEnd","Job ID":0,"Completion Time":\#(end),"Job Result":{"Result":"JobSucceeded"}}"#
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
    @Test("tasks that had a processor each take as long on fewer or more slots")
    func calm() {
        let log = MadeLog(slots: 2, run: 1_000, processor: 980)
        #expect(log.wall(cores: 2) == 4_000)
        #expect(log.wall(cores: 1) == 8_000)
        #expect(log.wall(cores: 4) == 2_000)
        #expect(log.wall(cores: 8) == 1_000)
    }

    @Test("four slots on two processors: fewer slots are no slower, more are no faster")
    func crowded() {
        let log = MadeLog(slots: 4, run: 2_000, processor: 1_000)
        #expect(log.wall(cores: 4) == 4_000)
        #expect(log.wall(cores: 2) == 4_000)
        #expect(log.wall(cores: 1) == 8_000)
        #expect(log.wall(cores: 8) == 4_000)
    }

    @Test("a known number of processors bounds what more slots bring")
    func known() {
        let log = MadeLog(slots: 2, run: 1_000, processor: 1_000)
        #expect(log.wall(cores: 4, processors: 2) == 4_000)
        #expect(log.wall(cores: 4, processors: 4) == 2_000)
    }

    @Test("a long task shares its processor only while others run")
    func skewed() {
        let log = MadeLog(slots: 2, run: 1_000, processor: 1_000, longest: 7_000)
        #expect(log.wall(cores: 2, processors: 2) == 7_000)
        // Eight at once on two: 4 s until seven have had their second, then 6 s alone.
        #expect(log.wall(cores: 8, processors: 2) == 10_000)
        #expect(log.wall(cores: 8, processors: 8) == 7_000)
    }

    @Test("as many tasks begin cold as there are slots, and one collection stops all of them")
    func sharedJVM() {
        let cold = MadeLog(slots: 2, run: 1_000, processor: 1_000, cold: 3_000)
        #expect(cold.wall(cores: 2) == 7_000)
        // Both waited for the same classes and the same compiler: one alone waits for them once.
        #expect(cold.wall(cores: 1) == 11_000)
        #expect(cold.wall(cores: 4) == 5_000)
        let collecting = MadeLog(slots: 2, run: 1_000, processor: 500, collection: 500)
        #expect(collecting.wall(cores: 2) == 4_000)
        #expect(collecting.wall(cores: 1) == 6_000)
    }

    @Test("no slots beat the longest task, and the rows never go below the bound")
    func bound() {
        let profile = MadeLog(slots: 2, run: 1_000, processor: 990).profile()
        let simulation = SparkSimulation(
            profile, executors: [1, 2, 4, 8, 100], cores: [1, 2, 64], partitions: [4])
        #expect(simulation.bound == 1_000)
        #expect(simulation.rows.allSatisfy { $0.wall >= simulation.bound })
    }
}
