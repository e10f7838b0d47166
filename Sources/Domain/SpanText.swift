extension Span {
    /// Reads a duration as pipeline files write it: `500ms`, `30s`, `10m`, `2h`, `1d`, `1w`, or
    /// several of them from large to small (`1h30m`); a bare number is seconds (`90`, `0.5`).
    ///
    /// Returns nil for anything else: negative, empty, no unit order, more than 100 years.
    public init?(durationText text: String) {
        let units: [(name: String, micros: Double)] = [
            ("w", 604_800e6), ("d", 86_400e6), ("h", 3_600e6), ("m", 60e6), ("s", 1e6),
            ("ms", 1e3),
        ]
        var rest = text[...]
        var total = 0.0
        var lastUnit = -1
        repeat {
            let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            guard !digits.isEmpty, let amount = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { ("a"..."z").contains($0) }
            rest = rest.dropFirst(name.count)
            if name.isEmpty, lastUnit == -1, rest.isEmpty {
                total = amount * 1e6
                break
            }
            guard let unit = units.firstIndex(where: { $0.name == name }), unit > lastUnit else {
                return nil
            }
            total += amount * units[unit].micros
            lastUnit = unit
        } while !rest.isEmpty
        guard total <= 100 * 366 * 86_400e6 else { return nil }
        self.init(microseconds: Int64(total.rounded()))
    }

    /// The duration for people, in at most seven characters: `0.42s`, `7.3s`, `42s`, `3m12s`,
    /// `2h05m`, `3d04h`.
    public var humanText: String {
        if microseconds < 0 { return "-" + Span(microseconds: 0 &- microseconds).humanText }
        let total = inSeconds
        if total < 0.9995 { return hundredths(total, places: 2) + "s" }
        if total < 9.95 { return hundredths(total, places: 1) + "s" }
        let whole = Int64(total.rounded())
        if whole < 60 { return "\(whole)s" }
        if whole < 3_600 { return "\(whole / 60)m" + digits(Int(whole % 60), 2) + "s" }
        if whole < 86_400 {
            return "\(whole / 3_600)h" + digits(Int(whole % 3_600 / 60), 2) + "m"
        }
        return "\(whole / 86_400)d" + digits(Int(whole % 86_400 / 3_600), 2) + "h"
    }

    private func hundredths(_ value: Double, places: Int) -> String {
        let scale = places == 2 ? 100 : 10
        let number = Int((value * Double(scale)).rounded())
        return "\(number / scale)." + digits(number % scale, places)
    }
}
