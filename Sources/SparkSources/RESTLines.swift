import Domain
import Foundation
import SparkLog

/// Turns what Spark's REST API tells (`/api/v1`, as its monitoring guide describes it) into the
/// lines that an event log would have.
struct RESTLines {
    private(set) var lines: [[String: Any]] = []
    private let application: [String: Any]
    private var queryOfJob: [Int: Int] = [:]
    /// Metrics of plans have no ids here; theirs lie above those of a log.
    var nextMetric = Int64(1) << 40

    init(application: [String: Any]) {
        self.application = application
        let attempt = (application["attempts"] as? [[String: Any]])?.first ?? [:]
        if let version = attempt["appSparkVersion"] as? String {
            lines.append(["Event": "SparkListenerLogStart", "Spark Version": version])
        }
        var start: [String: Any] = [
            "Event": "SparkListenerApplicationStart", "App ID": application["id"] ?? "",
            "App Name": application["name"] ?? "", "User": attempt["sparkUser"] ?? "",
        ]
        start["Timestamp"] = attempt["startTimeEpoch"] ?? Self.moment(attempt["startTime"])
        start["App Attempt ID"] = attempt["attemptId"]
        lines.append(start)
    }

    mutating func environment(_ environment: [String: Any]) {
        func table(_ key: String) -> [String: Any] {
            let pairs = environment[key] as? [[Any]] ?? []
            return Dictionary(
                pairs.compactMap { pair in
                    pair.count == 2 ? ("\(pair[0])", pair[1]) : nil
                }, uniquingKeysWith: { $1 })
        }
        let runtime = environment["runtime"] as? [String: Any] ?? [:]
        lines.append([
            "Event": "SparkListenerEnvironmentUpdate",
            "Spark Properties": table("sparkProperties"),
            "System Properties": table("systemProperties"),
            "Hadoop Properties": table("hadoopProperties"),
            "JVM Information": ["Java Version": runtime["javaVersion"] ?? ""],
        ])
    }

    mutating func executors(_ executors: [[String: Any]]) {
        for executor in executors {
            let id = executor["id"] as? String ?? ""
            let cores = executor["totalCores"] as? Int ?? 0
            let host = (executor["hostPort"] as? String ?? "").split(separator: ":").first ?? ""
            // The driver of a cluster is listed without cores.
            guard id != "driver" || cores > 0 else { continue }
            lines.append([
                "Event": "SparkListenerExecutorAdded", "Executor ID": id,
                "Timestamp": Self.moment(executor["addTime"]) ?? 0,
                "Executor Info": ["Host": String(host), "Total Cores": cores],
            ])
            if let removed = Self.moment(executor["removeTime"]) {
                lines.append([
                    "Event": "SparkListenerExecutorRemoved", "Executor ID": id,
                    "Timestamp": removed, "Removed Reason": executor["removeReason"] ?? "",
                ])
            }
        }
    }

    mutating func jobs(_ jobs: [[String: Any]], queries: [[String: Any]]) {
        for query in queries {
            let id = query["id"] as? Int ?? 0
            for key in ["successJobIds", "failedJobIds", "runningJobIds"] {
                for job in query[key] as? [Int] ?? [] { queryOfJob[job] = id }
            }
            start(query, id: id)
        }
        for job in jobs.sorted(by: { ($0["jobId"] as? Int ?? 0) < ($1["jobId"] as? Int ?? 0) }) {
            let id = job["jobId"] as? Int ?? 0
            var properties: [String: Any] = ["callSite.short": job["name"] ?? ""]
            properties["spark.job.description"] = job["description"]
            properties["spark.jobGroup.id"] = job["jobGroup"]
            if let query = queryOfJob[id] { properties["spark.sql.execution.id"] = "\(query)" }
            lines.append([
                "Event": "SparkListenerJobStart", "Job ID": id,
                "Submission Time": Self.moment(job["submissionTime"]) ?? 0,
                "Stage IDs": job["stageIds"] ?? [Int](), "Stage Infos": [Int](),
                "Properties": properties,
            ])
            guard let end = Self.moment(job["completionTime"]) else { continue }
            let hasFailed = job["status"] as? String == "FAILED"
            var result: [String: Any] = ["Result": hasFailed ? "JobFailed" : "JobSucceeded"]
            if hasFailed { result["Exception"] = ["Message": "failed"] }
            lines.append([
                "Event": "SparkListenerJobEnd", "Job ID": id, "Completion Time": end,
                "Job Result": result,
            ])
        }
        for query in queries {
            guard let from = Self.moment(query["submissionTime"]),
                let length = query["duration"] as? Int, query["status"] as? String != "RUNNING"
            else { continue }
            lines.append([
                "Event": Self.sql + "SparkListenerSQLExecutionEnd",
                "executionId": query["id"] ?? 0, "time": from.addingSaturated(length),
                "errorMessage": query["status"] as? String == "FAILED" ? "failed" : "",
            ])
        }
    }

    private static let sql = "org.apache.spark.sql.execution.ui."

    private mutating func start(_ query: [String: Any], id: Int) {
        var start: [String: Any] = [
            "Event": Self.sql + "SparkListenerSQLExecutionStart", "executionId": id,
            "description": query["description"] ?? "", "details": "",
            "physicalPlanDescription": "",
        ]
        start["time"] = Self.moment(query["submissionTime"])
        var values: [[Int64]] = []
        if let plan = plan(query, &values) { start["sparkPlanInfo"] = plan }
        lines.append(start)
        guard !values.isEmpty else { return }
        lines.append([
            "Event": Self.sql + "SparkListenerDriverAccumUpdates", "executionId": id,
            "accumUpdates": values,
        ])
    }

    mutating func stages(_ stages: [[String: Any]]) {
        for stage in stages where stage["status"] as? String != "SKIPPED" {
            guard stage["submissionTime"] != nil || stage["tasks"] != nil else { continue }
            var info: [String: Any] = [
                "Stage ID": stage["stageId"] ?? 0, "Stage Attempt ID": stage["attemptId"] ?? 0,
                "Stage Name": stage["name"] ?? "", "Number of Tasks": stage["numTasks"] ?? 0,
                "RDD Info": [Int](), "Parent IDs": [Int](), "Details": "",
            ]
            info["Submission Time"] = Self.moment(stage["submissionTime"])
            lines.append(["Event": "SparkListenerStageSubmitted", "Stage Info": info])
            let tasks = stage["tasks"] as? [String: [String: Any]] ?? [:]
            for task in tasks.values.sorted(by: { Self.end($0) < Self.end($1) }) {
                add(task, of: stage)
            }
            guard let end = Self.moment(stage["completionTime"]) else { continue }
            info["Completion Time"] = end
            info["Failure Reason"] = stage["failureReason"]
            lines.append(["Event": "SparkListenerStageCompleted", "Stage Info": info])
        }
    }

    private static func end(_ task: [String: Any]) -> Int {
        (moment(task["launchTime"]) ?? 0).addingSaturated(task["duration"] as? Int ?? 0)
    }

    private mutating func add(_ task: [String: Any], of stage: [String: Any]) {
        let status = task["status"] as? String ?? ""
        let launch = Self.moment(task["launchTime"]) ?? 0
        let info: [String: Any] = [
            "Task ID": task["taskId"] ?? 0, "Index": task["index"] ?? 0,
            "Attempt": task["attempt"] ?? 0, "Launch Time": launch,
            "Finish Time": Self.end(task),
            "Executor ID": task["executorId"] ?? "", "Host": task["host"] ?? "",
            "Locality": task["taskLocality"] ?? "", "Speculative": task["speculative"] ?? false,
        ]
        guard status != "RUNNING" else {
            lines.append([
                "Event": "SparkListenerTaskStart", "Stage ID": stage["stageId"] ?? 0,
                "Stage Attempt ID": stage["attemptId"] ?? 0, "Task Info": info,
            ])
            return
        }
        var line: [String: Any] = [
            "Event": "SparkListenerTaskEnd", "Stage ID": stage["stageId"] ?? 0,
            "Stage Attempt ID": stage["attemptId"] ?? 0, "Task Type": "ResultTask",
            "Task Info": info, "Task End Reason": Self.reason(status, task),
        ]
        if let metrics = task["taskMetrics"] as? [String: Any] {
            line["Task Metrics"] = Self.metrics(metrics)
        }
        lines.append(line)
    }

    private static func reason(_ status: String, _ task: [String: Any]) -> [String: Any] {
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

    private static func metrics(_ metrics: [String: Any]) -> [String: Any] {
        func part(_ key: String) -> [String: Any] { metrics[key] as? [String: Any] ?? [:] }
        func value(_ table: [String: Any], _ key: String) -> Any { table[key] ?? 0 }
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

    mutating func end() {
        let attempt = (application["attempts"] as? [[String: Any]])?.first ?? [:]
        guard attempt["completed"] as? Bool ?? false else { return }
        let end = attempt["endTimeEpoch"] as? Int ?? Self.moment(attempt["endTime"]) ?? 0
        guard end > 0 else { return }
        lines.append(["Event": "SparkListenerApplicationEnd", "Timestamp": end])
    }

    /// Milliseconds since 1970 of `2026-11-23T07:31:27.142GMT`.
    static func moment(_ value: Any?) -> Int? {
        guard var text = value as? String else { return nil }
        if text.hasSuffix("GMT") { text = text.dropLast(3) + "Z" }
        return Instant(iso8601: text).map { Int($0.microseconds / 1_000) }
    }
}
