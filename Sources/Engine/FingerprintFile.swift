import Domain
import Glibc
import WholeFiles

/// What tasks depended on when they last succeeded: a small file a task, written anew as a whole.
struct FingerprintFile {
    /// Absolute path; made with the first record.
    let folder: String

    func fingerprint(of task: TaskID, _ pipeline: PipelineName) -> String? {
        let file = open(path(task, pipeline), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(file, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    /// A record that cannot be written is no harm: the task runs again.
    func set(_ fingerprint: String, of task: TaskID, _ pipeline: PipelineName) {
        let target = path(task, pipeline)
        mkdir(folder, 0o700)
        mkdir(folder + "/" + pipeline.name, 0o700)
        try? DraftFile.write(fingerprint, to: target)
    }

    func forget(_ task: TaskID, _ pipeline: PipelineName) { unlink(path(task, pipeline)) }

    private func path(_ task: TaskID, _ pipeline: PipelineName) -> String {
        "\(folder)/\(pipeline.name)/\(task.name)"
    }
}
