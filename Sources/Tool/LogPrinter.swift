import Dispatch
import Domain
import Glibc
import JSONText
import LogFiles
import Screen

/// Copies a log to standard output, and goes on as it grows.
struct LogPrinter {
    /// How it is printed.
    enum Form {
        case bytes
        /// What a terminal might obey is made harmless.
        case terminal
        /// An object a line: `{"attempt","line","text"}`.
        case json(attempt: Int)
    }

    private let path: String
    private let form: Form
    private var offset: Int64 = 0
    /// The end of what was read that is no whole line yet; kept back where lines are printed.
    private var rest: [UInt8] = []
    private var lineNumber: Int64 = 1

    init(path: String, as form: Form) {
        self.path = path
        self.form = form
    }

    /// Prints what has come since the last call.
    mutating func printNew() throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return }
            throw LogError.unreadable(path, reason: String(cString: strerror(errno)))
        }
        defer { close(file) }
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = pread(file, &block, block.count, off_t(offset))
            if count < 0 {
                throw LogError.unreadable(path, reason: String(cString: strerror(errno)))
            }
            if count == 0 { return }
            offset += Int64(count)
            write(block[..<count])
        }
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>) {
        if case .bytes = form {
            bytes.withUnsafeBytes { Console.write($0, to: 1) }
            return
        }
        rest += bytes
        while let end = rest.firstIndex(of: 10) {
            writeLine(Array(rest[..<end]))
            lineNumber += 1
            rest.removeFirst(end + 1)
        }
        // A line without end is shown in pieces rather than kept whole.
        if rest.count > 1 << 20 {
            writeLine(rest)
            rest = []
        }
    }

    private func writeLine(_ line: [UInt8]) {
        if case .json(let attempt) = form {
            return Console.printJSON(
                .object([
                    "attempt": .integer(Int64(attempt)), "line": .integer(lineNumber),
                    "text": .string(String(decoding: line, as: UTF8.self)),
                ]))
        }
        let left = Array(OverwrittenLine.remainder(of: line))
        let text = String(decoding: SGRText.plainBytes(of: left), as: UTF8.self)
        Console.print(text.printableLines)
    }

    /// Prints a last line that has no end.
    func finish() {
        if !rest.isEmpty { writeLine(rest) }
    }

    /// Prints what comes until `hasEnded` says so; asked after each growth and every half second.
    mutating func follow(until hasEnded: () throws -> Bool) throws {
        let changed = DispatchSemaphore(value: 0)
        let watch = try LogWatch()
        let ticket = try watch.watch(path: path) { changed.signal() }
        defer { watch.cancel(ticket) }
        while true {
            let isOver = try hasEnded()
            try printNew()
            if isOver { return finish() }
            // The end of an attempt is no growth of its log, so look now and then as well.
            _ = changed.wait(timeout: .now() + .milliseconds(500))
        }
    }
}

/// Why a log could not be printed.
enum LogError: UserFacingError {
    case unreadable(String, reason: String)

    var problem: String {
        switch self {
        case .unreadable(let path, let reason): "The log \(path) cannot be read: \(reason)."
        }
    }

    var remedy: String { "Check that the state folder is whole and yours." }
}
