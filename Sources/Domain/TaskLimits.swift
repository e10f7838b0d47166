/// How much the processes of one attempt may use up together; one that uses more is ended, and fails.
public struct TaskLimits: Hashable, Sendable {
    /// Bytes of memory at any one moment, 1…; nil: no limit.
    public var memory: Int64?
    /// Time on processors; nil: no limit.
    public var cpuTime: Span?
    /// How far its processes step back for others, 0…19; 0: not at all.
    public var nice: Int32

    public init(memory: Int64? = nil, cpuTime: Span? = nil, nice: Int32 = 0) {
        (self.memory, self.cpuTime, self.nice) = (memory, cpuTime, nice)
    }

    public static let none = TaskLimits()

    /// Whether somebody has to look what the processes use.
    public var needsWatching: Bool { memory != nil || cpuTime != nil }
}

/// A number of bytes as pipeline files write it.
public enum MemoryText {
    /// Reads `512m`, `2g`, `1.5GiB`, `300000000`: the letter is a power of 1024, a bare number is
    /// bytes. Nil for anything else, for less than one byte and more than 2⁶² bytes.
    public static func bytes(_ text: String) -> Int64? {
        let digits = text.prefix { ("0"..."9").contains($0) || $0 == "." }
        guard let amount = Double(digits), amount.isFinite else { return nil }
        var unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        if unit.hasSuffix("ib") {
            unit.removeLast(2)
        } else if unit.hasSuffix("b") {
            unit.removeLast()
        }
        let powers = ["": 0.0, "k": 1, "m": 2, "g": 3, "t": 4]
        guard let power = powers[unit] else { return nil }
        var bytes = amount
        for _ in 0..<Int(power) { bytes *= 1_024 }
        guard bytes >= 1, bytes <= 0x1p62 else { return nil }
        return Int64(bytes)
    }

    /// The number for people, rounded: `312 MiB`, `2.1 GiB`.
    public static func text(_ bytes: Int64) -> String {
        if bytes < 1_024 { return "\(bytes) B" }
        var (value, unit) = (Double(bytes) / 1_024, 0)
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        while value >= 1_023.95, unit + 1 < units.count {
            (value, unit) = (value / 1_024, unit + 1)
        }
        let tenths = Int((value * 10).rounded())
        return value < 99.95 && tenths % 10 != 0
            ? "\(tenths / 10).\(tenths % 10) \(units[unit])"
            : "\(Int(value.rounded())) \(units[unit])"
    }
}
