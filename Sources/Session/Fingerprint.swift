import Domain
import Engine
import Glibc
import Runners

/// What a task's work depends on, in a few characters.
enum Fingerprint {
    /// Of the command and its environment, and of each input the path, size and time of change.
    /// Nil where an input is missing: the work must say so itself.
    static func of(
        _ work: RenderedTask.Work, script: String?, _ environment: [EnvironmentEntry],
        inputs: [String]
    ) -> String? {
        var hash = Hash()
        if let script { hash.add(script) }
        switch work {
        case .shell(let command): hash.add(command)
        case .sql(let script, let database, _):
            hash.add(script)
            hash.add(database)
        case .wait, .pipeline: return nil
        }
        for entry in environment { hash.add(entry.name + "=" + entry.value) }
        for input in inputs {
            let files = FilePattern.files(input)
            guard !files.isEmpty else { return nil }
            for file in files {
                var status = stat()
                guard stat(file, &status) == 0 else { return nil }
                hash.add(file)
                hash.add(
                    "\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)")
            }
        }
        return hash.text
    }

    /// Of a text alone.
    static func of(_ text: String) -> String {
        var hash = Hash()
        hash.add(text)
        return hash.text
    }

    /// Two FNV-1a hashes side by side: 128 bits.
    private struct Hash {
        private var first: UInt64 = 0xCBF2_9CE4_8422_2325
        private var second: UInt64 = 0x84222325_CBF29CE4

        mutating func add(_ text: String) {
            for byte in text.utf8 { add(byte) }
            add(0)
        }

        private mutating func add(_ byte: UInt8) {
            first = (first ^ UInt64(byte)) &* 0x100_0000_01B3
            second = (second &+ UInt64(byte) &+ 1) &* 0x9E37_79B9_7F4A_7C15
            second ^= second >> 29
        }

        var text: String { String(first, radix: 16) + "-" + String(second, radix: 16) }
    }
}
