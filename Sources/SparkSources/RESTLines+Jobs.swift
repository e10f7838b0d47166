import SparkLog

extension RESTLines {
    private static let sql = "org.apache.spark.sql.execution.ui."

    /// The beginnings of queries, with their plans.
    mutating func begin(queries: [Object]) {
        for query in queries {
            let id = query["id"] as? Int ?? 0
            for key in ["successJobIds", "failedJobIds", "runningJobIds"] {
                for job in query[key] as? [Int] ?? [] { queryOfJob[job] = id }
            }
            begin(query, id: id)
        }
    }

    private mutating func begin(_ query: Object, id: Int) {
        var start: Object = [
            "Event": Self.sql + "SparkListenerSQLExecutionStart", "executionId": id,
            "description": query["description"] ?? "", "details": "",
            "physicalPlanDescription": "",
        ]
        start["time"] = Self.moment(query["submissionTime"])
        start["rootExecutionId"] = query["rootExecutionId"]
        start["modifiedConfigs"] = query["modifiedConfigs"]
        var values: [[Int64]] = []
        if let plan = plan(query, &values) { start["sparkPlanInfo"] = plan }
        lines.append(start)
        guard !values.isEmpty else { return }
        lines.append([
            "Event": Self.sql + "SparkListenerDriverAccumUpdates", "executionId": id,
            "accumUpdates": values,
        ])
    }

    mutating func end(queries: [Object]) {
        for query in queries {
            guard let from = Self.moment(query["submissionTime"]),
                let length = query["duration"] as? Int, query["status"] as? String != "RUNNING"
            else { continue }
            var message = query["errorMessage"] as? String ?? ""
            // Spark before 3.4 does not say why.
            if message.isEmpty, query["status"] as? String == "FAILED" { message = "failed" }
            lines.append([
                "Event": Self.sql + "SparkListenerSQLExecutionEnd",
                "executionId": query["id"] ?? 0, "time": from.addingSaturated(length),
                "errorMessage": message,
            ])
        }
    }

    /// The beginnings of jobs, in the order of their ids.
    mutating func begin(jobs: [Object], stages: RESTStages) {
        for job in jobs {
            let id = job["jobId"] as? Int ?? 0
            var properties: Object = ["callSite.short": job["name"] ?? ""]
            properties["spark.job.description"] = job["description"]
            properties["spark.jobGroup.id"] = job["jobGroup"]
            if let query = queryOfJob[id] { properties["spark.sql.execution.id"] = "\(query)" }
            let listed = (job["stageIds"] as? [Int] ?? []).sorted()
            lines.append([
                "Event": "SparkListenerJobStart", "Job ID": id,
                "Submission Time": Self.moment(job["submissionTime"]) ?? 0,
                "Stage IDs": listed, "Stage Infos": stages.infos(of: listed),
                "Properties": properties,
            ])
        }
    }

    mutating func end(jobs: [Object], stages: RESTStages) {
        for job in jobs {
            guard let end = Self.moment(job["completionTime"]) else { continue }
            let hasFailed = job["status"] as? String == "FAILED"
            var result: Object = ["Result": hasFailed ? "JobFailed" : "JobSucceeded"]
            if hasFailed {
                let why = stages.failure(among: job["stageIds"] as? [Int] ?? [])
                result["Exception"] = ["Message": why ?? "failed"]
            }
            lines.append([
                "Event": "SparkListenerJobEnd", "Job ID": job["jobId"] as? Int ?? 0,
                "Completion Time": end, "Job Result": result,
            ])
        }
    }
}
