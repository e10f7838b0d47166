import Glibc

/// The right to schedule on a state folder: a kernel lock, held until this is deallocated or the
/// process ends, however it ends.
public final class StateLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock without waiting.
    ///
    /// - Throws: ``StoreError/owned(path:pid:)`` with the pid of the process that holds it.
    public init(_ folder: StateFolder) throws(StoreError) {
        let file = open(folder.lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw .unusableFolder(path: folder.path, reason: String(cString: strerror(errno)))
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let owner = Self.pid(in: file)
            close(file)
            guard reason == EWOULDBLOCK else {
                throw .unusableFolder(
                    path: folder.path, reason: String(cString: strerror(reason)))
            }
            throw .owned(path: folder.path, pid: owner)
        }
        descriptor = file
        let text = Array("\(getpid())\n".utf8)
        // The pid only serves the message above: a full disk must not keep anybody out.
        if ftruncate(file, 0) == 0 { _ = pwrite(file, text, text.count, 0) }
    }

    deinit { close(descriptor) }

    private static func pid(in file: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = pread(file, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        let digits = buffer.prefix(count).prefix { (48...57).contains($0) }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}
