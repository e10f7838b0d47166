public import Domain
import Glibc

/// Why runners cannot work at all.
public enum RunnerError: UserFacingError, Equatable {
    /// The kernel refused a call, with its errno.
    case system(call: String, code: Int32)
    /// Another runner works on this state folder.
    case occupied
    /// The program that is to be the runner ends before it answers.
    case noRunner(program: String)

    public var problem: String {
        switch self {
        case .system(let call, let code):
            "The system refused \(call): \(String(cString: strerror(code)))."
        case .occupied: "Another runner works on this state folder."
        case .noRunner(let program): "The runner process (\(program)) ends before it answers."
        }
    }

    public var remedy: String {
        switch self {
        case .system(_, EMFILE), .system(_, ENFILE):
            "Raise the limit of open files (ulimit -n), or lower the parallelism."
        case .occupied: "End it first, or choose another folder with --state DIR."
        case .noRunner: "Check that the program may be executed, and that the disk has space."
        case .system: "Free resources of the system (processes, memory, files) and try again."
        }
    }
}
