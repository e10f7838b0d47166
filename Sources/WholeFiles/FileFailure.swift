import Glibc

/// Why a call about a file failed.
public struct FileFailure: Error, Hashable, Sendable {
    /// The system's number of the error.
    public var code: Int32

    public init(code: Int32) { self.code = code }

    /// Of the call that failed last.
    init() { code = errno }

    /// Whether there is no room, on the disk or in the user's part of it.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    /// In the system's words.
    public var reason: String { String(cString: strerror(code)) }
}
