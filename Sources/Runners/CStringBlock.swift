import CProcess
import Domain
import Glibc

/// Texts as the kernel takes them for arguments and environments: one block, and pointers into it.
struct CStringBlock {
    private var bytes: [UInt8] = []
    private var starts: [Int] = []

    /// Adds one text of these parts; false, and nothing added, where it holds a NUL, which no such
    /// text can.
    mutating func append(_ parts: String...) -> Bool {
        let start = bytes.count
        for part in parts { bytes.append(contentsOf: part.utf8) }
        let hasNUL = bytes.withUnsafeBytes { buffer in
            buffer.baseAddress.map { memchr($0 + start, 0, buffer.count - start) != nil } ?? false
        }
        if hasNUL {
            bytes.removeSubrange(start...)
            return false
        }
        starts.append(start)
        bytes.append(0)
        return true
    }

    /// Calls `body` with the pointers, a null pointer behind the last; valid during the call.
    func withPointers<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            var pointers = starts.map { start in base.map { $0 + start } }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}

/// The environment that tasks inherit, read once.
struct BaseEnvironment {
    private var entries: [(name: String, line: String)] = []
    private var names: Set<String> = []
    /// All entries, made once: most tasks replace none of them.
    private var whole = CStringBlock()

    /// The lines of this process's environment.
    static var ownLines: [String] {
        var lines: [String] = []
        var entry = spillway_environment()
        while let line = entry?.pointee {
            lines.append(String(cString: line))
            entry = entry?.successor()
        }
        return lines
    }

    /// From `NAME=VALUE` lines; a line without a name is left out.
    init(lines: [String]) {
        for line in lines {
            let name = String(line.prefix { $0 != "=" })
            guard !name.isEmpty, name.utf8.count < line.utf8.count, whole.append(line) else {
                continue
            }
            entries.append((name, line))
            names.insert(name)
        }
    }

    /// All lines, those named in `changes` replaced; nil where a name or value cannot be one.
    func block(with changes: [EnvironmentEntry]) -> CStringBlock? {
        // The last of one name counts. There are few: looking through them beats a table of them.
        var last: [EnvironmentEntry] = []
        last.reserveCapacity(changes.count)
        for change in changes {
            guard !change.name.isEmpty, !change.name.utf8.contains(UInt8(ascii: "=")) else {
                return nil
            }
            if let place = last.firstIndex(where: { $0.name == change.name }) {
                last[place].value = change.value
            } else {
                last.append(change)
            }
        }
        var block = whole
        let replaced = Set(last.lazy.map(\.name).filter(names.contains))
        if !replaced.isEmpty {
            block = CStringBlock()
            for entry in entries where !replaced.contains(entry.name) {
                guard block.append(entry.line) else { return nil }
            }
        }
        for entry in last {
            guard block.append(entry.name, "=", entry.value) else { return nil }
        }
        return block
    }
}
