/// How the number of a SQL metric is to be read.
public enum SparkMetricKind: UInt8, Sendable {
    case sum
    /// Bytes; negative ones mean "no value".
    case size
    /// Milliseconds.
    case timing
    /// Nanoseconds.
    case nanoTiming
    /// Ten times the average of each task; a total says nothing.
    case average
    /// A kind that a data source defines, or none told.
    case other

    init(_ text: JSONCursor.Text) {
        if text.equals("sum") {
            self = .sum
        } else if text.equals("size") {
            self = .size
        } else if text.equals("timing") {
            self = .timing
        } else if text.equals("nsTiming") {
            self = .nanoTiming
        } else if text.equals("average") {
            self = .average
        } else {
            self = .other
        }
    }
}

/// A metric of a plan node, or an accumulator of the program, with what is known of its value.
public struct SparkMetric: Sendable {
    public var id: Int64
    public var name: String
    public var kind: SparkMetricKind
    /// Values by task, of the tasks that succeeded; ones that mean "no value" are left out.
    public var tasks: MetricDistribution?
    /// What the driver set; it replaces, it does not add.
    public var driverValue: Int64?
    /// The running total at the end of the last stage that had it.
    public var stageTotal: Int64?
    /// Positions in ``SparkApplication/stages`` of the stages whose tasks updated it.
    public var stages: [Int]

    /// The one number to show; nil where nothing was counted, and for averages.
    public var total: Int64? {
        guard kind != .average else { return nil }
        if let driverValue { return driverValue.addingSaturated(tasks?.sum ?? 0) }
        return tasks?.sum ?? stageTotal
    }
}

/// All metrics and accumulators of an application, by id.
struct MetricTable: Sendable {
    fileprivate struct Definition: Sendable {
        var name: String
        var kind: SparkMetricKind
        var isDefined = false
        /// Position in `values`, -1 while there is none: most metrics never get a value.
        var value: Int32
    }

    fileprivate struct Value: Sendable {
        var tasks = MetricDistribution()
        var driverValue: Int64?
        var stageTotal: Int64?
        var lastStage: Int32 = -1
        var stages: [Int32] = []
    }

    private var slots = IdentifierTable()
    private var definitions: [Definition] = []
    private var values: [Value] = []

    var count: Int { definitions.count }

    subscript(id: Int64) -> SparkMetric? {
        guard let slot = slots[id] else { return nil }
        let definition = definitions[slot]
        let value = definition.value < 0 ? nil : values[Int(definition.value)]
        return SparkMetric(
            id: id, name: definition.name, kind: definition.kind,
            tasks: value.flatMap { $0.tasks.count > 0 ? $0.tasks : nil },
            driverValue: value?.driverValue, stageTotal: value?.stageTotal,
            stages: value?.stages.map(Int.init) ?? [])
    }

    mutating func define(_ id: Int64, name: String, kind: SparkMetricKind) {
        let slot = slot(of: id)
        // Plans that are planned again repeat the metrics of what stayed as it was.
        guard !definitions[slot].isDefined else { return }
        definitions[slot].isDefined = true
        definitions[slot].name = name
        definitions[slot].kind = kind
    }

    @inline(__always)
    mutating func addTaskUpdate(_ update: Int64, to id: Int64, stage: Int) {
        let slot = slot(of: id)
        let kind = definitions[slot].kind
        if update < 0 && kind == .size || update <= 0 && kind == .average { return }
        let value = valueIndex(slot)
        values[value].tasks.add(update)
        if values[value].lastStage != stage {
            values[value].lastStage = Int32(truncatingIfNeeded: stage)
            let number = Int32(truncatingIfNeeded: stage)
            if !values[value].stages.contains(number) { values[value].stages.append(number) }
        }
    }

    mutating func setDriverValue(_ number: Int64, of id: Int64) {
        let value = valueIndex(slot(of: id))
        values[value].driverValue = number
    }

    mutating func setStageTotal(_ number: Int64, of id: Int64, name: String) {
        let slot = slot(of: id)
        if definitions[slot].name.isEmpty { definitions[slot].name = name }
        let value = valueIndex(slot)
        values[value].stageTotal = number
    }

    private mutating func slot(of id: Int64) -> Int {
        slots.prefer(id)
        if let slot = slots[id] { return slot }
        definitions.append(Definition(name: "", kind: .other, value: -1))
        slots.set(id, to: definitions.count - 1)
        return definitions.count - 1
    }

    private mutating func valueIndex(_ slot: Int) -> Int {
        if definitions[slot].value >= 0 { return Int(definitions[slot].value) }
        values.append(Value())
        definitions[slot].value = Int32(values.count - 1)
        return values.count - 1
    }
}

extension MetricTable: IndexCoded {
    static var blank: MetricTable { MetricTable() }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&slots)
        coder.code(&definitions)
        coder.code(&values)
        guard coder.isReading else { return }
        if definitions.contains(where: { Int($0.value) >= values.count }) || !slots.fit(count) {
            self = .blank
            coder.damaged()
        }
    }
}

extension MetricTable.Definition: IndexCoded {
    static var blank: MetricTable.Definition {
        MetricTable.Definition(name: "", kind: .other, value: -1)
    }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&name)
        var number = Int(kind.rawValue)
        coder.code(&number)
        kind = SparkMetricKind(rawValue: UInt8(truncatingIfNeeded: number)) ?? .other
        coder.code(&isDefined)
        coder.code(&value)
    }
}

extension MetricTable.Value: IndexCoded {
    static var blank: MetricTable.Value { MetricTable.Value() }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&tasks)
        coder.code(&driverValue)
        coder.code(&stageTotal)
        coder.code(&lastStage)
        coder.code(&stages)
    }
}
