extension Span {
    /// The duration as pipeline files write it, exact to the millisecond: `10m`, `1h30m`, `500ms`;
    /// zero is `0s`. ``init(durationText:)`` reads it back.
    public var durationText: String {
        let units: [(name: String, milliseconds: UInt64)] = [
            ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
            ("ms", 1),
        ]
        var rest = microseconds.magnitude / 1_000
        guard rest > 0 else { return "0s" }
        var text = microseconds < 0 ? "-" : ""
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)" + unit.name
            rest %= unit.milliseconds
        }
        return text
    }
}
