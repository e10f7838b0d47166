public import Domain

/// Why the state of a workspace cannot be used.
public enum StoreError: UserFacingError, Equatable {
    /// The folder or a file in it cannot be made, read or written.
    case unusableFolder(path: String, reason: String)
    /// Nothing has run here yet.
    case noState(path: String)
    case diskFull(path: String)
    case corrupt(path: String, detail: String)
    case newerVersion(path: String, found: Int, known: Int)
    /// Another process schedules on this state folder; its pid where it wrote one.
    case owned(path: String, pid: Int32?)
    /// SQLite's words for whatever else went wrong.
    case database(path: String, detail: String)

    public var problem: String {
        switch self {
        case .unusableFolder(let path, let reason):
            "The state folder \(path) cannot be used: \(reason)."
        case .noState(let path): "There is no run recorded under \(path)."
        case .diskFull(let path): "The disk that holds \(path) is full."
        case .corrupt(let path, let detail): "The state file \(path) is damaged: \(detail)."
        case .newerVersion(let path, let found, let known):
            "The state file \(path) has version \(found), written by a newer spillway; "
                + "this one knows version \(known)."
        case .owned(let path, let pid):
            "Another spillway"
                + (pid.map { " (process \($0))" } ?? "") + " is running pipelines in \(path)."
        case .database(let path, let detail):
            "The state file \(path) cannot be used: \(detail)."
        }
    }

    public var remedy: String {
        switch self {
        case .unusableFolder:
            "Make the folder writable for you, or choose another with --state DIR."
        case .noState: "Run a pipeline first, or name the state folder with --state DIR."
        case .diskFull: "Free some space; what waits to be recorded is written then."
        case .corrupt:
            "Save what can be read with 'spillway doctor --fix', or restore it from a backup."
        case .newerVersion: "Use the newer spillway, or choose another folder with --state DIR."
        case .owned: "Use that one, or end it first; looking needs no second owner."
        case .database: "Try again; if it persists, move the file away."
        }
    }
}
