import ByteCoding
import ByteCoding
import Domain

// Attributes are what only some pipelines and tasks say: each a tag byte of its own and its value,
// the tag 0 behind the last. A new key takes the next tag; a tag is never given another meaning.

extension ByteWriter {
    /// Writes one attribute; ``endAttributes()`` follows the last.
    mutating func write(attribute tag: UInt8, _ body: (inout ByteWriter) -> Void) {
        precondition(tag != 0, "the tag 0 ends the attributes")
        write(byte: tag)
        body(&self)
    }

    mutating func endAttributes() { write(byte: 0) }

    mutating func writeAttributes(of pipeline: Pipeline) {
        if !pipeline.hooks.isEmpty { write(attribute: 2) { $0.write(hooks: pipeline.hooks) } }
        if pipeline.timing != PipelineTiming() {
            write(attribute: 32) { $0.write(pipeline.timing) }
        }
        endAttributes()
    }

    mutating func writeAttributes(of task: TaskDefinition) {
        let options = task.options
        if options != TaskOptions() { write(options) }
        if task.past != .none { write(attribute: 32) { $0.write(task.past) } }
        endAttributes()
    }

    private mutating func write(_ options: TaskOptions) {
        if let backoff = options.backoff { write(attribute: 1) { $0.write(backoff) } }
        if options.poolSlots != 1 { write(attribute: 2) { $0.write(options.poolSlots) } }
        if options.priority != 1 { write(attribute: 3) { $0.write(options.priority) } }
        if let rule = options.weightRule { write(attribute: 4) { $0.write(rule.rawValue) } }
        if let mapping = options.mapping { write(attribute: 5) { $0.write(mapping) } }
        if options.role != .work { write(attribute: 6) { $0.write(options.role) } }
        if options.exitCodes != .standard { write(attribute: 7) { $0.write(options.exitCodes) } }
        if !options.outlets.isEmpty {
            write(attribute: 8) { $0.write(list: options.outlets) { $0.write($1.name) } }
        }
        if !options.hooks.isEmpty { write(attribute: 9) { $0.write(hooks: options.hooks) } }
        for (tag, texts) in [(10, options.secrets), (11, options.inputs), (12, options.products)]
        where !texts.isEmpty {
            write(attribute: UInt8(tag)) { $0.write(list: texts) { $0.write($1) } }
        }
        if options.isIdempotent { write(attribute: 14) { _ in } }
        if options.limits != .none { write(attribute: 13) { $0.write(options.limits) } }
    }
}

extension ByteReader {
    /// The tag of the next attribute; nil behind the last.
    mutating func attribute() throws(PayloadError) -> UInt8? {
        let tag = try byte()
        return tag == 0 ? nil : tag
    }

    mutating func readAttributes(of pipeline: inout Pipeline) throws(PayloadError) {
        while let tag = try attribute() {
            switch tag {
            case 2: pipeline.hooks = try hooks()
            case 32: pipeline.timing = try timing()
            default: throw PayloadError(offset: Int(tag))
            }
        }
    }

    mutating func readAttributes(of task: inout TaskDefinition) throws(PayloadError) {
        while let tag = try attribute() {
            switch tag {
            case 1: task.options.backoff = try backoff()
            case 2: task.options.poolSlots = try int()
            case 3: task.options.priority = try int()
            case 4: task.options.weightRule = try word()
            case 5: task.options.mapping = try mapping()
            case 6: task.options.role = try role()
            case 7: task.options.exitCodes = try exitCodes()
            case 8: task.options.outlets = try strings().map { AssetName($0) }
            case 9: task.options.hooks = try hooks()
            case 10: task.options.secrets = try strings()
            case 11: task.options.inputs = try strings()
            case 12: task.options.products = try strings()
            case 14: task.options.isIdempotent = true
            case 13: task.options.limits = try limits()
            case 32: task.past = try past()
            default: throw PayloadError(offset: Int(tag))
            }
        }
    }
}
