internal import Glibc

/// One open file, read by position only, so that any number of threads may share it.
///
/// `mmap` would be shorter, but a log truncated under the map kills the process with SIGBUS.
final class OpenFile: Sendable {
    /// What tells one file from another, and one state of it from the next.
    struct Status: Hashable, Sendable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        /// Nanoseconds since 1970.
        var modified: Int64

        func isSameFile(as other: Status) -> Bool {
            device == other.device && inode == other.inode
        }

        init(_ raw: stat) {
            device = UInt64(raw.st_dev)
            inode = UInt64(raw.st_ino)
            size = Int64(raw.st_size)
            modified = Int64(raw.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(raw.st_mtim.tv_nsec)
        }
    }

    private let descriptor: Int32
    let path: String

    /// Opens for reading; nil where nothing is at `path`.
    init?(path: String) throws(LogFileError) {
        // Without O_NONBLOCK, opening a named pipe would wait for its writer.
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        if descriptor < 0 {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .unreadable(path: path, code: errno)
        }
        var raw = stat()
        guard fstat(descriptor, &raw) == 0 else {
            let code = errno
            close(descriptor)
            throw .unreadable(path: path, code: code)
        }
        guard raw.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notAFile(path: path)
        }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    func status() throws(LogFileError) -> Status {
        var raw = stat()
        guard fstat(descriptor, &raw) == 0 else {
            throw .unreadable(path: path, code: errno)
        }
        return Status(raw)
    }

    /// What stands at `path` now; nil for nothing.
    static func status(path: String) throws(LogFileError) -> Status? {
        var raw = stat()
        if stat(path, &raw) == 0 { return Status(raw) }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .unreadable(path: path, code: errno)
    }

    /// Fills `buffer` from `offset` on and says how many bytes there were; fewer only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64)
        throws(LogFileError) -> Int
    {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + filled)
            if got < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path: path, code: errno)
            }
            if got == 0 { break }
            filled += got
        }
        return filled
    }

    /// The bytes from `offset` on, at most `count`; fewer only at the end.
    func bytes(at offset: Int64, count: Int) throws(LogFileError) -> [UInt8] {
        guard count > 0 else { return [] }
        var failure: LogFileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(LogFileError) {
                initialized = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
