import Domain
import Glibc
import JSONText
import Session

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
    ///
    /// Each instance has what it is made for as `"item"`; the task itself begins with the first of
    /// them and ends with the last.
    func json(logs: [TaskID: String], items: MappedItems) -> [JSONValue] {
        folded.map { task, instances in
            guard !instances.isEmpty else { return task.json(log: logs[task.id]) }
            var task = task
            task.startedAt = instances.compactMap(\.startedAt).min()
            task.endedAt = task.state.isSettled ? instances.compactMap(\.endedAt).max() : nil
            guard case .object(var members) = task.json(log: logs[task.id]) else { return .null }
            let made = instances.map { instance -> JSONValue in
                guard case .object(var members) = instance.json(log: logs[instance.id]) else {
                    return .null
                }
                members.append(JSONValue.Member("item", JSONValue(orNull: items[instance.id])))
                return .object(members)
            }
            members.append(JSONValue.Member("instances", .array(made)))
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

extension JSONValue {
    /// A value that a task wrote or a file says; null for none.
    fileprivate init(orNull value: OutputValue?) {
        switch value {
        case nil, .null?: self = .null
        case .boolean(let value)?: self = .bool(value)
        case .number(let text)?:
            self = Int64(text).map { .integer($0) } ?? Double(text).map { .number($0) } ?? .null
        case .text(let text)?: self = .string(text)
        case .list(let items)?: self = .array(items.map { JSONValue(orNull: $0) })
        case .object(let members)?:
            self = .object(members.map { Member($0.name, JSONValue(orNull: $0.value)) })
        }
    }
}
