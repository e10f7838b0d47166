import Codecs
import Foundation
import Glibc
import SparkLog
import Testing

@testable import SparkSources

/// A server on loopback that answers from a table, each answer in the way that is asked for.
final class CannedServer: Sendable {
    enum Manner: Sendable {
        case whole, chunked, brokenOff, silent, noHTTP
    }

    var port: UInt16 { listener.port }
    private let listener: LoopbackListener

    /// - Parameter files: answers that are no text.
    init(
        _ answers: [String: String], manner: Manner = .whole, files: [String: [UInt8]] = [:]
    ) throws {
        listener = try LoopbackListener { Self.answer($0, answers, files, manner) }
    }

    private static func answer(
        _ connection: Int32, _ answers: [String: String], _ files: [String: [UInt8]],
        _ manner: Manner
    ) {
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = max(0, read(connection, &buffer, buffer.count))
        let words = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
        let path = words.count > 1 ? String(words[1]) : ""
        if manner == .silent { return }
        defer { close(connection) }
        if let bytes = files[path] {
            send("HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n", connection)
            return send(bytes, connection)
        }
        guard let body = answers[path] else {
            return send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", connection)
        }
        switch manner {
        case .whole:
            send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", connection)
        case .brokenOff:
            send(
                "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count + 9)\r\n\r\n\(body)",
                connection)
        case .chunked:
            send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", connection)
            var rest = Array(body.utf8)[...]
            while !rest.isEmpty {
                let part = rest.prefix(1000)
                send(String(part.count, radix: 16) + "\r\n", connection)
                send(String(decoding: part, as: UTF8.self) + "\r\n", connection)
                rest = rest.dropFirst(1000)
            }
            send("0\r\n\r\n", connection)
        case .noHTTP: send("hello\r\n\r\n", connection)
        case .silent: break
        }
    }

    private static func send(_ text: String, _ connection: Int32) {
        send(Array(text.utf8), connection)
    }

    private static func send(_ bytes: [UInt8], _ connection: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

@Suite("Applications from a server")
struct SparkServerTests {
    /// What a driver of Spark 4.3 answered, by path.
    static func recorded() throws -> [String: String] {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/rest/driver.json")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: path))
        let table = try #require(object as? [String: Any])
        var answers: [String: String] = [:]
        for (path, value) in table {
            let data = try JSONSerialization.data(withJSONObject: value)
            let text = String(decoding: data, as: UTF8.self)
            let place = "/api/v1" + path
            answers[place] = text
            // The same lists without details have what is asked for of them.
            if let end = place.range(of: "/stages?") {
                answers[String(place[..<end.lowerBound]) + "/stages"] = text
            }
            if let end = place.range(of: "/sql?") {
                let rest = "&planDescription=false&offset=0&length=1000000"
                for details in [true, false] {
                    answers[place[..<end.upperBound] + "details=\(details)" + rest] = text
                }
            }
            if path == "/applications", let list = value as? [[String: Any]] {
                for own in list {
                    let data = try JSONSerialization.data(withJSONObject: own)
                    answers[place + "/\(own["id"] ?? "")"] = String(decoding: data, as: UTF8.self)
                }
            }
        }
        return answers
    }

    @Test(
        "a running driver gives jobs, stages, tasks, settings and plans", arguments: [false, true])
    func driver(isChunked: Bool) throws {
        let server = try CannedServer(
            Self.recorded(), manner: isChunked ? .chunked : .whole)
        let spark = try SparkServer(url: "http://127.0.0.1:\(server.port)/jobs/")
        let entries = try spark.applications()
        #expect(entries.map(\.name) == ["rest sample"])
        #expect(!entries[0].isCompleted)
        let application = try spark.application()
        #expect(application.sparkVersion == "4.3.0")
        #expect(application.jobs.count >= 3)
        #expect(application.jobs.allSatisfy { $0.outcome == .succeeded })
        #expect(application.tasks.count >= 8)
        #expect(application.executors.first { $0.id == "driver" }?.cores == 2)
        #expect(application.total(.shuffleWriteBytes) > 0)
        #expect(application.sparkProperties.contains { $0.key == "spark.sql.shuffle.partitions" })
        let plan = application.sqlExecutions.first?.plans.last
        #expect(plan?.nodes.contains { $0.name.hasPrefix("HashAggregate") } ?? false)
        #expect(application.endedAt == nil)
        #expect(application.reading.badLines == 0)
    }

    @Test("an unknown application is named beside the known ones")
    func unknown() throws {
        let server = try CannedServer(Self.recorded())
        let spark = try SparkServer(url: "http://127.0.0.1:\(server.port)")
        let error = #expect(throws: RemoteError.self) { try spark.application("app-none") }
        guard case .noApplication("app-none", let known) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(known.count == 1)
    }

    @Test("a server that is down, is none or breaks off is told apart")
    func bad() throws {
        let answers = ["/api/v1/applications": "[]", "/api/v1/applications/x": "{"]
        let broken = try CannedServer(answers, manner: .brokenOff)
        #expect(
            throws: RemoteError.wrong(path: "/api/v1/applications", what: "the answer breaks off")
        ) {
            try SparkServer(url: "http://127.0.0.1:\(broken.port)").applications()
        }
        let none = try CannedServer(answers, manner: .noHTTP)
        #expect(throws: RemoteError.wrong(path: "/api/v1/applications", what: "no HTTP answer")) {
            try SparkServer(url: "http://127.0.0.1:\(none.port)").applications()
        }
        let empty = try CannedServer(answers)
        #expect(throws: RemoteError.noApplication(nil, known: [])) {
            try SparkServer(url: "http://127.0.0.1:\(empty.port)").application()
        }
        let wrong = try CannedServer(["/api/v1/applications": "<html>"])
        #expect(throws: RemoteError.wrong(path: "/applications", what: "it is no JSON")) {
            try SparkServer(url: "http://127.0.0.1:\(wrong.port)").applications()
        }
        let missing = try CannedServer([:])
        #expect(throws: RemoteError.status(404, path: "/api/v1/applications")) {
            try SparkServer(url: "http://127.0.0.1:\(missing.port)").applications()
        }
        #expect(throws: RemoteError.self) {
            try SparkServer(url: "http://127.0.0.1:1").applications()
        }
    }

    @Test("a silent server is given up after its time")
    func silent() throws {
        let server = try CannedServer([:], manner: .silent)
        var client = HTTPClient(
            try #require(ServerAddress(url: "http://127.0.0.1:\(server.port)")))
        client.timeoutMilliseconds = 100
        let asked = client
        #expect(throws: RemoteError.slow(host: "127.0.0.1", port: server.port)) {
            try asked.get("/")
        }
    }
}

@Suite("Lists of event logs")
struct EventLogSummaryTests {
    @Test("head and tail tell what reading the whole log tells")
    func summaries() throws {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures").path
        var compared = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: fixtures).sorted() {
            for files in EventLogFiles.logs(in: fixtures + "/" + name) {
                guard let summary = EventLogSummary(files) else { continue }
                let loader = EventLogLoader(files)
                try loader.readAll()
                let application = loader.applications[0]
                #expect(summary.id == application.id, "\(files.path)")
                #expect(summary.name == application.name)
                #expect(summary.startedAt == application.startedAt)
                if [.none, .zstd, .lz4].contains(summary.codec) {
                    #expect(summary.endedAt == application.endedAt, "\(files.path)")
                }
                compared += 1
            }
        }
        #expect(compared >= 3)
    }

    @Test("a file that is no event log is left out")
    func others() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "summaries-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("hello\n".utf8).write(to: folder.appending(path: "a.txt"))
        try Data().write(to: folder.appending(path: "empty"))
        try Data((0..<70_000).map { UInt8($0 % 251) }).write(to: folder.appending(path: "noise"))
        #expect(EventLogSummary.all(in: folder.path).isEmpty)
    }

    private static func archive() throws -> [UInt8] {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/rest/logs.zip")
        return [UInt8](try Data(contentsOf: path))
    }

    private static let list = """
        [{"id":"local-1795416222027","name":"probe","attempts":[{"completed":true}]}]
        """

    @Test("a History Server's archive gives the whole log: what its API does not tell is there")
    func history() throws {
        let server = try CannedServer(
            ["/api/v1/applications": Self.list],
            files: ["/api/v1/applications/local-1795416222027/logs": Self.archive()])
        let read = try SparkServer(url: "http://127.0.0.1:\(server.port)").application()
        let log = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/411-single-zstd/local-1795416222027.zstd").path
        let direct = try #require(
            try EventLogFiles(path: log).load(index: nil)?.mainApplication)
        #expect(read.reading.events == direct.reading.events)
        #expect(read.tasks.count == direct.tasks.count && read.tasks.count > 0)
        #expect(read.sqlExecutions.map(\.plans.count) == direct.sqlExecutions.map(\.plans.count))
    }

    @Test("a damaged archive is no log, whatever byte is wrong", arguments: 0..<120)
    func damagedArchive(_ seed: Int) throws {
        var bytes = try Self.archive()
        switch seed % 3 {
        case 0: bytes[(seed * 7919) % bytes.count] ^= UInt8(1 << (seed % 8))
        case 1: bytes.removeSubrange(((seed * 104_729) % bytes.count)...)
        default:
            for place in 0..<40 { bytes[(seed * 31 + place * 977) % bytes.count] = UInt8(place) }
        }
        // Nothing to expect but that it ends: what can still be read is read.
        _ = try? ServerArchive(bytes)?.load()
    }

    @Test("names in an archive that lead elsewhere are passed over")
    func hostileNames() throws {
        let text = try Self.archive()
        // The same length, so that the archive stays whole.
        let wanted = Array("eventlog_v2_local-1/events_1_local-1".utf8)
        let hostile = Array("../../../../../tmp/events_1_local-99".utf8)
        var bytes = text
        for place in 0..<(bytes.count - wanted.count)
        where bytes[place] == wanted[0]
            && bytes[place..<(place + wanted.count)].elementsEqual(wanted)
        {
            bytes.replaceSubrange(place..<(place + wanted.count), with: hostile)
        }
        _ = try? ServerArchive(bytes)?.load()
        #expect(!FileManager.default.fileExists(atPath: "/tmp/events_1_local-99"))
    }

    @Test("https is refused in words that say what to do")
    func encrypted() {
        #expect(throws: RemoteError.encrypted("https://history:18480")) {
            _ = try SparkServer(url: "https://history:18480")
        }
        #expect(RemoteError.encrypted("https://h").remedy.contains("ssh -L"))
        #expect(RemoteError.status(302, path: "/").remedy.contains("https"))
    }
}
