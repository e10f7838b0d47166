import Glibc

/// The children that this process inherited from descendants of its own: the kernel gives them to
/// its main thread. Keeps the kernel's list open, as it is asked for after every attempt.
final class AdoptedChildren {
    private let list: Int32
    private static let limit = 1 << 16

    init() { list = open("/proc/self/task/\(getpid())/children", O_RDONLY | O_CLOEXEC) }

    deinit { if list >= 0 { close(list) } }

    /// Their pids now; empty where the kernel does not tell.
    var pids: [Int32] {
        var first: UInt8 = 0
        // Nearly always there are none.
        guard list >= 0, pread(list, &first, 1, 0) > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Self.limit)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map {
                    pread(list, $0 + length, buffer.count - length, off_t(length))
                } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            length += count
        }
        return bytes[..<length].split(separator: UInt8(ascii: " ")).compactMap {
            Int32(String(decoding: $0, as: UTF8.self))
        }
    }
}
