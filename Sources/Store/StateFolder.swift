public import Domain
import Glibc

/// Where a workspace keeps its state: `state.db`, `lock` and `logs/`, readable by their owner only.
public struct StateFolder: Hashable, Sendable {
    /// Absolute path.
    public let path: String

    /// Names a folder without touching it; a relative path is completed with the current folder.
    public init(path: String) {
        if path.hasPrefix("/") {
            self.path = path
        } else {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let current = getcwd(&buffer, buffer.count).map { String(cString: $0) } ?? "/"
            self.path = current + "/" + path
        }
    }

    public var databasePath: String { path + "/state.db" }
    public var lockPath: String { path + "/lock" }
    public var logsPath: String { path + "/logs" }
    /// Holds the id of the boot in which the folder was last owned.
    public var bootPath: String { path + "/boot" }

    /// The log file of one attempt: `logs/<pipeline>/<run>/<task>.<attempt>.log`, each part made
    /// safe for a file name. Names stay apart though tasks' names may hold dots: an attempt is a
    /// number. No folder a task: making one costs as much as all the rest of a short task's log.
    public func logPath(of attempt: AttemptID, in pipeline: PipelineName) -> String {
        [
            logsPath, Self.safeFileName(pipeline.name), Self.safeFileName(attempt.run.name),
            Self.safeFileName(attempt.task.name) + ".\(attempt.number).log",
        ].joined(separator: "/")
    }

    /// Makes the folder (0700) with its parents, where they are missing.
    public func prepare() throws(StoreError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
            let code = errno
            if access(made, F_OK) != 0 {
                errno = code
                throw unusable()
            }
        }
        guard access(path, W_OK | X_OK) == 0 else { throw unusable() }
        guard access(databasePath, R_OK | W_OK) == 0 || errno == ENOENT else { throw unusable() }
    }

    private func unusable() -> StoreError {
        if errno == ENOSPC { return .diskFull(path: path) }
        return .unusableFolder(path: path, reason: String(cString: strerror(errno)))
    }

    /// `name` as one path component: `/`, control characters and a leading `.` become `%XX`; what
    /// exceeds 200 bytes is cut and gets a hash (FNV-1a) of the whole, so that names stay apart.
    public static func safeFileName(_ name: String) -> String {
        var bytes: [UInt8] = []
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
            let isDotInFront = byte == UInt8(ascii: ".") && bytes.isEmpty
            let isUnsafe =
                byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "/")
                || byte == UInt8(ascii: "%") || isDotInFront
            if isUnsafe {
                let digits = Array("0123456789ABCDEF".utf8)
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                bytes.append(byte)
            }
        }
        if bytes.isEmpty { return "%" }
        guard bytes.count > 200 else { return String(decoding: bytes, as: UTF8.self) }
        var end = 180
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self) + "-" + String(hash, radix: 16)
    }
}
