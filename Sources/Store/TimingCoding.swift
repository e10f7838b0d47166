import ByteCoding
import Domain

/// Schedules, and what else a pipeline has to do with time, as bytes.
extension ByteWriter {
    mutating func write(_ schedule: Schedule) {
        switch schedule {
        case .cron(let expressions) where expressions.count == 1:
            write(byte: 0)
            write(expressions[0])
        case .cron(let expressions):
            write(byte: 1)
            write(list: expressions) { $0.write($1) }
        case .every(let length):
            write(byte: 2)
            write(length.microseconds)
        case .once: write(byte: 3)
        case .continuous: write(byte: 4)
        case .assets(let condition):
            write(byte: 5)
            write(condition)
        }
    }

    mutating func write(_ timing: PipelineTiming) {
        switch timing.dataInterval {
        case .point: write(byte: 0)
        case .previous: write(byte: 1)
        case .length(let length):
            write(byte: 2)
            write(length.microseconds)
        }
        write(timing.clockChanges.rawValue)
        write(timing.runTimeout) { $0.write($1.microseconds) }
        write(timing.deadline) { writer, deadline in
            writer.write(deadline.after.microseconds)
            writer.write(deadline.from.rawValue)
        }
    }

    mutating func write(_ past: PastDependency) {
        switch past {
        case .none: write(byte: 0)
        case .sameTask: write(byte: 1)
        case .sameTaskAndDownstream: write(byte: 2)
        }
    }
}

extension ByteReader {
    mutating func schedule() throws(PayloadError) -> Schedule {
        switch try byte() {
        case 0: .cron([try string()])
        case 1: .cron(try list { (reader) throws(PayloadError) in try reader.string() })
        case 2: .every(try span())
        case 3: .once
        case 4: .continuous
        case 5: .assets(try assetCondition(depth: 0))
        default: throw PayloadError(offset: 0)
        }
    }

    mutating func timing() throws(PayloadError) -> PipelineTiming {
        var timing = PipelineTiming()
        switch try byte() {
        case 0: timing.dataInterval = .point
        case 1: timing.dataInterval = .previous
        case 2: timing.dataInterval = .length(try span())
        default: throw PayloadError(offset: 0)
        }
        timing.clockChanges = try word()
        timing.runTimeout = try optional { (reader) throws(PayloadError) in try reader.span() }
        timing.deadline = try optional { (reader) throws(PayloadError) in
            RunDeadline(after: try reader.span(), from: try reader.word())
        }
        return timing
    }

    mutating func past() throws(PayloadError) -> PastDependency {
        switch try byte() {
        case 0: .none
        case 1: .sameTask
        case 2: .sameTaskAndDownstream
        default: throw PayloadError(offset: 0)
        }
    }
}
