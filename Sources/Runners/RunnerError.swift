public import Domain
import Glibc

/// Why runners cannot work at all.
public enum RunnerError: UserFacingError, Equatable {
    /// The kernel refused a call, with its errno.
    case system(call: String, code: Int32)

    public var problem: String {
        switch self {
        case .system(let call, let code):
            "The system refused \(call): \(String(cString: strerror(code)))."
        }
    }

    public var remedy: String {
        switch self {
        case .system(_, EMFILE), .system(_, ENFILE):
            "Raise the limit of open files (ulimit -n), or lower the parallelism."
        case .system: "Free resources of the system (processes, memory, files) and try again."
        }
    }
}
