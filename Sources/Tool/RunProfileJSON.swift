import Domain
import JSONText
import RunProfiles

extension RunProfile {
    /// `{"run":{…},"until","elapsed_seconds","critical_path":[…],"tasks":[…],"slots":{…},
    /// "past":{…}|null,"estimate":{…}|null}`; times in seconds, sizes in bytes.
    var json: JSONValue {
        .object([
            "run": run.json, "until": .string(until.iso8601),
            "elapsed_seconds": elapsed.json,
            "critical_path": .array(criticalPath.map(\.json)),
            "tasks": .array(tasks.map(\.json)), "slots": slots.json,
            "past": past?.json ?? .null, "estimate": estimate?.json ?? .null,
        ])
    }
}

extension TaskProfile {
    /// `{"id","state","group","pool","ready_at","started_at","ended_at","running_seconds",
    /// "waiting_seconds","retrying_seconds","critical","slack_seconds","waited_for":[…],
    /// "stretches":[…],"attempts":[…],"resources":{…}|null,"past":{…}|null,"unusual"}`
    fileprivate var json: JSONValue {
        .object([
            "id": .string(id.name), "state": .string(state.rawValue),
            "group": .string(orNull: group?.name), "pool": .string(pool.name),
            "ready_at": .string(orNull: readyAt?.iso8601),
            "started_at": .string(orNull: startedAt?.iso8601),
            "ended_at": .string(orNull: endedAt?.iso8601),
            "running_seconds": runningTime.json, "waiting_seconds": waitingTime.json,
            "retrying_seconds": retryingTime.json, "critical": .bool(isCritical),
            "slack_seconds": slack?.json ?? .null, "waited_for": .array(waits.map(\.json)),
            "stretches": .array(stretches.map(\.json)),
            "attempts": .array(attempts.map(\.profileJSON)),
            "resources": use?.json ?? .null, "past": past?.json ?? .null,
            "unusual": .bool(past?.isUnusual(runningTime) ?? false),
        ])
    }
}

extension AttemptRow {
    /// `{"number","started_at","ended_at","outcome","exit_code","resources":{…}|null}`
    fileprivate var profileJSON: JSONValue {
        var (word, code): (String?, Int32?) = (nil, nil)
        switch outcome {
        case .exited(let number)?: (word, code) = ("exited", number)
        case .signalled?: word = "signalled"
        case .notStarted?: word = "not_started"
        case .rejected?: word = "rejected"
        case .unchanged?: word = "unchanged"
        case .lost?: word = "lost"
        case .failed?: word = "failed"
        case nil: break
        }
        return .object([
            "number": .integer(Int64(id.number)), "started_at": .string(startedAt.iso8601),
            "ended_at": .string(orNull: endedAt?.iso8601), "outcome": .string(orNull: word),
            "exit_code": .integer(orNull: code), "resources": use?.json ?? .null,
        ])
    }
}

extension TaskStretch {
    /// `{"kind","start","end","seconds","attempt"}`
    fileprivate var json: JSONValue {
        .object([
            "kind": .string(kind.rawValue), "start": .string(start.iso8601),
            "end": .string(end.iso8601), "seconds": length.json,
            "attempt": .integer(orNull: attempt),
        ])
    }
}

extension TaskWait {
    /// `{"for":"task"|"slot"|"retry"|"condition"|"run","name","seconds"}`
    fileprivate var json: JSONValue {
        let (word, name): (String, String?) =
            switch reason {
            case .task(let task): ("task", task.name)
            case .slot(let pool): ("slot", pool.name)
            case .retry: ("retry", nil)
            case .condition: ("condition", nil)
            case .run: ("run", nil)
            }
        return .object([
            "for": .string(word), "name": .string(orNull: name), "seconds": length.json,
        ])
    }
}

extension CriticalStep {
    /// `{"task","ready_at","ended_at","seconds","running_seconds","waiting_seconds",
    /// "pausing_seconds"}`
    fileprivate var json: JSONValue {
        .object([
            "task": .string(task.name), "ready_at": .string(readyAt.iso8601),
            "ended_at": .string(endedAt.iso8601), "seconds": length.json,
            "running_seconds": running.json, "waiting_seconds": waiting.json,
            "pausing_seconds": pausing.json,
        ])
    }
}

extension SlotUse {
    /// `{"capacity","peak","busy_seconds","idle_seconds","idle_while_waiting_seconds",
    /// "timeline":[{"at","busy","waiting"}]}`
    fileprivate var json: JSONValue {
        .object([
            "capacity": .integer(orNull: capacity), "peak": .integer(Int64(peak)),
            "busy_seconds": busy.json, "idle_seconds": capacity == nil ? .null : idle.json,
            "idle_while_waiting_seconds": capacity == nil ? .null : idleWhileWaiting.json,
            "timeline": .array(
                timeline.map { level in
                    .object([
                        "at": .string(level.at.iso8601), "busy": .integer(Int64(level.busy)),
                        "waiting": .integer(Int64(level.waiting)),
                    ])
                }),
        ])
    }
}

extension RunSpread {
    fileprivate var json: JSONValue {
        guard case .object(var members) = elapsed.json else { return elapsed.json }
        members.append(JSONValue.Member("runs", .array(runs.map { .string($0.name) })))
        return .object(members)
    }
}

extension Spread {
    /// `{"count","median_seconds","p25_seconds","p75_seconds","min_seconds","max_seconds"}`
    fileprivate var json: JSONValue {
        .object([
            "count": .integer(Int64(count)), "median_seconds": median.json,
            "p25_seconds": lowerQuartile.json, "p75_seconds": upperQuartile.json,
            "min_seconds": least.json, "max_seconds": most.json,
        ])
    }
}

extension RunEstimate {
    /// `{"end","early","late","open_tasks","unknown_tasks"}`
    fileprivate var json: JSONValue {
        .object([
            "end": .string(end.iso8601), "early": .string(early.iso8601),
            "late": .string(late.iso8601), "open_tasks": .integer(Int64(openTasks)),
            "unknown_tasks": .integer(Int64(unknownTasks)),
        ])
    }
}

extension ResourceUse {
    /// `{"cpu_user_seconds","cpu_system_seconds","peak_memory_bytes","read_bytes","written_bytes"}`
    var json: JSONValue {
        .object([
            "cpu_user_seconds": userTime.json, "cpu_system_seconds": systemTime.json,
            "peak_memory_bytes": .integer(orNull: peakMemory), "read_bytes": .integer(readBytes),
            "written_bytes": .integer(writtenBytes),
        ])
    }
}

extension RunComparison {
    /// `{"before":{…},"after":{…},"elapsed_before_seconds","elapsed_after_seconds",
    /// "elapsed_change_seconds","tasks":[{"id","running_change_seconds","before":{…}|null,
    /// "after":{…}|null}]}`
    var json: JSONValue {
        let change = Span(
            microseconds: elapsedAfter.microseconds - elapsedBefore.microseconds)
        return .object([
            "before": before.json, "after": after.json,
            "elapsed_before_seconds": elapsedBefore.json,
            "elapsed_after_seconds": elapsedAfter.json, "elapsed_change_seconds": change.json,
            "tasks": .array(
                tasks.map { task in
                    .object([
                        "id": .string(task.id.name),
                        "running_change_seconds": task.runningChange?.json ?? .null,
                        "before": task.before?.json ?? .null, "after": task.after?.json ?? .null,
                    ])
                }),
        ])
    }
}

extension TaskMeasures {
    /// `{"state","running_seconds","waiting_seconds","retrying_seconds","attempts","critical",
    /// "resources":{…}|null}`
    fileprivate var json: JSONValue {
        .object([
            "state": .string(state.rawValue), "running_seconds": running.json,
            "waiting_seconds": waiting.json, "retrying_seconds": retrying.json,
            "attempts": .integer(Int64(attempts)), "critical": .bool(isCritical),
            "resources": use?.json ?? .null,
        ])
    }
}

extension Span {
    fileprivate var json: JSONValue { .number(inSeconds) }
}
