import CProcess
import Glibc

extension RunnerProgram {
    /// Starts it in a session of its own, so that it outlives this process and its terminal. What it
    /// prints is appended to a file (0600).
    ///
    /// - Parameters:
    ///   - directory: The folder it starts in.
    ///   - log: Relative to the folder of this process, unless absolute.
    /// - Throws: ``RunnerError``: it cannot be started.
    public func startDetached(in directory: String, log: String) throws(RunnerError) {
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard output >= 0 else { throw .system(call: "open of \(log)", code: errno) }
        defer { close(output) }
        let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw .system(call: "open of /dev/null", code: errno) }
        defer { close(input) }
        _ = try start(in: directory, input: input, output: output)
    }

    /// Starts it in a session of its own with the environment of this process, see `spillway_spawn`.
    ///
    /// - Parameter more: arguments behind its own.
    /// - Returns: The process to be reaped.
    func start(
        with more: [String] = [], in directory: String, input: Int32, output: Int32
    ) throws(RunnerError) -> pid_t {
        var words = CStringBlock()
        for word in [path] + arguments + more where !words.append(word) {
            throw .noRunner(program: path)
        }
        guard let environment = BaseEnvironment(lines: BaseEnvironment.ownLines).block(with: [])
        else { throw .noRunner(program: path) }
        var pid: pid_t = 0
        let code = words.withPointers { words in
            environment.withPointers { environment in
                spillway_spawn(words, environment, directory, input, output, 1, -1, &pid)
            }
        }
        guard code == 0 else { throw .system(call: "start of \(path)", code: code) }
        return pid
    }
}
