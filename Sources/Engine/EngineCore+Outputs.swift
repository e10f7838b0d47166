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
        guard mayHaveSome, let intent = intents[id] else { return outcome }
        if isScript(id) { ScriptFile.remove(for: intent.log) }
        let path = OutputPath.of(log: intent.log)
        guard case .exited(code: 0) = outcome else {
            if runs[id.run]?.hasSecrets == true {
                unlink(path)
            } else {
                chmod(path, 0o600)
            }
            return outcome
        }
        do throws(OutputFileError) {
            let written = try Self.readOutputs(path)
            if written.isEmpty { return outcome }
            let outputs = sealed(written, of: id.run)
            handle(.outputsWritten(id, outputs, at: SystemClock.now()))
            // Not before it is on the disk: until then the file is all there is.
            if outputs != written { pending.answers.append { unlink(path) } }
            return outcome
        } catch {
            let seal = seal(of: id.run)
            let problem = seal.masked(error.problem)
            AttemptLog.note(seal.masked(error.sentences), in: intent.log)
            if runs[id.run]?.hasSecrets == true { pending.answers.append { unlink(path) } }
            return .rejected(reason: problem)
        }
    }

    /// Whether its process was given a text to take.
    private func isScript(_ id: AttemptID) -> Bool {
        guard case .sql? = runs[id.run]?.definition(of: id.task)?.action else { return false }
        return true
    }

    /// What hides the secrets of a run's pipeline.
    func seal(of run: RunID) -> SecretSeal {
        guard let active = runs[run], active.hasSecrets else { return SecretSeal([]) }
        return SecretSeal(options.secrets(active.pipeline))
    }

    /// What was written, with references in the place of secrets; names of tasks, which a branch
    /// chooses by, stay what they are.
    private func sealed(_ outputs: [TaskOutput], of run: RunID) -> [TaskOutput] {
        let (seal, active) = (seal(of: run), runs[run])
        return outputs.map { output in
            TaskOutput(
                key: seal.sealed(output.key),
                value: seal.sealed(output.value) { active?.definition(of: TaskID($0)) != nil })
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
        // The task made it, by its own mask.
        if status.st_mode & 0o077 != 0 { fchmod(file, 0o600) }
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
