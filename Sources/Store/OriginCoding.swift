import ByteCoding
import Domain
import SchedulerCore

/// Where runs come from, marks and backfills, as bytes.
extension ByteWriter {
    /// Who asked for a run, its backfill, and what it waits for in the run before.
    mutating func writeOrigin(of creation: RunCreation) {
        write(creation.person)
        write(creation.backfill) { $0.write($1.name) }
        write(creation.previousRun) { $0.write($1.name) }
        write(list: creation.heldTasks) { $0.write($1.name) }
        write(creation.plan.timeout) { $0.write($1.microseconds) }
        write(creation.plan.deadline) { writer, deadline in
            writer.write(deadline.after.microseconds)
            writer.write(deadline.from.rawValue)
        }
    }

    mutating func write(_ mark: TaskMark) {
        write(mark.task.name)
        write(mark.state.rawValue)
        write(mark.previous.rawValue)
    }

    mutating func write(_ backfill: Backfill) {
        write(backfill.id.name)
        write(backfill.pipeline.name)
        write(backfill.from.microseconds)
        write(backfill.to.microseconds)
        write(backfill.maxActiveRuns)
        write(backfill.reprocess.rawValue)
        write(list: backfill.params.sorted { $0.key < $1.key }) { writer, entry in
            writer.write(entry.key)
            writer.write(entry.value)
        }
        write(backfill.person)
    }
}

extension ByteReader {
    mutating func readOrigin(into creation: inout RunCreation) throws(PayloadError) {
        creation.person = try string()
        creation.backfill = try optional { (reader) throws(PayloadError) in
            BackfillID(try reader.string())
        }
        creation.previousRun = try optional { (reader) throws(PayloadError) in
            RunID(try reader.string())
        }
        creation.heldTasks = try list { (reader) throws(PayloadError) in
            TaskID(try reader.string())
        }
        creation.plan.timeout = try optional { (reader) throws(PayloadError) in
            try reader.span()
        }
        creation.plan.deadline = try optional { (reader) throws(PayloadError) in
            RunDeadline(after: try reader.span(), from: try reader.word())
        }
    }

    mutating func mark() throws(PayloadError) -> TaskMark {
        TaskMark(task: TaskID(try string()), state: try word(), previous: try word())
    }

    mutating func backfill() throws(PayloadError) -> Backfill {
        let (id, pipeline) = (BackfillID(try string()), PipelineName(try string()))
        let (from, to, limit) = (try instant(), try instant(), try int())
        let reprocess: BackfillReprocess = try word()
        let params = try list { (reader) throws(PayloadError) in
            (try reader.string(), try reader.string())
        }
        return Backfill(
            id: id, pipeline: pipeline, from: from, to: to, maxActiveRuns: limit,
            reprocess: reprocess, params: Dictionary(params, uniquingKeysWith: { $1 }),
            person: try string())
    }
}
