/// The file that an attempt writes its outputs to.
public enum OutputPath {
    /// Beside its log.
    public static func of(log: String) -> String {
        (log.hasSuffix(".log") ? String(log.dropLast(4)) : log) + ".out"
    }
}
