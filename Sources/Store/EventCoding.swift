import ByteCoding
import Domain
import SchedulerCore

/// What one row of the `events` table records.
enum Record: Hashable, Sendable {
    case event(SchedulerEvent, definition: Int64?)
    /// An attempt is about to be started.
    case intent(AttemptIntent)

    /// The word in the `kind` column.
    var kind: String {
        switch self {
        case .event(let event, _):
            switch event {
            case .runCreated: "run_created"
            case .attemptStarted: "attempt_started"
            case .attemptEnded: "attempt_ended"
            case .outputsWritten: "outputs_written"
            case .timerFired: "timer_fired"
            case .runCancelRequested: "run_cancel_requested"
            case .taskCancelRequested: "task_cancel_requested"
            case .tasksCleared: "tasks_cleared"
            case .runRevised: "run_revised"
            case .pipelinePaused: "pipeline_paused"
            case .tasksMarked: "tasks_marked"
            case .pastMet: "past_met"
            case .backfillCreated: "backfill_created"
            case .backfillAdvanced: "backfill_advanced"
            case .backfillChanged: "backfill_changed"
            case .admission: "admission"
            }
        case .intent: "attempt_intended"
        }
    }

    /// The run it belongs to.
    var run: RunID? {
        switch self {
        case .intent(let intent): intent.id.run
        case .event(let event, _): event.run
        }
    }

    var at: Instant {
        switch self {
        case .intent(let intent): intent.at
        case .event(let event, _): event.at
        }
    }
}

/// Records as bytes: the first byte is the version of the layout behind it. In version 1 plans have
/// no flows, and up to version 2 no attempt takes another's place.
enum RecordCoding {
    private static let version: UInt8 = 3

    static func encode(_ record: Record) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(byte: version)
        switch record {
        case .intent(let intent):
            writer.write(intent.id)
            writer.write(intent.log)
            writer.write(intent.token)
        case .event(.runCreated(let creation, _), let definition):
            writer.write(definition) { $0.write($1) }
            writer.write(creation)
        case .event(.attemptStarted(let id, let process, _), _):
            writer.write(id)
            writer.write(process) { $0.write($1) }
        case .event(.attemptEnded(let id, let outcome, _, let next), _):
            writer.write(id)
            writer.write(outcome)
            // Of the same run.
            writer.write(next) { writer, next in
                writer.write(next.task.name)
                writer.write(next.number)
            }
        case .event(.timerFired(.retry(let run, let task), _), _):
            writer.write(byte: 0)
            writer.write(run.name)
            writer.write(task.name)
        case .event(.timerFired(.timeout(let id), _), _):
            writer.write(byte: 1)
            writer.write(id)
        case .event(.timerFired(.runTimeout(let run), _), _):
            writer.write(byte: 2)
            writer.write(run.name)
        case .event(.timerFired(.deadline(let run), _), _):
            writer.write(byte: 3)
            writer.write(run.name)
        case .event(.tasksMarked(let run, let marks, let person, _), _):
            writer.write(run.name)
            writer.write(list: marks) { $0.write($1) }
            writer.write(person)
        case .event(.pastMet(let run, let tasks, _), _):
            writer.write(run.name)
            writer.write(list: tasks) { $0.write($1.name) }
        case .event(.backfillCreated(let backfill, _), let definition):
            writer.write(definition) { $0.write($1) }
            writer.write(backfill)
        case .event(.backfillAdvanced(let id, let tick, let run, _), _):
            writer.write(id.name)
            writer.write(tick.microseconds)
            writer.write(run) { $0.write($1.name) }
        case .event(.backfillChanged(let id, let state, let person, _), _):
            writer.write(id.name)
            writer.write(state.rawValue)
            writer.write(person)
        case .event(.timerFired(.pool(let pool), _), _):
            writer.write(byte: 4)
            writer.write(pool.name)
        case .event(.timerFired(.wait(let run, let task), _), _):
            writer.write(byte: 5)
            writer.write(run.name)
            writer.write(task.name)
        case .event(.outputsWritten(let id, let outputs, _), _):
            writer.write(id)
            writer.write(outputs: outputs)
        case .event(.runCancelRequested(let run, let person, _), _):
            writer.write(run.name)
            writer.write(person)
        case .event(.taskCancelRequested(let run, let task, let person, _), _):
            writer.write(run.name)
            writer.write(task.name)
            writer.write(person)
        case .event(.tasksCleared(let run, let tasks, let person, _), _):
            writer.write(run.name)
            writer.write(list: tasks) { $0.write($1.name) }
            writer.write(person)
        case .event(.runRevised(let run, let revision, let person, _), _):
            writer.write(run.name)
            writer.write(revision)
            writer.write(person)
        case .event(.admission(let isOpen, _), _): writer.write(isOpen)
        case .event(.pipelinePaused(let pipeline, let isPaused, let person, _), _):
            writer.write(pipeline.name)
            writer.write(isPaused)
            writer.write(person)
        }
        return writer.bytes
    }

    static func decode(
        kind: String, at: Instant, payload: [UInt8]
    ) throws(PayloadError) -> Record {
        var reader = ByteReader(payload)
        let found = try reader.byte()
        guard (1...version).contains(found) else { throw PayloadError(offset: 0) }
        let record = try decode(kind: kind, at: at, version: found, from: &reader)
        guard reader.isAtEnd else { throw PayloadError(offset: payload.count) }
        return record
    }

    private static func decode(
        kind: String, at: Instant, version: UInt8, from reader: inout ByteReader
    ) throws(PayloadError) -> Record {
        switch kind {
        case "attempt_intended":
            let id = try reader.attempt()
            return .intent(
                AttemptIntent(
                    id: id, at: at, log: try reader.string(), token: try reader.string()))
        case "backfill_created":
            let definition = try reader.optional { (reader) throws(PayloadError) in
                try reader.int64()
            }
            return .event(.backfillCreated(try reader.backfill(), at: at), definition: definition)
        case "run_created":
            let definition = try reader.optional { (reader) throws(PayloadError) in
                try reader.int64()
            }
            return .event(
                .runCreated(try reader.creation(hasFlows: version > 1), at: at),
                definition: definition)
        default:
            return .event(
                try simpleEvent(kind: kind, at: at, version: version, from: &reader),
                definition: nil)
        }
    }

    private static func simpleEvent(
        kind: String, at: Instant, version: UInt8, from reader: inout ByteReader
    ) throws(PayloadError) -> SchedulerEvent {
        switch kind {
        case "attempt_started":
            let id = try reader.attempt()
            let process = try reader.optional { (reader) throws(PayloadError) in
                try reader.process()
            }
            return .attemptStarted(id, process: process, at: at)
        case "attempt_ended":
            let (id, outcome) = (try reader.attempt(), try reader.outcome())
            guard version > 2 else { return .attemptEnded(id, outcome, at: at) }
            let next = try reader.optional { (reader) throws(PayloadError) in
                AttemptID(
                    run: id.run, task: TaskID(try reader.string()), number: try reader.int())
            }
            return .attemptEnded(id, outcome, at: at, next: next)
        case "timer_fired":
            return .timerFired(try reader.timer(), at: at)
        case "outputs_written":
            return .outputsWritten(try reader.attempt(), try reader.outputs(), at: at)
        case "run_cancel_requested":
            return .runCancelRequested(
                RunID(try reader.string()), by: try reader.string(), at: at)
        case "task_cancel_requested":
            return .taskCancelRequested(
                RunID(try reader.string()), TaskID(try reader.string()),
                by: try reader.string(), at: at)
        case "tasks_cleared":
            let run = RunID(try reader.string())
            let tasks = try reader.list { (reader) throws(PayloadError) in
                TaskID(try reader.string())
            }
            return .tasksCleared(run, tasks, by: try reader.string(), at: at)
        case "run_revised":
            let run = RunID(try reader.string())
            return .runRevised(
                run, try reader.revision(), by: try reader.string(), at: at)
        case "tasks_marked":
            let run = RunID(try reader.string())
            let marks = try reader.list { (reader) throws(PayloadError) in try reader.mark() }
            return .tasksMarked(run, marks, by: try reader.string(), at: at)
        case "past_met":
            let run = RunID(try reader.string())
            let tasks = try reader.list { (reader) throws(PayloadError) in
                TaskID(try reader.string())
            }
            return .pastMet(run, tasks, at: at)
        case "backfill_advanced":
            return .backfillAdvanced(
                BackfillID(try reader.string()), tick: try reader.instant(),
                run: try reader.optional { (reader) throws(PayloadError) in
                    RunID(try reader.string())
                }, at: at)
        case "backfill_changed":
            return .backfillChanged(
                BackfillID(try reader.string()), try reader.word(), by: try reader.string(),
                at: at)
        case "admission": return .admission(isOpen: try reader.bool(), at: at)
        case "pipeline_paused":
            return .pipelinePaused(
                PipelineName(try reader.string()), isPaused: try reader.bool(),
                by: try reader.string(), at: at)
        default:
            throw PayloadError(offset: 0)
        }
    }
}

extension ByteReader {
    fileprivate mutating func timer() throws(PayloadError) -> SchedulerTimer {
        switch try byte() {
        case 0: .retry(RunID(try string()), TaskID(try string()))
        case 1: .timeout(try attempt())
        case 2: .runTimeout(RunID(try string()))
        case 3: .deadline(RunID(try string()))
        case 4: .pool(PoolName(try string()))
        case 5: .wait(RunID(try string()), TaskID(try string()))
        default: throw PayloadError(offset: 0)
        }
    }
}
