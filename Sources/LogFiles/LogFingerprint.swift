/// The bytes at a file's start and before a given length: enough to tell a file that grew from one
/// that was written anew.
struct LogFingerprint: Hashable, Sendable {
    private var head: [UInt8]
    private var tail: [UInt8]

    private static let headBytes = 256
    private static let tailBytes = 64

    static let empty = LogFingerprint(head: [], tail: [])

    private init(head: [UInt8], tail: [UInt8]) {
        self.head = head
        self.tail = tail
    }

    /// Of the first `size` bytes of `file`; two small reads.
    init(of file: OpenFile, size: Int64) throws(LogFileError) {
        head = try file.bytes(at: 0, count: Int(min(size, Int64(Self.headBytes))))
        let tailStart = max(0, size - Int64(Self.tailBytes))
        tail = try file.bytes(at: tailStart, count: Int(size - tailStart))
    }
}
