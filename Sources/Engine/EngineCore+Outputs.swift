import Domain
import Glibc
import Runners
import SchedulerCore
import Store

/// What tasks write for others.
extension EngineCore {
    /// Takes what a successful attempt wrote; what cannot be taken makes it end otherwise.
    func takeOutputs(of id: AttemptID, _ outcome: AttemptOutcome) -> AttemptOutcome {
        let mayHaveSome = outputFolders.mayHaveFile(of: id)
        guard case .exited(code: 0) = outcome, mayHaveSome, let intent = intents[id] else {
            return outcome
        }
        do throws(OutputFileError) {
            let outputs = try Self.readOutputs(OutputPath.of(log: intent.log))
            if !outputs.isEmpty {
                handle(.outputsWritten(id, outputs, at: SystemClock.now()))
            }
            return outcome
        } catch {
            AttemptLog.note(error.problem + ". " + error.remedy, in: intent.log)
            return .rejected(reason: error.problem)
        }
    }

    /// A task that writes none makes no file.
    private static func readOutputs(_ path: String) throws(OutputFileError) -> [TaskOutput] {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else {
            if errno == ENOENT { return [] }
            throw .unreadable(reason: String(cString: strerror(errno)))
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(reason: "it is no plain file")
        }
        guard status.st_size <= OutputFile.sizeLimit else {
            // Nobody will read the rest, and it may be all of the disk. What is left is still too
            // much, should it be looked at again after a crash.
            truncate(path, off_t(OutputFile.sizeLimit) + 1)
            throw .tooLarge(byteCount: Int(status.st_size))
        }
        var bytes = [UInt8](repeating: 0, count: OutputFile.sizeLimit + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { read(file, $0 + length, buffer.count - length) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw .unreadable(reason: String(cString: strerror(errno)))
            }
            if count == 0 { break }
            length += count
        }
        return try OutputFile.read(Array(bytes[..<length]))
    }
}
