import SparkLog

/// A small log with one of most things, its lines in an order that real logs have.
enum SampleLog {
    static let lines: [String] = [
        #"{"Event":"SparkListenerLogStart","Spark Version":"4.1.1"}"#,
        #"{"Event":"SparkListenerEnvironmentUpdate","JVM Information":{"Java Version":"17"},"#
            + #""Spark Properties":{"spark.b":"2","spark.a":"x \"y\" \u00e9\n"}}"#,
        #"{"Event":"SparkListenerApplicationStart","App Name":"orders","App ID":"app-1","#
            + #""Timestamp":1000,"User":"root"}"#,
        #"{"Event":"SparkListenerExecutorAdded","Timestamp":1100,"Executor ID":"1","#
            + #""Executor Info":{"Host":"h1","Total Cores":4,"Resource Profile Id":0}}"#,
        #"{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart","#
            + #""executionId":7,"description":"q","details":"","physicalPlanDescription":"long","#
            + plan("Sort", 50, child: plan("Exchange", 51)) + #","time":1200}"#,
        #"{"Event":"SparkListenerJobStart","Job ID":0,"Submission Time":1300,"Stage Infos":["#
            + stage(0, "map") + "," + stage(1, "skipped")
            + #"],"Stage IDs":[0,1],"Properties":{"spark.sql.execution.id":"7"}}"#,
        #"{"Event":"SparkListenerStageSubmitted","Stage Info":"# + stage(0, "map") + "}",
        taskStart(0), taskStart(1), taskStart(2),
        taskEnd(0, duration: 100, update: 10), taskEnd(1, duration: 300, update: 30),
        #"{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLAdaptiveExecutionUpdate","#
            + #""executionId":7,"# + plan("Sort", 60, child: plan("Scan", 61)) + "}",
        #"{"Event":"org.apache.spark.sql.execution.ui.SparkListenerDriverAccumUpdates","#
            + #""executionId":7,"accumUpdates":[[61,5],[61,9]]}"#,
        #"{"Event":"SparkListenerTaskEnd","Stage ID":0,"Stage Attempt ID":0,"Task Type":"r","#
            + #""Task End Reason":{"Reason":"ExceptionFailure","Class Name":"E","Description":"no\nmore"},"#
            + #""Task Info":{"Task ID":2,"Index":2,"Attempt":0,"Launch Time":1400,"Executor ID":"1","#
            + #""Host":"h1","Locality":"ANY","Speculative":true,"Finish Time":1450}}"#,
        #"{"Event":"com.vendor.SomethingElse","x":[1,{"y":null}]}"#,
        #"{"Event":"SparkListenerStageCompleted","Stage Info":"#
            + stage(0, "map", more: #","Submission Time":1310,"Completion Time":1900"#) + "}",
        #"{"Event":"SparkListenerJobEnd","Job ID":0,"Completion Time":1910,"#
            + #""Job Result":{"Result":"JobSucceeded"}}"#,
        #"{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd","#
            + #""executionId":7,"time":1950,"errorMessage":""}"#,
        #"{"Event":"SparkListenerApplicationEnd","Timestamp":2000}"#,
    ]

    static var text: String { lines.joined(separator: "\n") + "\n" }
    static var bytes: [UInt8] { Array(text.utf8) }

    static func read(_ text: String) -> SparkApplication {
        var reader = EventLogReader()
        reader.feed(Array(text.utf8))
        reader.finish()
        return reader.currentApplication
    }

    static func taskStart(_ id: Int) -> String {
        #"{"Event":"SparkListenerTaskStart","Stage ID":0,"Stage Attempt ID":0,"Task Info":{"Task ID":\#(id),"#
            + #""Index":\#(id),"Attempt":0,"Launch Time":1400,"Executor ID":"1","Host":"h1"}}"#
    }

    static func taskEnd(_ id: Int, duration: Int, update: Int) -> String {
        #"{"Event":"SparkListenerTaskEnd","Stage ID":0,"Stage Attempt ID":0,"Task Type":"ResultTask","#
            + #""Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":\#(id),"Index":\#(id),"#
            + #""Attempt":0,"Launch Time":1400,"Executor ID":"1","Host":"h1","Locality":"NODE_LOCAL","#
            + #""Speculative":false,"Getting Result Time":0,"Finish Time":\#(1400 + duration),"#
            + #""Accumulables":[{"ID":900,"Name":"internal.metrics.jvmGCTime","Update":4,"Value":4},"#
            + #"{"ID":51,"Name":"data size","Update":"\#(update)","Value":"99","Metadata":"sql"}]},"#
            + #""Task Metrics":{"Executor Run Time":\#(duration - 10),"Executor CPU Time":5000000000,"#
            + #""Shuffle Read Metrics":{"Remote Bytes Read":1,"Local Bytes Read":2},"#
            + #""Input Metrics":{"Bytes Read":9007199254740993,"Records Read":3}}}"#
    }

    private static func stage(_ id: Int, _ name: String, more: String = "") -> String {
        #"{"Stage ID":\#(id),"Stage Attempt ID":0,"Stage Name":"\#(name)","Number of Tasks":3,"#
            + #""RDD Info":[{"RDD ID":\#(id),"Name":"rdd","Storage Level":{"Use Disk":false,"Use Memory":true},"#
            + #""Number of Partitions":3}],"Parent IDs":[],"Details":"d"\#(more)}"#
    }

    private static func plan(_ name: String, _ metric: Int, child: String? = nil) -> String {
        let node =
            #"{"nodeName":"\#(name)","simpleString":"\#(name) [k]","children":[\#(child.map(inner) ?? "")],"#
            + #""metadata":{},"metrics":[{"name":"data size","accumulatorId":\#(metric),"metricType":"size"}]}"#
        return #""sparkPlanInfo":"# + node
    }

    private static func inner(_ plan: String) -> String {
        String(plan.dropFirst(#""sparkPlanInfo":"#.count))
    }
}
