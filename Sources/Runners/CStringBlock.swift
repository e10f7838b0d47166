import Domain
import Glibc

/// Texts as the kernel takes them for arguments and environments: one block, and pointers into it.
struct CStringBlock {
    private var bytes: [CChar] = []
    private var starts: [Int] = []

    /// Adds `text`; false, and nothing added, where it holds a NUL, which no such text can.
    mutating func append(_ text: String) -> Bool {
        let start = bytes.count
        for byte in text.utf8 {
            guard byte != 0 else {
                bytes.removeLast(bytes.count - start)
                return false
            }
            bytes.append(CChar(bitPattern: byte))
        }
        bytes.append(0)
        starts.append(start)
        return true
    }

    /// Calls `body` with the pointers, a null pointer behind the last; valid during the call.
    func withPointers<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        bytes.withUnsafeBufferPointer { buffer in
            var pointers = starts.map { start in buffer.baseAddress.map { $0 + start } }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}

/// The environment that tasks inherit, read once.
struct BaseEnvironment {
    private var entries: [(name: String, line: String)] = []

    /// From `NAME=VALUE` lines; a line without a name is left out.
    init(lines: [String]) {
        for line in lines {
            let name = line.prefix { $0 != "=" }
            guard !name.isEmpty, name.count < line.count else { continue }
            entries.append((String(name), line))
        }
    }

    /// All lines, those named in `changes` replaced; nil where a name or value cannot be one.
    func block(with changes: [EnvironmentEntry]) -> CStringBlock? {
        var values: [String: String] = [:]
        for change in changes {
            guard !change.name.isEmpty, !change.name.utf8.contains(UInt8(ascii: "=")) else {
                return nil
            }
            values[change.name] = change.value
        }
        var block = CStringBlock()
        for entry in entries where values[entry.name] == nil {
            guard block.append(entry.line) else { return nil }
        }
        for (name, value) in values {
            guard block.append(name + "=" + value) else { return nil }
        }
        return block
    }
}
