import Glibc

/// The text of a SQL task, on its way to the process that runs it.
///
/// A command line has room for 128 KiB and everybody on the machine can read it, so the text goes
/// through a file beside the attempt's log, which the process removes once it has it.
public enum ScriptFile {
    /// Where the text for the attempt with this log lies.
    public static func path(of log: String) -> String {
        (log.hasSuffix(".log") ? String(log.dropLast(4)) : log) + ".sql"
    }

    /// Writes the text (0600); one that was left there is replaced.
    ///
    /// - Parameter log: absolute path of the attempt's log.
    /// - Throws: where the file cannot be made, as on a full disk; nothing of it is left then.
    public static func write(_ text: String, for log: String) throws(LogError) {
        let file = path(of: log)
        try AttemptLog.makeFolder(of: log)
        unlink(file)
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw LogError(code: errno, path: file) }
        defer { close(descriptor) }
        let code = WholeWrite.all(Array(text.utf8), to: descriptor)
        guard code == 0 else {
            unlink(file)
            throw LogError(code: code, path: file)
        }
    }

    /// What no process has taken, as one that was killed before it could.
    public static func remove(for log: String) { unlink(path(of: log)) }

    /// A descriptor at the beginning of the text, in a file that has no name any more; -1 and errno.
    ///
    /// - Parameter log: absolute path of a file in the folder to use.
    static func openUnnamed(_ text: String, beside log: String) -> Int32 {
        let path = log + "." + String(UInt64.random(in: .min ... .max), radix: 16)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return -1 }
        unlink(path)
        let code = WholeWrite.all(Array(text.utf8), to: descriptor)
        guard code == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            let reason = code == 0 ? errno : code
            close(descriptor)
            errno = reason
            return -1
        }
        return descriptor
    }
}
