import ByteText
import Connections
import Domain
import Glibc

/// Writes the rows of a running query to standard output or a file, as they come.
final class RowPrinter {
    /// The other end of a pipe has seen enough.
    struct ReaderGone: Error {}

    private static let flushedBytes = 1 << 16

    private let format: QueryCommand.OutputFormat
    private let descriptor: Int32
    private let path: String?
    private let isTerminal: Bool
    private var bytes = ByteSink(capacity: 1 << 17)
    private var encoder: RowEncoder?
    private var table: StreamingTable?
    private var results = 0
    private var isEmptied = false

    /// - Throws: ``OutputError`` where the file cannot be made.
    init(_ format: QueryCommand.OutputFormat, to path: String?) throws {
        self.format = format
        self.path = path
        guard let path else {
            descriptor = 1
            isTerminal = Console.isOutputTerminal
            return
        }
        // What is in the file stays until there is something to write in its place.
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        isTerminal = false
        guard descriptor >= 0 else { throw OutputError(path: path, code: errno) }
    }

    deinit { if path != nil { close(descriptor) } }

    func take(_ event: ResultEvent) throws {
        switch event {
        case .began: break
        case .columns(let columns):
            try end()
            if results > 0, format != .json, format != .jsonl { bytes.append(10) }
            results += 1
            if let format = RowEncoder.Format(rawValue: format.rawValue) {
                var encoder = RowEncoder(format, columns: columns)
                encoder.begin(into: &bytes)
                self.encoder = encoder
            } else {
                table = StreamingTable(columns)
            }
        case .rows(let batch):
            if table != nil {
                table?.add(batch, to: &bytes)
            } else {
                encoder?.encode(batch, into: &bytes)
            }
            // On a terminal rows are wanted at once; a file takes them in large pieces.
            if bytes.count >= Self.flushedBytes || isTerminal { try flush() }
        case .ended(let summary):
            try end()
            if isTerminal || Console.isErrorTerminal { report(summary) }
        }
    }

    /// Writes what is left.
    ///
    /// - Parameter isFailed: Whether the query failed: then a file that nothing was written to
    ///   keeps what was in it.
    func finish(isFailed: Bool = false) throws {
        try end()
        if !isFailed { empty() }
        try flush()
    }

    /// Empties the file, once.
    private func empty() {
        // Devices and pipes have no length.
        if path != nil, !isEmptied { ftruncate(descriptor, 0) }
        isEmptied = true
    }

    private func end() throws {
        encoder?.end(into: &bytes)
        table?.end(to: &bytes)
        (encoder, table) = (nil, nil)
        if isTerminal { try flush() }
    }

    private func report(_ summary: StatementSummary) {
        let seconds = Span(microseconds: Int64(summary.elapsedSeconds * 1e6)).humanText
        let what =
            summary.changes.map { "\($0) row\($0 == 1 ? "" : "s") changed" }
            ?? "\(summary.rows) row\(summary.rows == 1 ? "" : "s")"
        Console.error("\(what), \(seconds)")
    }

    private func flush() throws {
        guard !bytes.isEmpty else { return }
        empty()
        // A table is safe as it is; other formats hold the data's own bytes, which must not reach
        // a terminal.
        if isTerminal, table == nil, format != .json, format != .jsonl, format != .table {
            let text = bytes.withBytes { String(decoding: $0, as: UTF8.self) }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            bytes.removeAll()
            bytes.append(text: lines.map { String($0).printable }.joined(separator: "\n"))
        }
        // What cannot be written is not tried again.
        defer { bytes.removeAll() }
        try bytes.withBytes { try write($0) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        var sent = 0
        while sent < bytes.count {
            let count = Glibc.write(
                descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent)
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&ready, 1, -1)
                    continue
                }
                if errno == EPIPE { throw ReaderGone() }
                throw OutputError(path: path ?? "standard output", code: errno, isBegun: true)
            }
            sent += count
        }
    }
}

/// Why rows could not be written.
struct OutputError: UserFacingError {
    var path: String
    var code: Int32
    /// Whether the file was open, so that it was not a wrong name.
    var isBegun = false

    var problem: String { "\(path) cannot be written: " + String(cString: strerror(code)) + "." }
    var remedy: String {
        code == ENOSPC ? "Make room on the disk, and run it again." : "Choose another file."
    }
}
