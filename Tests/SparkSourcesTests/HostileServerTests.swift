import Foundation
import Glibc
import SparkLog
import Testing

@testable import SparkSources

/// A server on loopback that sends every client the same bytes, whatever it asks for.
final class BluntServer: Sendable {
    enum Ending: Sendable {
        case close
        /// Says nothing more, and keeps the connection.
        case stay
        /// Sends the same byte again and again, resting in between.
        case drip(UInt8, milliseconds: Int32)
        /// Sends the same bytes again and again as fast as they are taken.
        case flood(UInt8)
    }

    var port: UInt16 { listener.port }
    private let listener: LoopbackListener

    init(_ bytes: [UInt8], then ending: Ending = .close) throws {
        listener = try LoopbackListener { Self.answer($0, bytes, ending) }
    }

    convenience init(_ text: String, then ending: Ending = .close) throws {
        try self.init(Array(text.utf8), then: ending)
    }

    private static func answer(_ connection: Int32, _ bytes: [UInt8], _ ending: Ending) {
        var buffer = [UInt8](repeating: 0, count: 8192)
        _ = read(connection, &buffer, buffer.count)
        guard send(bytes, connection) else { return }
        switch ending {
        case .close: close(connection)
        case .stay: break
        case .drip(let byte, let rest):
            // The rest ends early where the client hangs up.
            var hangup = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            while send([byte], connection), poll(&hangup, 1, rest) == 0 {}
        case .flood(let byte):
            let block = [UInt8](repeating: byte, count: 1 << 16)
            while send(block, connection) {}
        }
    }

    /// Whether all could be sent; where not, the other side has gone.
    private static func send(_ bytes: [UInt8], _ connection: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                close(connection)
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

@Suite("Servers that are wrong")
struct HostileServerTests {
    private func client(_ server: BluntServer, wholeTime: Int = 10_000) throws -> HTTPClient {
        var client = HTTPClient(
            try #require(ServerAddress(url: "http://127.0.0.1:\(server.port)")))
        client.timeoutMilliseconds = 2_000
        client.wholeMilliseconds = wholeTime
        return client
    }

    @Test(
        "a length that no body has is told, never a trap",
        arguments: [
            "Content-Length: -1\r\n\r\nabc", "Content-Length: 9223372036854775807\r\n\r\nabc",
            "Content-Length: -9223372036854775808\r\n\r\nabc", "Content-Length: x\r\n\r\nabc",
            "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nabc",
            "Transfer-Encoding: chunked\r\n\r\n-5\r\nabc",
            "Transfer-Encoding: chunked\r\n\r\n\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n",
        ])
    func lengths(_ rest: String) throws {
        let server = try BluntServer("HTTP/1.1 200 OK\r\n" + rest)
        let asked = try client(server)
        #expect(throws: RemoteError.wrong(path: "/x", what: "the answer breaks off")) {
            try asked.get("/x")
        }
    }

    @Test(
        "what is no HTTP is told",
        arguments: [
            "", "\r\n\r\n", "SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1.1 \r\n\r\n", "HTTP/1.1 2x\r\n\r\n",
        ])
    func noHTTP(_ text: String) throws {
        let server = try BluntServer(text)
        let asked = try client(server)
        #expect(throws: RemoteError.wrong(path: "/x", what: "no HTTP answer")) {
            try asked.get("/x")
        }
    }

    @Test("the length ends a body, also where the server keeps the connection open")
    func keepsOpen() throws {
        for rest in [
            "Content-Length: 3\r\n\r\nabc",
            "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
        ] {
            let server = try BluntServer("HTTP/1.1 200 OK\r\n" + rest, then: .stay)
            #expect(try client(server).get("/x") == Array("abc".utf8))
        }
        let busy = try BluntServer("HTTP/1.1 503 Busy\r\nX: y\r\n\r\n", then: .stay)
        let asked = try client(busy)
        #expect(throws: RemoteError.status(503, path: "/x")) { try asked.get("/x") }
    }

    @Test("a body without an end is given up at its bound, a head at its own")
    func endless() throws {
        let body = try BluntServer("HTTP/1.1 200 OK\r\n\r\n", then: .flood(0x20))
        let asked = try client(body)
        #expect(throws: RemoteError.wrong(path: "/x", what: "the answer has no end")) {
            try asked.get("/x", atMost: 1 << 20)
        }
        let head = try BluntServer("HTTP/1.1 200 OK\r\nX: ", then: .flood(0x61))
        let other = try client(head)
        #expect(throws: RemoteError.wrong(path: "/x", what: "no HTTP answer")) {
            try other.get("/x")
        }
    }

    @Test("a server that drips is given up after the time that a whole answer may take")
    func dripping() throws {
        let server = try BluntServer(
            "HTTP/1.1 200 OK\r\n\r\n", then: .drip(0x20, milliseconds: 20))
        let asked = try client(server, wholeTime: 300)
        #expect(throws: RemoteError.slow(host: "127.0.0.1", port: server.port)) {
            try asked.get("/x")
        }
    }

    @Test("numbers that no application has are read as an application all the same")
    func absurdNumbers() throws {
        let absurd = [
            "9223372036854775807", "-9223372036854775808", "1e308", "-1e308", "0.5", "null",
            "\"x\"", "[]", "true", "99999999999999999999999",
        ]
        let times = ["2026-11-23T07:31:27.142GMT", "292278994-08-17T07:12:55.807GMT", "x"]
        for (place, number) in absurd.enumerated() {
            let time = times[place % times.count]
            let values = [
                "9e14 h", "-9e14 TiB", "9e14 EiB", "nan s", "inf", "1,024", "", "-1 min", "1e99 h",
            ]
            let metrics = values.map { #"{"name":"m","value":"total (min)\n\#($0) (0 ms)"}"# }
            let queries =
                #"[{"id":\#(number),"status":"COMPLETED","submissionTime":"\#(time)","duration":\#(number),"successJobIds":[\#(number),0],"nodes":[{"nodeId":\#(number),"nodeName":"Sort","metrics":[\#(metrics.joined(separator: ","))]}],"edges":[{"fromId":\#(number),"toId":\#(number)}]}]"#
            let stages =
                #"[{"stageId":\#(number),"attemptId":\#(number),"numTasks":\#(number),"numCompleteTasks":\#(number),"shuffleReadBytes":\#(number),"submissionTime":"\#(time)","tasks":{"1":{"taskId":\#(number),"index":\#(number),"launchTime":"\#(time)","duration":\#(number),"gettingResultTime":\#(number),"status":"SUCCESS","executorId":"1","taskMetrics":{"executorRunTime":\#(number),"shuffleReadMetrics":{"localBytesRead":\#(number)}}}}}]"#
            let options = "&planDescription=false&offset=0&length=1000000"
            let answers = [
                "/api/v1/applications/a/sql?details=false" + options: queries,
                "/api/v1/applications/a/sql?details=true" + options: queries,
                "/api/v1/applications/a/stages": stages,
                "/api/v1/applications/a/storage/rdd":
                    #"[{"id":\#(number),"numPartitions":\#(number),"memoryUsed":\#(number)}]"#,
                "/api/v1/applications/a":
                    #"{"id":"a","attempts":[{"startTimeEpoch":\#(number),"completed":true,"endTimeEpoch":\#(number)}]}"#,
                "/api/v1/applications":
                    #"[{"id":"a","name":"n","attempts":[{"startTimeEpoch":\#(number),"completed":true,"endTimeEpoch":\#(number)}]}]"#,
                "/api/v1/applications/a/environment":
                    #"{"sparkProperties":[["a",\#(number)],[1]]}"#,
                "/api/v1/applications/a/allexecutors":
                    #"[{"id":"1","totalCores":\#(number),"addTime":"\#(time)","removeTime":"\#(time)"}]"#,
                "/api/v1/applications/a/jobs":
                    #"[{"jobId":\#(number),"submissionTime":"\#(time)","completionTime":"\#(time)","stageIds":[\#(number)],"status":"FAILED"}]"#,
            ]
            let server = try CannedServer(answers)
            let spark = try SparkServer(url: "http://127.0.0.1:\(server.port)")
            let application = try spark.application()
            #expect(application.reading.events > 3, "\(number)")
        }
    }
}
