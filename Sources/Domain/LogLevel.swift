/// How serious a log line says it is, from harmless to deadly.
public enum LogLevel: UInt8, Hashable, Sendable, Comparable, CaseIterable {
    case trace, debug, info, warning, error, fatal

    /// Whether this is what a search for problems stops at: an error or worse.
    public var isProblem: Bool { self >= .error }

    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
