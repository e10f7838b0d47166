import Glibc

/// Writing all of some bytes, whatever interrupts it.
enum WholeWrite {
    /// Writes all of `bytes` to a descriptor that may be waited for; 0, or the errno.
    static func all(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map {
                    Glibc.write(descriptor, $0 + written, bytes.count - written)
                } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            written += count
        }
        return 0
    }
}
