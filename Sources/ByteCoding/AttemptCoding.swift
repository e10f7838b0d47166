public import Domain
public import SchedulerCore

// What is said of attempts: in the events of the store, between the engine and its runner, and in
// the runner's journal.

extension ByteWriter {
    public mutating func write(_ id: AttemptID) {
        write(id.run.name)
        write(id.task.name)
        write(id.number)
    }

    public mutating func write(_ process: ProcessIdentity) {
        write(Int64(process.pid))
        write(unsigned: process.startTicks)
        write(process.bootID)
    }

    public mutating func write(_ use: ResourceUse) {
        write(use.userTime.microseconds)
        write(use.systemTime.microseconds)
        write(use.peakMemory) { $0.write($1) }
        write(use.readBytes)
        write(use.writtenBytes)
    }

    public mutating func write(_ limits: TaskLimits) {
        write(limits.memory) { $0.write($1) }
        write(limits.cpuTime) { $0.write($1.microseconds) }
        write(Int64(limits.nice))
    }

    public mutating func write(_ outcome: AttemptOutcome) {
        switch outcome {
        case .exited(let code):
            write(byte: 0)
            write(Int64(code))
        case .signalled(let number):
            write(byte: 1)
            write(Int64(number))
        case .notStarted(let reason):
            write(byte: 2)
            write(reason)
        case .lost:
            write(byte: 3)
        case .rejected(let reason):
            write(byte: 4)
            write(reason)
        case .unchanged:
            write(byte: 5)
        case .failed(let reason):
            write(byte: 6)
            write(reason)
        }
    }
}

extension ByteReader {
    public mutating func attempt() throws(PayloadError) -> AttemptID {
        AttemptID(
            run: RunID(try string()), task: TaskID(try string()), number: try int())
    }

    public mutating func instant() throws(PayloadError) -> Instant {
        Instant(microseconds: try int64())
    }

    public mutating func span() throws(PayloadError) -> Span {
        Span(microseconds: try int64())
    }

    public mutating func process() throws(PayloadError) -> ProcessIdentity {
        ProcessIdentity(pid: try int32(), startTicks: try unsigned(), bootID: try string())
    }

    public mutating func resourceUse() throws(PayloadError) -> ResourceUse {
        ResourceUse(
            userTime: try span(), systemTime: try span(),
            peakMemory: try optional { (reader) throws(PayloadError) in try reader.int64() },
            readBytes: try int64(), writtenBytes: try int64())
    }

    public mutating func limits() throws(PayloadError) -> TaskLimits {
        TaskLimits(
            memory: try optional { (reader) throws(PayloadError) in try reader.int64() },
            cpuTime: try optional { (reader) throws(PayloadError) in try reader.span() },
            nice: try int32())
    }

    public mutating func outcome() throws(PayloadError) -> AttemptOutcome {
        switch try byte() {
        case 0: .exited(code: try int32())
        case 1: .signalled(number: try int32())
        case 2: .notStarted(reason: try string())
        case 3: .lost
        case 4: .rejected(reason: try string())
        case 5: .unchanged
        case 6: .failed(reason: try string())
        default: throw PayloadError(offset: 0)
        }
    }
}
