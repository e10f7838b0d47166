import Domain
import Glibc
import QueryPanes
import Synchronization
import WholeFiles

/// What the query desk keeps between sessions: buffers as files of SQL, the history of what was
/// run. All below the state folder, for its owner alone.
final class QueryKeeping: Sendable {
    let folder: String
    private let lock = Mutex(())

    /// Entries of the history that are read at the start.
    private static let historyLimit = 2_000
    /// Sets entries apart: a line of its own, which no SQL holds.
    private static let separator = "\u{1E}"

    init(stateFolder: String) { folder = stateFolder + "/query" }

    /// The folder for files of results.
    func resultsFolder() -> String {
        let path = folder + "/results"
        make(path)
        return path
    }

    private func make(_ path: String) {
        mkdir(folder, 0o700)
        mkdir(path, 0o700)
    }

    // MARK: Buffers

    private var buffersFolder: String { folder + "/buffers" }

    /// The kept buffers by name. A file that cannot be read is left alone.
    func buffers() -> [KeptBuffer] {
        guard let directory = opendir(buffersFolder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".sql") { names.append(name) }
        }
        return names.sorted().compactMap { name in
            read(buffersFolder + "/" + name).map {
                KeptBuffer(name: String(name.dropLast(4)), text: $0)
            }
        }
    }

    /// Writes the buffers that have changed, each whole or not at all, and removes the files of
    /// those that are closed.
    func keep(_ buffers: [KeptBuffer]) throws {
        try lock.withLock { _ in
            make(buffersFolder)
            let old = Dictionary(
                self.buffers().map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
            for buffer in buffers where old[buffer.name] != buffer.text {
                try write(buffer.text, to: path(of: buffer.name))
            }
            let names = Set(buffers.map(\.name))
            for name in old.keys where !names.contains(name) { unlink(path(of: name)) }
        }
    }

    private func path(of buffer: String) -> String {
        let safe = buffer.map { $0 == "/" || $0 == "\0" ? "_" : $0 }
        return buffersFolder + "/" + String(safe.prefix(100)) + ".sql"
    }

    // MARK: History

    private var historyPath: String { folder + "/history" }

    /// What was run, oldest first.
    func history() -> [HistoryEntry] {
        guard let text = read(historyPath) else { return [] }
        let all = text.split(separator: Self.separator).compactMap { Self.entry($0) }
        if all.count > 2 * Self.historyLimit {
            let kept = all.suffix(Self.historyLimit).map { Self.text(of: $0) }.joined()
            // One that cannot be shortened stays long.
            try? write(kept, to: historyPath)
        }
        return Array(all.suffix(Self.historyLimit))
    }

    /// Adds an entry at the end.
    func remember(_ entry: HistoryEntry) throws {
        try lock.withLock { _ in
            make(folder)
            let file = open(historyPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw QueryKeepingError.cannotWrite(historyPath, code: errno) }
            defer { close(file) }
            try Self.write(Self.text(of: entry), to: file, path: historyPath)
        }
    }

    private static func text(of entry: HistoryEntry) -> String {
        let sql = entry.sql.replacing(separator, with: " ")
        let name = entry.connection.replacing("\n", with: " ")
        return "\(separator)\(entry.at.microseconds)\t\(name)\n\(sql)\n"
    }

    private static func entry(_ text: Substring) -> HistoryEntry? {
        guard let end = text.firstIndex(of: "\n") else { return nil }
        let head = text[..<end].split(separator: "\t", maxSplits: 1)
        guard head.count == 2, let time = Int64(head[0]) else { return nil }
        var sql = text[text.index(after: end)...]
        if sql.last == "\n" { sql = sql.dropLast() }
        return HistoryEntry(
            at: Instant(microseconds: time), connection: String(head[1]), sql: String(sql))
    }

    // MARK: Schemas

    private func schemaPath(_ address: String) -> String {
        folder + "/schemas/" + Fingerprint.of(address)
    }

    /// The names of a database as they were when they were seen last; nil where none are kept.
    func schema(at address: String) -> SchemaIndex? {
        read(schemaPath(address)).flatMap { SchemaIndex(kept: $0, address: address) }
    }

    /// Keeps the names of a database, where they are others than before.
    ///
    /// A failure loses nothing but time at the next start, so it is not told.
    func keep(_ schema: SchemaIndex, at address: String) {
        let text = schema.kept(address: address)
        lock.withLock { _ in
            make(folder + "/schemas")
            let path = schemaPath(address)
            if text.utf8.count < Self.largestFile, read(path) != text { try? write(text, to: path) }
        }
    }

    // MARK: Files

    private static let largestFile = 64 << 20

    /// The text of a file of at most 64 MiB; nil where it cannot be read.
    func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < Self.largestFile {
            let count = Glibc.read(file, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func write(_ text: String, to path: String) throws {
        do throws(FileFailure) {
            try DraftFile.write(text, to: path, isSynced: true)
        } catch {
            throw QueryKeepingError.cannotWrite(path, code: error.code)
        }
    }

    private static func write(_ text: String, to file: Int32, path: String) throws {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + done }, bytes.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw QueryKeepingError.cannotWrite(path, code: errno) }
            done += count
        }
    }
}

/// Why what was typed could not be kept.
enum QueryKeepingError: UserFacingError {
    case cannotWrite(String, code: Int32)
    case editorFailed(String)

    var problem: String {
        switch self {
        case .cannotWrite(let path, let code):
            "\(path) cannot be written: \(String(cString: strerror(code)))."
        case .editorFailed(let words): "The editor did not run: \(words)."
        }
    }

    var remedy: String {
        switch self {
        case .cannotWrite: "Make room on the disk, or give the state folder back to its owner."
        case .editorFailed: "Set VISUAL or EDITOR to a program that edits a file."
        }
    }
}
