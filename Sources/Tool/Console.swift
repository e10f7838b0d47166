import Domain
import Glibc
import JSONText
import PipelineFiles
import Synchronization

/// Writes to standard output and standard error.
enum Console {
    /// Why something could not be written to standard output; 0 where all could.
    private static let lost = Atomic<Int32>(0)

    /// Says what was lost of the output; true where something was.
    static func complainOfLostOutput() -> Bool {
        let reason = lost.load(ordering: .relaxed)
        guard reason != 0 else { return false }
        error(
            "error: The output could not be written: \(String(cString: strerror(reason))).\n"
                + "  = help: Make room where it goes, or send it elsewhere.")
        return true
    }

    static func print(_ text: String) { write(text + "\n", to: 1) }

    static func printJSON(_ value: JSONValue) { print(value.text) }

    static func error(_ text: String) { write(text.hasSuffix("\n") ? text : text + "\n", to: 2) }

    /// Says what is wrong and what to do.
    static func complain(_ problem: any UserFacingError) {
        if let source = problem as? SourceProblem {
            error(source.report)
        } else {
            error("error: \(problem.problem.printable)\n  = help: \(problem.remedy.printable)")
        }
    }

    /// Writes all of `text`, however the other end takes it; gives up where the other end is gone.
    static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, part.baseAddress, part.count)
            if count < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else {
                    // A reader that has gone away has what it wanted.
                    if descriptor == 1, errno != EPIPE { lost.store(errno, ordering: .relaxed) }
                    return
                }
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&ready, 1, -1)
                continue
            }
            rest = rest.dropFirst(count)
        }
    }

    static var isOutputTerminal: Bool { isatty(1) == 1 }
    /// Whether the locale of the environment shows more than ASCII.
    static var showsUnicode: Bool {
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].lazy.map { (name: String) in
                getenv(name).map { String(cString: $0) } ?? ""
            }.first { !$0.isEmpty } ?? "C"
        let name = locale.lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }

    static var isErrorTerminal: Bool { isatty(2) == 1 }
    static var isInputTerminal: Bool { isatty(0) == 1 }
}

extension String {
    /// Text of several lines made safe for a terminal, its line ends kept.
    var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false)
                .map { String($0).printable }.joined(separator: "\t")
        }.joined(separator: "\n")
    }
}
