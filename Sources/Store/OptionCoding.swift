import ByteCoding
import Domain

/// The values of attributes, as bytes.
extension ByteWriter {
    mutating func write(_ value: Double) { write(unsigned: value.bitPattern) }

    mutating func write(_ backoff: RetryBackoff) {
        write(backoff.multiplier)
        write(backoff.maxDelay) { $0.write($1.microseconds) }
        write(backoff.jitter)
    }

    mutating func write(_ value: OutputValue) { write(value.json) }

    mutating func write(_ mapping: TaskMapping) {
        switch mapping.source {
        case .items(let items):
            write(byte: 0)
            write(list: items) { $0.write($1) }
        case .output(let task, let key):
            write(byte: 1)
            write(task.name)
            write(key)
        }
        write(mapping.maxActive) { $0.write($1) }
    }

    mutating func write(_ role: TaskRole) {
        switch role {
        case .work: write(byte: 0)
        case .setup: write(byte: 1)
        case .teardown(let failsRun): write(byte: failsRun ? 3 : 2)
        }
    }

    mutating func write(_ codes: ExitCodes) {
        write(list: codes.skip) { $0.write(Int64($1)) }
        write(list: codes.fail) { $0.write(Int64($1)) }
    }

    mutating func write(hooks: [Hook]) {
        write(list: hooks) { writer, hook in
            writer.write(hook.occasion.rawValue)
            switch hook.action {
            case .command(let text): writer.write(byte: 0, text)
            case .webhook(let text): writer.write(byte: 1, text)
            case .bell: writer.write(byte: 2, "")
            case .toast(let text): writer.write(byte: 3, text)
            }
        }
    }

    private mutating func write(byte: UInt8, _ text: String) {
        write(byte: byte)
        write(text)
    }

    mutating func write(_ script: SQLScript) {
        switch script {
        case .file(let path): write(byte: 0, path)
        case .inline(let text): write(byte: 1, text)
        }
    }
}

extension ByteWriter {
    mutating func write(_ condition: AssetCondition) {
        switch condition {
        case .asset(let name): write(byte: 0, name.name)
        case .all(let parts):
            write(byte: 1)
            write(list: parts) { $0.write($1) }
        case .any(let parts):
            write(byte: 2)
            write(list: parts) { $0.write($1) }
        }
    }
}

extension ByteReader {
    /// Conditions in each other are read to a depth that no file reaches.
    mutating func assetCondition(depth: Int) throws(PayloadError) -> AssetCondition {
        guard depth < 64 else { throw PayloadError(offset: 0) }
        switch try byte() {
        case 0: return .asset(AssetName(try string()))
        case 1:
            return .all(
                try list { (reader) throws(PayloadError) in
                    try reader.assetCondition(depth: depth + 1)
                })
        case 2:
            return .any(
                try list { (reader) throws(PayloadError) in
                    try reader.assetCondition(depth: depth + 1)
                })
        default: throw PayloadError(offset: 0)
        }
    }

    mutating func double() throws(PayloadError) -> Double { Double(bitPattern: try unsigned()) }

    mutating func optionalSpan() throws(PayloadError) -> Span? {
        try optional { (reader) throws(PayloadError) in try reader.span() }
    }

    mutating func backoff() throws(PayloadError) -> RetryBackoff {
        RetryBackoff(
            multiplier: try double(), maxDelay: try optionalSpan(), jitter: try double())
    }

    mutating func outputValue() throws(PayloadError) -> OutputValue {
        guard let value = OutputValue(json: try string()) else { throw PayloadError(offset: 0) }
        return value
    }

    mutating func mapping() throws(PayloadError) -> TaskMapping {
        let source: TaskMapping.Source
        switch try byte() {
        case 0:
            source = .items(
                try list { (reader) throws(PayloadError) in try reader.outputValue() })
        case 1: source = .output(TaskID(try string()), key: try string())
        default: throw PayloadError(offset: 0)
        }
        return TaskMapping(
            source: source,
            maxActive: try optional { (reader) throws(PayloadError) in try reader.int() })
    }

    mutating func role() throws(PayloadError) -> TaskRole {
        switch try byte() {
        case 0: .work
        case 1: .setup
        case 2: .teardown(failsRun: false)
        case 3: .teardown(failsRun: true)
        default: throw PayloadError(offset: 0)
        }
    }

    mutating func exitCodes() throws(PayloadError) -> ExitCodes {
        ExitCodes(
            skip: try list { (reader) throws(PayloadError) in try reader.int32() },
            fail: try list { (reader) throws(PayloadError) in try reader.int32() })
    }

    mutating func hooks() throws(PayloadError) -> [Hook] {
        try list { (reader) throws(PayloadError) in
            let occasion: Hook.Occasion = try reader.word()
            let kind = try reader.byte()
            let text = try reader.string()
            return switch kind {
            case 0: Hook(occasion, .command(text))
            case 1: Hook(occasion, .webhook(text))
            case 2: Hook(occasion, .bell)
            case 3: Hook(occasion, .toast(text))
            default: throw PayloadError(offset: 0)
            }
        }
    }

    mutating func script() throws(PayloadError) -> SQLScript {
        switch try byte() {
        case 0: .file(try string())
        case 1: .inline(try string())
        default: throw PayloadError(offset: 0)
        }
    }
}
