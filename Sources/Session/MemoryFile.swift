import Glibc
import WholeFiles
import Workbench

/// Keeps how the workbench was left in a file of the state folder (mode 0600).
struct MemoryFile {
    private let path: String
    private static let limit = 256 * 1_024

    init(stateFolder: String) { path = stateFolder + "/workbench" }

    /// What the last session left; nothing where there was none, or its file cannot be read.
    func read() -> WorkbenchMemory {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return WorkbenchMemory(text: "") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.limit)
        var count = 0
        while count < bytes.count {
            let more = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            }
            guard more > 0 else { break }
            count += more
        }
        return WorkbenchMemory(text: String(decoding: bytes[..<count], as: UTF8.self))
    }

    /// Writes it anew beside the old file and puts it in its place; where that fails, the next
    /// session begins with what there was.
    func write(_ memory: WorkbenchMemory) {
        try? DraftFile.write(memory.text, to: path)
    }
}
