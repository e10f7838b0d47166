import Foundation
import Glibc
import Synchronization

/// A server on loopback whose answers a test changes, and that remembers what it was asked.
final class ChangingServer: Sendable {
    private final class Table: Sendable {
        let state = Mutex((answers: [String: String](), asked: [String]()))
    }

    var port: UInt16 { listener.port }
    private let table: Table
    private let listener: LoopbackListener

    init(_ answers: [String: String]) throws {
        let table = Table()
        table.state.withLock { $0.answers = answers }
        self.table = table
        listener = try LoopbackListener { Self.answer($0, table) }
    }

    var answers: [String: String] {
        get { table.state.withLock { $0.answers } }
        set { table.state.withLock { $0.answers = newValue } }
    }

    var asked: [String] {
        get { table.state.withLock { $0.asked } }
        set { table.state.withLock { $0.asked = newValue } }
    }

    private static func answer(_ connection: Int32, _ table: Table) {
        defer { close(connection) }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = max(0, read(connection, &buffer, buffer.count))
        let words = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
        let path = words.count > 1 ? String(words[1]) : ""
        let body = table.state.withLock { state in
            state.asked.append(path)
            return state.answers[path]
        }
        let text =
            body.map { "HTTP/1.1 200 OK\r\nContent-Length: \($0.utf8.count)\r\n\r\n\($0)" }
            ?? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }
}
