internal import Domain

extension DocumentReader {
    /// `limits: { memory: 2g, cpu_time: 10m, nice: 5 }`
    mutating func readLimits(_ entry: Entry, into extras: inout TaskExtras) {
        for field in entries(of: entry.value, "limits") ?? [] {
            switch field.name {
            case "memory": extras.memoryLimit = memory(field.value)
            case "cpu_time":
                extras.cpuTimeLimit = duration(field.value, "cpu_time")
                if extras.cpuTimeLimit == .zero {
                    error(
                        at: field.value, "no attempt gets along without any processor time",
                        "Leave 'cpu_time' out for no limit, or give a duration such as 10m.")
                }
            case "nice":
                extras.nice = integer(field.value, "nice", in: 0...19).map { Int32($0) }
            default: unknownKey(field, in: "'limits'", among: PipelineKeys.limits)
            }
        }
    }

    private mutating func memory(_ node: Int) -> Int64? {
        guard let text = text(node, "memory", expected: "a size such as 512m or 2g") else {
            return nil
        }
        if let bytes = MemoryText.bytes(text) { return bytes }
        error(
            at: node, "'\(text.short)' is no amount of memory",
            "Write a number with k, m, g or t behind it, for example 512m or 2g.")
        return nil
    }
}
