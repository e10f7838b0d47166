import SparkLog

extension RESTLines {
    /// Events of one stage attempt around those of its tasks.
    static func events(
        of stage: Object, _ stages: RESTStages
    ) -> (begin: [Object], end: [Object]) {
        guard stage["status"] as? String != "SKIPPED", stage["submissionTime"] != nil else {
            return ([], [])
        }
        var info = stages.info(stage)
        info["Submission Time"] = moment(stage["submissionTime"])
        let begin: Object = ["Event": "SparkListenerStageSubmitted", "Stage Info": info]
        guard let end = moment(stage["completionTime"]) else { return ([begin], []) }
        info["Completion Time"] = end
        info["Failure Reason"] = stage["failureReason"]
        return ([begin], [["Event": "SparkListenerStageCompleted", "Stage Info": info]])
    }

    /// Events of the tasks of one stage attempt, in the order of their ends.
    static func tasks(of stage: Object) -> [Object] {
        let tasks = stage["tasks"] as? [String: Object] ?? [:]
        return tasks.values.map { (end($0), $0) }.sorted { $0.0 < $1.0 }
            .flatMap { events(ofTask: $0.1, of: stage) }
    }

    private static func end(_ task: Object) -> Int {
        (moment(task["launchTime"]) ?? 0).addingSaturated(task["duration"] as? Int ?? 0)
    }

    private static func events(ofTask task: Object, of stage: Object) -> [Object] {
        let status = task["status"] as? String ?? ""
        var info: Object = [
            "Task ID": task["taskId"] ?? 0, "Index": task["index"] ?? 0,
            "Attempt": task["attempt"] ?? 0, "Launch Time": moment(task["launchTime"]) ?? 0,
            "Finish Time": 0,
            "Executor ID": task["executorId"] ?? "", "Host": task["host"] ?? "",
            "Locality": task["taskLocality"] ?? "", "Speculative": task["speculative"] ?? false,
        ]
        let start: Object = [
            "Event": "SparkListenerTaskStart", "Stage ID": stage["stageId"] ?? 0,
            "Stage Attempt ID": stage["attemptId"] ?? 0, "Task Info": info,
        ]
        guard status != "RUNNING" else { return [start] }
        info["Finish Time"] = end(task)
        info["Getting Result Time"] = gettingResult(task)
        var line: Object = [
            "Event": "SparkListenerTaskEnd", "Stage ID": stage["stageId"] ?? 0,
            "Stage Attempt ID": stage["attemptId"] ?? 0, "Task Type": "ResultTask",
            "Task Info": info, "Task End Reason": reason(status, task),
        ]
        if let metrics = task["taskMetrics"] as? Object {
            line["Task Metrics"] = Self.metrics(metrics)
        }
        return [start, line]
    }

    /// The moment from which a result was fetched; the API tells how long that took.
    private static func gettingResult(_ task: Object) -> Int {
        guard let length = task["gettingResultTime"] as? Int, length > 0 else { return 0 }
        return end(task).addingSaturated(-length)
    }

    private static func reason(_ status: String, _ task: Object) -> Object {
        switch status {
        case "SUCCESS": ["Reason": "Success"]
        case "KILLED": ["Reason": "TaskKilled", "Kill Reason": task["errorMessage"] ?? ""]
        default:
            [
                "Reason": "ExceptionFailure", "Class Name": "",
                "Description": task["errorMessage"] ?? status,
            ]
        }
    }

    private static func metrics(_ metrics: Object) -> Object {
        func part(_ key: String) -> Object { metrics[key] as? Object ?? [:] }
        func value(_ table: Object, _ key: String) -> Any { table[key] ?? 0 }
        let (read, write) = (part("shuffleReadMetrics"), part("shuffleWriteMetrics"))
        let (input, output) = (part("inputMetrics"), part("outputMetrics"))
        return [
            "Executor Deserialize Time": value(metrics, "executorDeserializeTime"),
            "Executor Run Time": value(metrics, "executorRunTime"),
            "Executor CPU Time": value(metrics, "executorCpuTime"),
            "Result Size": value(metrics, "resultSize"),
            "JVM GC Time": value(metrics, "jvmGcTime"),
            "Result Serialization Time": value(metrics, "resultSerializationTime"),
            "Memory Bytes Spilled": value(metrics, "memoryBytesSpilled"),
            "Disk Bytes Spilled": value(metrics, "diskBytesSpilled"),
            "Peak Execution Memory": value(metrics, "peakExecutionMemory"),
            "Input Metrics": [
                "Bytes Read": value(input, "bytesRead"),
                "Records Read": value(input, "recordsRead"),
            ],
            "Output Metrics": [
                "Bytes Written": value(output, "bytesWritten"),
                "Records Written": value(output, "recordsWritten"),
            ],
            "Shuffle Read Metrics": [
                "Remote Blocks Fetched": value(read, "remoteBlocksFetched"),
                "Local Blocks Fetched": value(read, "localBlocksFetched"),
                "Fetch Wait Time": value(read, "fetchWaitTime"),
                "Remote Bytes Read": value(read, "remoteBytesRead"),
                "Local Bytes Read": value(read, "localBytesRead"),
                "Total Records Read": value(read, "recordsRead"),
            ],
            "Shuffle Write Metrics": [
                "Shuffle Bytes Written": value(write, "bytesWritten"),
                "Shuffle Write Time": value(write, "writeTime"),
                "Shuffle Records Written": value(write, "recordsWritten"),
            ],
        ]
    }
}
