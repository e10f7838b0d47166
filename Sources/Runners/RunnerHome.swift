import CProcess
import Glibc

/// Where a runner keeps what outlives it, in the state folder: `exits.log`, `runner.sock`, what its
/// guard noted in `orphans.log`, and log files without a name yet in `logs/.spare/`.
public struct RunnerHome: Sendable {
    /// Absolute path of the state folder.
    public let path: String

    public init(path: String) { self.path = path }

    var journalPath: String { path + "/exits.log" }
    var sparePath: String { path + "/logs/.spare" }
    static let socketName = "runner.sock"
    var guardPath: String { path + "/guard.lock" }
    var orphansPath: String { path + "/" + Self.orphansName }
    static let orphansName = "orphans.log"

    /// Opens the folder, for what is named relative to it; -1 and errno on failure.
    func openFolder() -> Int32 { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
}

/// The program that is a runner when it is started with these arguments and the state folder behind
/// them: it calls ``RunnerServer/main(folder:)``.
public struct RunnerProgram: Hashable, Sendable {
    /// Absolute path.
    public var path: String
    public var arguments: [String]

    public init(path: String, arguments: [String]) {
        self.path = path
        self.arguments = arguments
    }

    /// The program that runs now, also where its file was replaced meanwhile.
    public static func thisProgram(arguments: [String]) -> RunnerProgram {
        RunnerProgram(path: "/proc/self/exe", arguments: arguments)
    }
}
