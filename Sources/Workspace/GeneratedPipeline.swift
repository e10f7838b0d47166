import CProcess
import Domain
import Glibc
import PipelineFiles
import Synchronization

/// Runs the command of a file with `generate`, and takes what it prints.
enum GeneratedPipeline {
    /// The most that is taken of its output and of its complaints.
    private static let outputLimit = 32 << 20
    private static let complaintLimit = 2_000

    private struct Commands {
        /// Those under way, each the leader of its group.
        var leaders: Set<pid_t> = []
        var isOver = false
    }

    private static let commands = Mutex(Commands())

    /// Ends every command that is under way, and each that is begun from now on.
    static func endAll() {
        commands.withLock { commands in
            commands.isOver = true
            for leader in commands.leaders { kill(-leader, SIGKILL) }
        }
    }

    /// What the command printed.
    ///
    /// - Throws: a problem at the command's place: it cannot be started, fails, takes too long or
    ///   prints too much. Nothing of it is left running.
    static func output(
        of generator: PipelineGenerator, file: String, folder: String
    ) throws(SourceProblem) -> [UInt8] {
        var output: [Int32] = [-1, -1]
        var errors: [Int32] = [-1, -1]
        guard spillway_pipe(&output) == 0, spillway_pipe(&errors) == 0 else {
            throw problem(generator, file, "cannot be started: \(message(errno))", "")
        }
        defer { for end in output + errors where end >= 0 { close(end) } }
        var child: pid_t = 0
        let code = spillway_spawn_shell(
            generator.command, folder, -1, output[1], errors[1], 1, &child)
        guard code == 0 else {
            throw problem(generator, file, "cannot be started: \(message(code))", "")
        }
        let leader = child
        commands.withLock { commands in
            commands.leaders.insert(leader)
            if commands.isOver { kill(-leader, SIGKILL) }
        }
        close(output[1])
        close(errors[1])
        (output[1], errors[1]) = (-1, -1)
        var (text, complaint): ([UInt8], [UInt8]) = ([], [])
        let isInTime = drain(
            [output[0], errors[0]], until: deadline(generator.timeout)
        ) { index, bytes in
            if index == 0 {
                text += bytes
                return text.count <= outputLimit
            }
            complaint = Array((complaint + bytes).suffix(complaintLimit))
            return true
        }
        if !isInTime { kill(-child, SIGKILL) }
        // Before its number may go to another.
        commands.withLock { _ = $0.leaders.remove(leader) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        // What it left in the background is not to go on.
        kill(-child, SIGKILL)
        if text.count > outputLimit {
            throw problem(
                generator, file, "prints more than \(outputLimit >> 20) MiB",
                "Split the pipeline into several.")
        }
        guard isInTime else {
            throw problem(
                generator, file, "takes longer than \(generator.timeout.durationText)",
                "Make it quicker, or allow more: generate_timeout: 1m.")
        }
        guard status == 0 else {
            let signal = status & 0x7F
            let how = signal == 0 ? "exit code \((status >> 8) & 0xFF)" : "signal \(signal)"
            let last = String(decoding: complaint, as: UTF8.self)
                .split(whereSeparator: \.isNewline).suffix(3).joined(separator: " / ")
            throw problem(
                generator, file, "ended with \(how)",
                last.isEmpty ? "It printed no reason." : "It says: \(last)")
        }
        return text
    }

    private static func problem(
        _ generator: PipelineGenerator, _ file: String, _ problem: String, _ remedy: String
    ) -> SourceProblem {
        SourceProblem(
            file: file, place: generator.place, lineText: generator.lineText,
            problem: "the command of 'generate' " + problem,
            remedy: remedy.isEmpty ? "Run it by hand: \(generator.command)" : remedy)
    }

    /// Reads all descriptors to their ends; false where `deadline` comes first, or where `take`
    /// has enough.
    private static func drain(
        _ descriptors: [Int32], until deadline: Int64, _ take: (Int, ArraySlice<UInt8>) -> Bool
    ) -> Bool {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while entries.contains(where: { $0.fd >= 0 }) {
            let left = deadline - now()
            guard left > 0 else { return false }
            let count = poll(&entries, nfds_t(entries.count), Int32(clamping: left))
            if count < 0, errno != EINTR { return false }
            for index in entries.indices where entries[index].fd >= 0 && entries[index].revents != 0
            {
                let length = read(entries[index].fd, &buffer, buffer.count)
                if length < 0, errno == EINTR { continue }
                guard length > 0 else {
                    entries[index].fd = -1
                    continue
                }
                if !take(index, buffer[..<length]) { return false }
            }
        }
        return true
    }

    private static func deadline(_ timeout: Span) -> Int64 { now() + timeout.inMilliseconds }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    private static func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}
