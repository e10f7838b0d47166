import Glibc

/// The children that this process inherited from descendants of its own: the kernel gives them to
/// its main thread. Keeps the kernel's list open, as it is asked for after every attempt.
final class AdoptedChildren {
    private let list: Int32
    private var bytes = [UInt8](repeating: 0, count: 1 << 16)

    init() { list = open("/proc/self/task/\(getpid())/children", O_RDONLY | O_CLOEXEC) }

    deinit { if list >= 0 { close(list) } }

    /// Their pids now; empty where the kernel does not tell.
    var pids: [Int32] {
        guard list >= 0 else { return [] }
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
        var found: [Int32] = []
        var number: Int32 = 0
        for byte in bytes[..<length] {
            if byte == UInt8(ascii: " ") {
                found.append(number)
                number = 0
            } else {
                number = number &* 10 &+ Int32(byte) - 48
            }
        }
        return found
    }
}
