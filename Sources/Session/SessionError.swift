public import Domain
import Glibc

/// Why the workbench could not open.
public enum SessionError: UserFacingError, Equatable {
    case noDescriptor(code: Int32)
    case cannotRecord(path: String, code: Int32)

    public var problem: String {
        switch self {
        case .noDescriptor(let code): "The system gave no file descriptor (error \(code))."
        case .cannotRecord(let path, let code):
            "The session cannot be recorded in \(path): \(String(cString: strerror(code)))."
        }
    }

    public var remedy: String {
        switch self {
        case .cannotRecord: "Name a file that can be written, or leave --record out."
        case .noDescriptor: "Close other programs or raise the limit with 'ulimit -n'."
        }
    }
}
