/// All metrics and accumulators of an application, by id.
struct MetricTable: Sendable {
    fileprivate struct Definition: Sendable {
        /// Position in `names`, -1 for none.
        var name: Int32 = -1
        /// Position in `values`, -1 while there is none: most metrics never get a value.
        var value: Int32 = -1
        var kind = SparkMetricKind.other
        var isDefined = false
    }

    fileprivate struct Value: Sendable {
        var tasks = MetricDistribution()
        var driverValue: Int64?
        var stageTotal: Int64?
        var lastStage: Int32 = -1
        /// Most are updated by one stage: only others take a list.
        var firstStage: Int32 = -1
        var laterStages: [Int32] = []

        var stages: [Int32] { firstStage < 0 ? [] : [firstStage] + laterStages }
    }

    private var slots = IdentifierTable()
    private var definitions: [Definition] = []
    private var values: [Value] = []
    private var names: [String] = []
    /// Positions in `names` by the numbers of texts; -1 for those that are none yet.
    private var nameOfText: [Int32] = []

    var count: Int { definitions.count }

    subscript(id: Int64) -> SparkMetric? {
        guard let slot = slots[id] else { return nil }
        let definition = definitions[slot]
        let value = definition.value < 0 ? nil : values[Int(definition.value)]
        return SparkMetric(
            id: id, name: name(definition), kind: definition.kind,
            tasks: value.flatMap { $0.tasks.count > 0 ? $0.tasks : nil },
            driverValue: value?.driverValue, stageTotal: value?.stageTotal,
            stages: value?.stages.map(Int.init) ?? [])
    }

    private func name(_ definition: Definition) -> String {
        definition.name < 0 ? "" : names[Int(definition.name)]
    }

    /// The position in `values` of what was counted for a metric; nil where nothing was.
    @inline(__always)
    private func counted(_ id: Int64) -> Int? {
        guard let slot = slots[id] else { return nil }
        let value = definitions[slot].value
        return value < 0 ? nil : Int(value)
    }

    func hasValue(_ id: Int64) -> Bool { counted(id) != nil }

    func name(_ id: Int64) -> String? { slots[id].map { name(definitions[$0]) } }

    func stages(_ id: Int64) -> [Int32] { counted(id).map { values[$0].stages } ?? [] }

    func total(_ id: Int64) -> Int64? {
        guard let slot = slots[id], definitions[slot].value >= 0 else { return nil }
        let value = Int(definitions[slot].value)
        return SparkMetric.total(
            definitions[slot].kind,
            sum: values[value].tasks.count > 0 ? values[value].tasks.sum : nil,
            driverValue: values[value].driverValue, stageTotal: values[value].stageTotal)
    }

    mutating func define(_ metric: MetricRecord, _ strings: StringTable) {
        let slot = slot(of: metric.id)
        // Plans that are planned again repeat the metrics of what stayed as it was.
        guard !definitions[slot].isDefined else { return }
        definitions[slot].isDefined = true
        definitions[slot].name = nameIndex(metric.name, strings)
        definitions[slot].kind = metric.kind
    }

    private mutating func nameIndex(_ text: Int32, _ strings: StringTable) -> Int32 {
        guard text >= 0 else { return -1 }
        let text = Int(text)
        while nameOfText.count <= text { nameOfText.append(-1) }
        if nameOfText[text] < 0, !strings[text].isEmpty {
            nameOfText[text] = Int32(names.count)
            names.append(strings[text])
        }
        return nameOfText[text]
    }

    @inline(__always)
    mutating func addTaskUpdate(_ update: Int64, to id: Int64, stage: Int) {
        let slot = slot(of: id)
        let kind = definitions[slot].kind
        if update < 0 && kind == .size || update <= 0 && kind == .average { return }
        let value = valueIndex(slot)
        values[value].tasks.add(update)
        let number = Int32(truncatingIfNeeded: stage)
        if values[value].lastStage == number { return }
        values[value].lastStage = number
        if values[value].firstStage < 0 {
            values[value].firstStage = number
        } else if values[value].firstStage != number,
            !values[value].laterStages.contains(number)
        {
            values[value].laterStages.append(number)
        }
    }

    mutating func setDriverValue(_ number: Int64, of id: Int64) {
        let value = valueIndex(slot(of: id))
        values[value].driverValue = number
    }

    mutating func setStageTotal(
        _ number: Int64, of id: Int64, text: Int32, _ strings: StringTable
    ) {
        let slot = slot(of: id)
        if definitions[slot].name < 0 { definitions[slot].name = nameIndex(text, strings) }
        let value = valueIndex(slot)
        values[value].stageTotal = number
    }

    @inline(__always)
    private mutating func slot(of id: Int64) -> Int {
        if let slot = slots[id] { return slot }
        definitions.append(Definition())
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
        coder.code(&names)
        coder.code(&definitions)
        coder.code(&values)
        guard coder.isReading else { return }
        let fit = definitions.allSatisfy { $0.value < values.count && $0.name < names.count }
        if !fit || !slots.fit(count) {
            self = .blank
            coder.damaged()
        }
    }
}

extension MetricTable.Definition: IndexCoded {
    static var blank: MetricTable.Definition { MetricTable.Definition() }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&name)
        var number = Int(kind.rawValue) << 1 | (isDefined ? 1 : 0)
        coder.code(&number)
        kind = SparkMetricKind(rawValue: UInt8(truncatingIfNeeded: number >> 1)) ?? .other
        isDefined = number & 1 == 1
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
        coder.code(&firstStage)
        coder.code(&laterStages)
    }
}
