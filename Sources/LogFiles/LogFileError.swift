public import Domain
internal import Glibc

/// Why a log could not be read. A missing log is none of these: it reads as empty.
public enum LogFileError: UserFacingError, Equatable {
    /// The system refused; `code` is the `errno`.
    case unreadable(path: String, code: Int32)
    /// A folder, a device or a pipe stands at `path`.
    case notAFile(path: String)
    /// The file kept shrinking while it was read.
    case unsteady(path: String)
    /// No inotify watch could be had; `code` is the `errno`.
    case unwatchable(path: String, code: Int32)

    public var problem: String {
        switch self {
        case .unreadable(let path, let code):
            "The log '\(path)' cannot be read: \(systemText(code))."
        case .notAFile(let path):
            "'\(path)' is not a file that can be read by position."
        case .unsteady(let path):
            "The log '\(path)' kept shrinking while it was read."
        case .unwatchable(let path, let code):
            "The log '\(path)' cannot be watched for growth: \(systemText(code))."
        }
    }

    public var remedy: String {
        switch self {
        case .unreadable: "Check that this user may read the file and its folder."
        case .notAFile: "Give the path of a plain file."
        case .unsteady: "Try again when whatever rewrites the file is done."
        case .unwatchable:
            "Raise fs.inotify.max_user_watches or max_user_instances, or close other watchers."
        }
    }
}

private func systemText(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}
