/// Figures as findings and their commands write them.
public enum AdviceText {
    /// `1.5 s`, `230 ms`, `4 min`.
    public static func time(_ milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<60_000: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        case ..<3_600_000: "\(milliseconds / 60_000) min \(milliseconds / 1000 % 60) s"
        default: "\(milliseconds / 3_600_000) h \(milliseconds / 60_000 % 60) min"
        }
    }

    /// The same in few cells, for tables: `1.5 s`, `4m 12s`, `3h 20m`.
    public static func shortTime(_ milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<60_000: time(milliseconds)
        case ..<3_600_000: "\(milliseconds / 60_000)m \(milliseconds / 1000 % 60)s"
        default: "\(milliseconds / 3_600_000)h \(milliseconds / 60_000 % 60)m"
        }
    }

    /// A range of times in few cells.
    public static func shortRange(_ low: Int64, _ high: Int64) -> String {
        "\(shortTime(low)) to \(shortTime(high))"
    }

    /// A call site or the name of a stage without the folders of its file: `collect at job.py:12`.
    public static func withoutFolders(_ name: String) -> String {
        guard let at = name.firstRange(of: " at /"),
            let slash = name.lastIndex(of: "/"), slash > at.lowerBound
        else { return name }
        return name[..<at.lowerBound] + " at " + name[name.index(after: slash)...]
    }

    /// `12 kB`, `3.4 MB` (powers of 1024).
    public static func size(_ bytes: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        var value = Double(bytes)
        var unit = 0
        while abs(value) >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        let tenths = Int64((value * 10).rounded())
        return unit == 0 || abs(tenths) >= 100 || tenths < 0
            ? "\(Int64(value.rounded())) \(units[unit])"
            : "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// Whole percents.
    public static func percent(_ share: Double) -> String {
        share.isFinite ? "\(Int((min(max(share, -1e9), 1e9) * 100).rounded())) %" : "-"
    }

    /// `1 task`, `2 tasks`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// A size as Spark settings write it, rounded up to whole mebibytes.
    public static func setting(_ bytes: Int64) -> String {
        "\(max(1, bytes.dividedUp(by: 1 << 20)))m"
    }

    /// `2.1 s to 4.3 s`.
    public static func range(_ saving: FindingSaving) -> String {
        saving.high == 0 ? "no wall time" : "\(time(saving.low)) to \(time(saving.high))"
    }
}

extension FindingEvidence {
    /// The value in words, unit as in the key.
    public var text: String {
        switch value {
        case .integer(let value): "\(value)"
        case .number(let value):
            value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
        case .text(let value): value
        }
    }
}

extension FindingChange {
    /// The change in one line.
    public var text: String {
        switch self {
        case .setting(let key, let from?, let to): "\(key): \(from) → \(to)"
        case .setting(let key, nil, let to): "\(key) = \(to)"
        case .code(let text): text
        }
    }
}
