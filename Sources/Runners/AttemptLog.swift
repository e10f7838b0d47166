import Domain
import Glibc
import LogText

/// The log file of one attempt, open for appending; closed with this value's owner.
public final class AttemptLog {
    let descriptor: Int32
    /// Why the last line could not be written.
    private(set) var failure: String?

    /// What may not be seen in it, of what is written here.
    private let secrets: [String]

    /// Opens `path` (0600), and makes its folders (0700) where they are missing.
    ///
    /// - Throws: ``LogError`` with the errno.
    init(_ path: String, hiding secrets: [String] = []) throws(LogError) {
        self.secrets = secrets
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW
        var file = open(path, flags, 0o600)
        if file < 0, errno == ENOENT {
            try Self.makeFolder(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            file = open(path, flags, 0o600)
        }
        guard file >= 0 else { throw LogError(code: errno, path: path) }
        descriptor = file
    }

    /// Appends to a file that is open already, and is closed with this.
    init(descriptor: Int32, hiding secrets: [String] = []) {
        (self.descriptor, self.secrets) = (descriptor, secrets)
    }

    deinit { close(descriptor) }

    /// Appends a line of ours, marked as such, after whatever the task left unfinished.
    func note(_ text: String) { write("[spillway] " + text + "\n") }

    /// Appends such a line to the log at `path`, where that is possible.
    public static func note(_ text: String, in path: String) { try? AttemptLog(path).note(text) }

    /// A text with the secrets of this log masked.
    func masked(_ text: String) -> String {
        if secrets.isEmpty { return text }
        var mask = SecretMask(secrets)
        return String(decoding: mask.feed(text.utf8) + mask.finish(), as: UTF8.self)
    }

    /// Appends `text`; a failure is kept in ``failure``.
    func write(_ text: String) {
        let code = WholeWrite.all(Array(masked(text).utf8), to: descriptor)
        if code != 0 { failure = String(cString: strerror(code)) }
    }

    /// Makes the folder of the log at `path`, where it is missing.
    public static func makeFolder(of path: String) throws(LogError) {
        try makeFolder(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    /// Makes a folder (0700) with its parents, where they are missing.
    static func makeFolder(_ path: Substring) throws(LogError) {
        if mkdir(String(path), 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let end = path.lastIndex(of: "/"), end > path.startIndex else {
            throw LogError(code: errno, path: String(path))
        }
        try makeFolder(path[..<end])
        guard mkdir(String(path), 0o700) == 0 || errno == EEXIST else {
            throw LogError(code: errno, path: String(path))
        }
    }
}

/// A log file cannot be made.
public struct LogError: Error, Equatable, Sendable {
    /// The errno.
    public var code: Int32
    public var path: String

    /// Whether space on the disk would help.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    public var reason: String {
        "its log \(path) cannot be written: \(String(cString: strerror(code)))"
    }
}
