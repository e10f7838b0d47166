public import Domain

/// Why the workbench cannot be shown.
public enum TerminalError: UserFacingError, Hashable {
    /// Standard input or output leads somewhere else.
    case notATerminal(stream: String)
    case unknownTerminal(name: String)
    /// No terminal descriptions are installed at all.
    case noDescriptions
    /// It cannot place its cursor, like `dumb`.
    case tooSimple(name: String)
    case refused(reason: String)

    public var problem: String {
        switch self {
        case .notATerminal(let stream): "Standard \(stream) is not a terminal."
        case .unknownTerminal(""): "The variable TERM is not set."
        case .unknownTerminal(let name): "This machine does not know the terminal '\(name)' (TERM)."
        case .noDescriptions: "This machine has no terminal descriptions (terminfo)."
        case .tooSimple(let name): "The terminal '\(name)' (TERM) cannot place its cursor."
        case .refused(let reason): "The terminal could not be opened: \(reason)."
        }
    }

    public var remedy: String {
        switch self {
        case .notATerminal:
            "Start the workbench in a terminal (with ssh: ssh -t), or use a command that needs none,"
                + " such as 'spillway run', 'runs', 'tasks' or 'logs'; most of them take --json."
        case .unknownTerminal:
            "Set TERM to a name that it knows, mostly TERM=xterm-256color, and start again."
        case .noDescriptions:
            "Install them (Debian: apt-get install ncurses-base), or set TERMINFO to their folder."
        case .tooSimple:
            "Set TERM to what your terminal really is, or use 'spillway --linear', which needs no"
                + " screen: the same as lines of text."
        case .refused:
            "Close other programs or raise the limits of open files and memory, and start again."
        }
    }
}
