import ByteCoding
import Domain
import SchedulerCore

/// What an engine asks of its runner.
enum RunnerRequest {
    /// The first one of a connection; ``RunnerReport/known(_:)`` answers it.
    case hello(environment: [String], grace: Span)
    case launch(ShellLaunch)
    case terminate(AttemptID)
    case forget(tokens: [String])
    case standBy(ShellLaunch)
    case standDown

    /// Changes with the layout of requests and reports. An engine of another version must not talk to
    /// a runner that it finds.
    static let version: UInt8 = 3

    func write(to writer: inout ByteWriter) {
        switch self {
        case .hello(let environment, let grace):
            writer.write(byte: 0)
            writer.write(byte: Self.version)
            writer.write(list: environment) { $0.write($1) }
            writer.write(grace.microseconds)
        case .launch(let launch):
            writer.write(byte: 1)
            writer.write(launch)
        case .terminate(let id):
            writer.write(byte: 2)
            writer.write(id)
        case .forget(let tokens):
            writer.write(byte: 3)
            writer.write(list: tokens) { $0.write($1) }
        case .standBy(let launch):
            writer.write(byte: 4)
            writer.write(launch)
        case .standDown: writer.write(byte: 5)
        }
    }

    init(_ payload: [UInt8]) throws(PayloadError) {
        var reader = ByteReader(payload)
        switch try reader.byte() {
        case 0:
            guard try reader.byte() == Self.version else { throw PayloadError(offset: 1) }
            let environment = try reader.list { (reader) throws(PayloadError) in
                try reader.string()
            }
            self = .hello(environment: environment, grace: try reader.span())
        case 1: self = .launch(try reader.launch())
        case 2: self = .terminate(try reader.attempt())
        case 3:
            self = .forget(
                tokens: try reader.list { (reader) throws(PayloadError) in try reader.string() })
        case 4: self = .standBy(try reader.launch())
        case 5: self = .standDown
        default: throw PayloadError(offset: 0)
        }
    }
}

/// What a runner tells its engine.
enum RunnerReport {
    /// All that it runs, and all that ended and was not to be forgotten.
    case known([KnownAttempt])
    case event(RunnerEvent)

    func write(to writer: inout ByteWriter) {
        switch self {
        case .known(let attempts):
            writer.write(byte: 0)
            writer.write(list: attempts) { writer, attempt in
                writer.write(attempt.id)
                writer.write(attempt.token)
                writer.write(attempt.begunAt.microseconds)
                writer.write(attempt.process) { $0.write($1) }
                writer.write(attempt.end) { writer, end in
                    writer.write(end.outcome)
                    writer.write(end.at.microseconds)
                    writer.write(end.order)
                    writer.write(end.use) { $0.write($1) }
                }
                writer.write(attempt.predecessor) { $0.write($1) }
            }
        case .event(.started(let id, let process, let at)):
            writer.write(byte: 1)
            writer.write(id)
            writer.write(process) { $0.write($1) }
            writer.write(at.microseconds)
        case .event(.ended(let id, let outcome, let at)):
            writer.write(byte: 2)
            writer.write(id)
            writer.write(outcome)
            writer.write(at.microseconds)
        case .event(.held(let id, let log)):
            writer.write(byte: 3)
            writer.write(id)
            writer.write(log)
        case .event(.logIncomplete(let id, let reason)):
            writer.write(byte: 4)
            writer.write(id)
            writer.write(reason)
        case .event(.measured(let id, let use)):
            writer.write(byte: 5)
            writer.write(id)
            writer.write(use)
        case .event(.handedOver(let id, let outcome, let next, let token, let at)):
            writer.write(byte: 6)
            writer.write(id)
            writer.write(outcome)
            writer.write(next)
            writer.write(token)
            writer.write(at.microseconds)
        }
    }

    init(_ payload: [UInt8]) throws(PayloadError) {
        var reader = ByteReader(payload)
        switch try reader.byte() {
        case 0:
            self = .known(
                try reader.list { (reader) throws(PayloadError) in
                    KnownAttempt(
                        id: try reader.attempt(), token: try reader.string(),
                        begunAt: try reader.instant(), process: try Self.process(&reader),
                        end: try reader.optional { (reader) throws(PayloadError) in
                            KnownAttempt.End(
                                outcome: try reader.outcome(), at: try reader.instant(),
                                order: try reader.int(),
                                use: try reader.optional { (reader) throws(PayloadError) in
                                    try reader.resourceUse()
                                })
                        },
                        predecessor: try reader.optional { (reader) throws(PayloadError) in
                            try reader.string()
                        })
                })
        case 1:
            self = .event(
                .started(
                    try reader.attempt(), process: try Self.process(&reader),
                    at: try reader.instant()))
        case 2:
            self = .event(
                .ended(try reader.attempt(), try reader.outcome(), at: try reader.instant()))
        case 3: self = .event(.held(try reader.attempt(), log: try reader.string()))
        case 4:
            self = .event(.logIncomplete(try reader.attempt(), reason: try reader.string()))
        case 5: self = .event(.measured(try reader.attempt(), try reader.resourceUse()))
        case 6:
            self = .event(
                .handedOver(
                    try reader.attempt(), try reader.outcome(), to: try reader.attempt(),
                    token: try reader.string(), at: try reader.instant()))
        default: throw PayloadError(offset: 0)
        }
    }

    private static func process(
        _ reader: inout ByteReader
    ) throws(PayloadError) -> ProcessIdentity? {
        try reader.optional { (reader) throws(PayloadError) in try reader.process() }
    }
}
