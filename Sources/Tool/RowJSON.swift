import Domain
import Glibc
import JSONText

extension RunRow {
    /// `{"run_id","pipeline","trigger","state","logical_date","created_at","started_at",
    /// "ended_at","tasks_total","tasks_settled","tasks_failed"}`
    var json: JSONValue {
        .object([
            "run_id": .string(id.name), "pipeline": .string(pipeline.name),
            "trigger": .string(trigger.rawValue), "state": .string(state.rawValue),
            "logical_date": .string(logicalDate.iso8601),
            "created_at": .string(createdAt.iso8601),
            "started_at": .string(orNull: startedAt?.iso8601),
            "ended_at": .string(orNull: endedAt?.iso8601),
            "tasks_total": .integer(Int64(taskCount)),
            "tasks_settled": .integer(Int64(settledCount)),
            "tasks_failed": .integer(Int64(failedCount)),
        ])
    }
}

extension [TaskRow] {
    /// The tasks of the file; those with `map` have their instances under `"instances"`.
    func json(logs: [TaskID: String]) -> [JSONValue] {
        folded.map { task, instances in
            guard case .object(var members) = task.json(log: logs[task.id]), !instances.isEmpty
            else { return task.json(log: logs[task.id]) }
            members.append(
                JSONValue.Member(
                    "instances", .array(instances.map { $0.json(log: logs[$0.id]) })))
            return .object(members)
        }
    }
}

extension TaskRow {
    /// `{"id","state","attempts","exit_code","started_at","ended_at","log","note"}`
    ///
    /// A short task that said nothing has no log file; here it gets one, as readers may open it.
    func json(log: String?) -> JSONValue {
        if let log, state.isSettled {
            close(open(log, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600))
        }
        return .object([
            "id": .string(id.name), "state": .string(state.rawValue),
            "attempts": .integer(Int64(attemptCount)), "exit_code": .integer(orNull: exitCode),
            "started_at": .string(orNull: startedAt?.iso8601),
            "ended_at": .string(orNull: endedAt?.iso8601), "log": .string(orNull: log),
            "note": .string(orNull: note),
        ])
    }
}
