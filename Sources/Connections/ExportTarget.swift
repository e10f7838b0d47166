import Glibc

/// A file that is written beside its place, and put there when it is whole.
final class ExportTarget {
    let temporary: String
    private let path: String
    private let mode: mode_t?
    private var descriptor: Int32 = -1
    private var isFinished = false

    /// Nil where something that is no file stands in the place.
    init?(_ path: String) {
        var status = stat()
        let isThere = stat(path, &status) == 0
        guard !isThere || status.st_mode & S_IFMT == S_IFREG else { return nil }
        mode = isThere ? status.st_mode & 0o777 : nil
        self.path = path
        temporary = path + ".part-\(getpid())"
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isFinished { unlink(temporary) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        if descriptor < 0 {
            descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { throw failure(errno) }
        }
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(errno) }
            done += count
        }
    }

    func finish() throws {
        if let mode { chmod(temporary, mode) }
        guard rename(temporary, path) == 0 else { throw failure(errno) }
        isFinished = true
    }

    private func failure(_ code: Int32) -> ExportError { ExportError(path: path, code: code) }
}
