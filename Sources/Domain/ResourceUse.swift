/// What the processes of one attempt have used together.
///
/// Of processes that were waited for, as nearly all are, times and bytes are the kernel's own count.
/// What left its parent and its group, and ended between two looks, is missing.
public struct ResourceUse: Hashable, Sendable {
    /// Time on processors in the program's own code.
    public var userTime: Span
    /// Time on processors in the kernel.
    public var systemTime: Span
    /// The most memory that they had together, in bytes, as far as it was seen: looked at once a
    /// second at most, memory they share counted once. Nil where none of them lasted long enough and
    /// none had more than the runner itself.
    public var peakMemory: Int64?
    /// Bytes that came from storage and went there; what the page cache gave is not in them.
    public var readBytes: Int64
    public var writtenBytes: Int64

    public init(
        userTime: Span = .zero, systemTime: Span = .zero, peakMemory: Int64? = nil,
        readBytes: Int64 = 0, writtenBytes: Int64 = 0
    ) {
        (self.userTime, self.systemTime) = (userTime, systemTime)
        self.peakMemory = peakMemory
        (self.readBytes, self.writtenBytes) = (readBytes, writtenBytes)
    }

    public var cpuTime: Span { userTime + systemTime }

    /// Of two processes, one after the other or side by side; the peaks' larger one.
    public static func + (left: ResourceUse, right: ResourceUse) -> ResourceUse {
        ResourceUse(
            userTime: left.userTime + right.userTime,
            systemTime: left.systemTime + right.systemTime,
            peakMemory: largest(left.peakMemory, right.peakMemory),
            readBytes: left.readBytes + right.readBytes,
            writtenBytes: left.writtenBytes + right.writtenBytes)
    }

    /// The larger of each: what is used never gets less.
    public func joined(_ other: ResourceUse) -> ResourceUse {
        ResourceUse(
            userTime: max(userTime, other.userTime),
            systemTime: max(systemTime, other.systemTime),
            peakMemory: Self.largest(peakMemory, other.peakMemory),
            readBytes: max(readBytes, other.readBytes),
            writtenBytes: max(writtenBytes, other.writtenBytes))
    }

    private static func largest(_ left: Int64?, _ right: Int64?) -> Int64? {
        guard let left else { return right }
        return right.map { max(left, $0) } ?? left
    }
}
