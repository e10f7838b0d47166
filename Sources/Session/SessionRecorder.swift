import Glibc
import Screen
import Workbench

/// Writes a session down as a script that `spillway replay` plays, with the time of each step and a
/// checksum of each frame as comments. The file has mode 0600: what is typed may be private.
final class SessionRecorder {
    private let descriptor: Int32
    private let start = Clock.milliseconds()

    /// - Throws: ``SessionError`` where the file cannot be made.
    init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SessionError.cannotRecord(path: path, code: errno) }
    }

    deinit { close(descriptor) }

    func resized(to size: Size) { append("size \(size.width)x\(size.height)") }

    func pressed(_ keys: [Key]) {
        guard let line = SessionScript.line(pressing: keys) else { return }
        append(line)
    }

    func drew(_ frame: Frame) {
        // FNV-1a over the text: the same on every machine, unlike Swift's own hashes.
        var sum: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in frame.grid.text.utf8 { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 }
        append("# frame " + String(sum, radix: 16))
    }

    private func append(_ line: String) {
        let milliseconds = Clock.milliseconds() - start
        let bytes = Array("# \(milliseconds) ms\n\(line)\n".utf8)
        _ = write(descriptor, bytes, bytes.count)
    }
}
