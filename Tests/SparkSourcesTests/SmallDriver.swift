import Foundation

/// What a driver's API answers about an application of one job, in the shapes of Spark 4.3.
///
/// Stages 0 and 1 write a shuffle, 2 was skipped, 3 reads; the server lists the newest first.
struct SmallDriver {
    var application = """
        {"id":"app-1","name":"small","attempts":[{"startTime":"2026-11-27T07:00:00.000GMT",
        "endTime":"1969-12-31T23:59:59.999GMT","completed":false,"appSparkVersion":"4.3.0",
        "sparkUser":"me","startTimeEpoch":1795762800000,"endTimeEpoch":-1}]}
        """
    var jobs = """
        [{"jobId":0,"name":"count at x.py:1","submissionTime":"2026-11-27T07:00:01.000GMT",
        "completionTime":"2026-11-27T07:00:09.000GMT","stageIds":[3,1,0,2],"status":"SUCCEEDED"}]
        """
    var executors = """
        [{"id":"driver","hostPort":"[::1]:4177","totalCores":2,"addTime":"2026-11-27T07:00:00.500GMT"}]
        """
    var storage = """
        [{"id":22,"name":"cached","numPartitions":2,"numCachedPartitions":1,
        "storageLevel":"Disk Memory Deserialized 1x Replicated","memoryUsed":4096,"diskUsed":512}]
        """
    var queries = """
        [{"id":0,"status":"FAILED","description":"q","submissionTime":"2026-11-27T07:00:01.000GMT",
        "duration":8000,"successJobIds":[0],"failedJobIds":[],"runningJobIds":[],
        "errorMessage":"too big","rootExecutionId":0,"modifiedConfigs":{},"nodes":[
        {"nodeId":0,"nodeName":"Exchange","desc":"Exchange hashpartitioning(k, 8)","metrics":[
        {"name":"data size","value":"total (min, med, max (stageId: taskId))\\n2.0 KiB (1.0 KiB, 1.0 KiB, 1.0 KiB (stage 0.0: task 0))"}]},
        {"nodeId":1,"nodeName":"WholeStageCodegen (1)","desc":"WholeStageCodegen (1)","metrics":[
        {"name":"duration","value":"404 ms"}]},
        {"nodeId":2,"nodeName":"Project","wholeStageCodegenId":1,"desc":"Project [id]","metrics":[]},
        {"nodeId":3,"nodeName":"Range","wholeStageCodegenId":1,"desc":"Range (0, 9)","metrics":[]}],
        "edges":[{"fromId":2,"toId":0},{"fromId":3,"toId":2}]}]
        """
    var stages = [
        stage(3, "COMPLETE", from: 5, to: 8, reads: 10, writes: 0, tasks: 2, rdds: [22, 9]),
        stage(2, "SKIPPED", from: nil, to: nil, reads: 0, writes: 0, tasks: 4, rdds: []),
        stage(1, "COMPLETE", from: 3, to: 5, reads: 0, writes: 10, tasks: 1, rdds: []),
        stage(0, "COMPLETE", from: 2, to: 4, reads: 0, writes: 10, tasks: 1, rdds: []),
    ]

    static func stage(
        _ id: Int, _ status: String, from: Int?, to: Int?, reads: Int, writes: Int, tasks: Int,
        rdds: [Int]
    ) -> String {
        func time(_ second: Int) -> String { "2026-11-27T07:00:0\(second).000GMT" }
        let begin = from.map { #""submissionTime":"\#(time($0))","# } ?? ""
        let end = to.map { #""completionTime":"\#(time($0))","# } ?? ""
        let told = (0..<(from == nil ? 0 : tasks)).map { index in
            let number = id * 10 + index
            return """
                "\(number)":{"taskId":\(number),"index":\(index),"attempt":0,"executorId":"driver",
                "launchTime":"\(time(from ?? 0))","duration":900,"host":"h","status":"SUCCESS",
                "taskLocality":"ANY","speculative":false,"taskMetrics":{"executorRunTime":800,
                "shuffleReadMetrics":{"localBytesRead":\(reads)}}}
                """
        }
        return """
            {"stageId":\(id),"attemptId":0,"status":"\(status)","name":"stage \(id)",
            "numTasks":\(tasks),"numCompleteTasks":\(told.count),"numActiveTasks":0,
            "numFailedTasks":0,"numKilledTasks":0,\(begin)\(end)"shuffleReadRecords":\(reads),
            "shuffleReadBytes":\(reads),"shuffleWriteRecords":\(writes),"rddIds":\(rdds),
            "tasks":{\(told.joined(separator: ","))}}
            """
    }

    /// Answers by path; the list with tasks and the one without are the same.
    var answers: [String: String] {
        let base = "/api/v1/applications/app-1"
        var answers = [
            "/api/v1/applications": "[\(application)]", base: application,
            base + "/environment": #"{"sparkProperties":[["spark.x","1"]]}"#,
            base + "/allexecutors": executors, base + "/jobs": jobs,
            base + "/storage/rdd": storage,
        ]
        let list = "[" + stages.joined(separator: ",") + "]"
        answers[base + "/stages"] = list
        answers[base + "/stages?details=true&withSummaries=false"] = list
        for details in [false, true] {
            let options = "?details=\(details)&planDescription=false&offset=0&length=1000000"
            answers[base + "/sql" + options] = queries
        }
        answers[base + "/sql/0?details=true&planDescription=false"] = String(
            queries.dropFirst().dropLast())
        for id in 0..<4 {
            let options = "?details=true&withSummaries=false"
            answers[base + "/stages/\(id)/0" + options] = stages.first {
                $0.hasPrefix(#"{"stageId":\#(id),"#)
            }
        }
        return answers
    }
}
