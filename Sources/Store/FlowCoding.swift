import ByteCoding
import Domain
import SchedulerCore

/// What the scheduler knows of some tasks beyond their plan, as attributes.
extension ByteWriter {
    mutating func write(_ flow: TaskFlow) {
        if let backoff = flow.backoff { write(attribute: 1) { $0.write(backoff) } }
        if flow.slots != 1 { write(attribute: 2) { $0.write(flow.slots) } }
        if flow.priority != 1 { write(attribute: 3) { $0.write(flow.priority) } }
        if let rule = flow.weightRule { write(attribute: 4) { $0.write(rule.rawValue) } }
        if let mapping = flow.mapping { write(attribute: 5) { $0.write(mapping) } }
        if flow.role != .work { write(attribute: 6) { $0.write(flow.role) } }
        if flow.exitCodes != .standard { write(attribute: 7) { $0.write(flow.exitCodes) } }
        if let group = flow.group { write(attribute: 8) { $0.write(group.name) } }
        if flow.conduct != .work { write(attribute: 9) { $0.write(flow.conduct) } }
        if flow.isIdempotent { write(attribute: 10) { _ in } }
        if let connection = flow.connection { write(attribute: 11) { $0.write(connection.name) } }
        endAttributes()
    }

    private mutating func write(_ mapping: MappingPlan) {
        switch mapping.source {
        case .count(let count):
            write(byte: 0)
            write(count)
        case .output(let task, let key):
            write(byte: 1)
            write(task)
            write(key)
        }
        write(mapping.maxActive) { $0.write($1) }
    }

    private mutating func write(_ conduct: TaskConduct) {
        switch conduct {
        case .work: write(byte: 0)
        case .wait(let sensor):
            write(byte: 1)
            write(sensor.timeout) { $0.write($1.microseconds) }
            write(sensor.isSoft)
        case .child: write(byte: 2)
        case .branch: write(byte: 3)
        case .shortCircuit(let leavesOutAll): write(byte: leavesOutAll ? 5 : 4)
        }
    }

    mutating func write(outputs: [TaskOutput]) {
        write(list: outputs) { writer, output in
            writer.write(output.key)
            writer.write(output.value)
        }
    }
}

extension ByteReader {
    mutating func flow() throws(PayloadError) -> TaskFlow {
        var flow = TaskFlow()
        while let tag = try attribute() {
            switch tag {
            case 1: flow.backoff = try backoff()
            case 10: flow.isIdempotent = true
            case 11: flow.connection = ConnectionName(try string())
            case 2: flow.slots = max(1, try int())
            case 3: flow.priority = try int()
            case 4: flow.weightRule = try word()
            case 5: flow.mapping = try mappingPlan()
            case 6: flow.role = try role()
            case 7: flow.exitCodes = try exitCodes()
            case 8: flow.group = GroupID(try string())
            case 9: flow.conduct = try conduct()
            default: throw PayloadError(offset: Int(tag))
            }
        }
        return flow
    }

    private mutating func mappingPlan() throws(PayloadError) -> MappingPlan {
        let source: MappingPlan.Source
        switch try byte() {
        case 0:
            let count = try int()
            guard (0...TaskMapping.limit).contains(count) else { throw PayloadError(offset: 0) }
            source = .count(count)
        case 1: source = .output(task: try int(), key: try string())
        default: throw PayloadError(offset: 0)
        }
        return MappingPlan(
            source: source,
            maxActive: try optional { (reader) throws(PayloadError) in try reader.int() })
    }

    private mutating func conduct() throws(PayloadError) -> TaskConduct {
        switch try byte() {
        case 0: .work
        case 1: .wait(SensorPlan(timeout: try optionalSpan(), isSoft: try bool()))
        case 2: .child
        case 3: .branch
        case 4: .shortCircuit(leavesOutAll: false)
        case 5: .shortCircuit(leavesOutAll: true)
        default: throw PayloadError(offset: 0)
        }
    }

    mutating func outputs() throws(PayloadError) -> [TaskOutput] {
        try list { (reader) throws(PayloadError) in
            TaskOutput(key: try reader.string(), value: try reader.outputValue())
        }
    }
}
