public import Domain

/// Why the workbench could not open.
public enum SessionError: UserFacingError, Equatable {
    case noDescriptor(code: Int32)

    public var problem: String {
        switch self {
        case .noDescriptor(let code): "The system gave no file descriptor (error \(code))."
        }
    }

    public var remedy: String {
        switch self {
        case .noDescriptor: "Close other programs or raise the limit with 'ulimit -n'."
        }
    }
}
