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
        if pipeline.timing != PipelineTiming() {
            write(attribute: 32) { $0.write(pipeline.timing) }
        }
        endAttributes()
    }

    mutating func writeAttributes(of task: TaskDefinition) {
        if task.past != .none { write(attribute: 32) { $0.write(task.past) } }
        endAttributes()
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
            case 32: pipeline.timing = try timing()
            default: throw PayloadError(offset: Int(tag))
            }
        }
    }

    mutating func readAttributes(of task: inout TaskDefinition) throws(PayloadError) {
        while let tag = try attribute() {
            switch tag {
            case 32: task.past = try past()
            default: throw PayloadError(offset: Int(tag))
            }
        }
    }
}
