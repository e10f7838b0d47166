import Domain
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Runners

@Suite("Waiting without processes")
struct SensorDeskTests {
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "spillway-desk-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func attempt(_ name: String) -> AttemptID {
        AttemptID(run: "r", task: TaskID(name), number: 1)
    }

    /// Lets the loop turn until so many waits have ended, or ten seconds are over.
    private func outcomes(
        _ desk: SensorDesk, _ loop: EventLoop, _ count: Int
    ) -> [TaskID: AttemptOutcome] {
        var ended: [TaskID: AttemptOutcome] = [:]
        let deadline = SystemClock.monotonic() + .seconds(20)
        while ended.count < count, SystemClock.monotonic() < deadline {
            for event in desk.takeEvents() {
                if case .ended(let id, let outcome, _) = event { ended[id.task] = outcome }
            }
            if ended.count >= count { break }
            let now = SystemClock.monotonic()
            let due = desk.nextDeadline().map {
                Span(microseconds: max(0, $0.microseconds - now.microseconds))
            }
            for token in loop.wait(atMost: min(due ?? .seconds(1), .seconds(1))) {
                _ = desk.handle(token)
            }
            desk.fireDeadlines()
        }
        return ended
    }

    private func launch(
        _ name: String, _ condition: SensorLaunch.Condition, _ interval: Span = .seconds(60)
    ) -> SensorLaunch {
        SensorLaunch(
            id: attempt(name), condition: condition, interval: interval,
            log: folder + "/\(name).log")
    }

    @Test("a file is heard of long before the next look, however many folders are still to be made")
    func file() throws {
        let loop = try EventLoop()
        let desk = SensorDesk(loop: loop, token: 7) { _, _ in false }
        try desk.launch(launch("deep", .file(folder + "/a/b/x-*.csv")))
        try desk.launch(launch("here", .file(folder + "/here.log")))
        // The first look has found nothing; all that follows is told by the system.
        #expect(desk.active.contains(attempt("deep")))
        mkdir(folder + "/a", 0o700)
        mkdir(folder + "/a/b", 0o700)
        _ = FileManager.default.createFile(atPath: folder + "/a/b/other.csv", contents: nil)
        _ = FileManager.default.createFile(atPath: folder + "/a/b/x-1.csv", contents: nil)
        let began = SystemClock.monotonic()
        let ended = outcomes(desk, loop, 2)
        #expect(ended == ["deep": .exited(code: 0), "here": .exited(code: 0)])
        #expect(SystemClock.monotonic().microseconds - began.microseconds < 15_000_000)
        #expect(desk.active.isEmpty)
    }

    @Test("a wait that is ended says so; commands and runs are looked at again and again")
    func looks() throws {
        let loop = try EventLoop()
        let box = Counter()
        let desk = SensorDesk(loop: loop, token: 7) { name, _ in
            #expect(name == "other")
            return box.next() >= 3
        }
        let command = BriefCommand(
            command: "echo look; test -f go || { touch go; exit 1; }", directory: folder,
            log: folder + "/command.log")
        try desk.launch(launch("command", .command(command), .milliseconds(100)))
        try desk.launch(launch("run", .run("other", Instant(seconds: 0)), .milliseconds(100)))
        try desk.launch(launch("ended", .file(folder + "/never")))
        try desk.launch(launch("wrong", .sql("selec", database: folder + "/w.db")))
        _ = FileManager.default.createFile(atPath: folder + "/w.db", contents: nil)
        desk.terminate(attempt("ended"))
        let ended = outcomes(desk, loop, 4)
        #expect(ended["command"] == .exited(code: 0) && ended["run"] == .exited(code: 0))
        #expect(ended["ended"] == .failed(reason: "stopped waiting"))
        // What the first look saw, and what the last one did.
        #expect(
            try log("command") == """
                [spillway] waits for the command: \(command.command)
                look
                [spillway] not yet: exit code 1
                look
                [spillway] there it is

                """)
    }

    private func log(_ name: String) throws -> String {
        try String(contentsOfFile: folder + "/\(name).log", encoding: .utf8)
    }

    @Test("the log tells what was seen, once each time that it is something else")
    func sightings() throws {
        let loop = try EventLoop()
        let desk = SensorDesk(loop: loop, token: 7) { _, _ in false }
        let command = BriefCommand(
            command: """
                echo x >> n; n=$(wc -l < n); echo try $n; test $n != 4 || exit 0; exit $((n / 3))5
                """,
            directory: folder, log: "")
        try desk.launch(launch("command", .command(command), .milliseconds(10)))
        try desk.launch(launch("missing", .sql("select 1", database: folder + "/no.db")))
        try desk.launch(launch("deaf", .http("http://127.0.0.1:1/x?key=secret")))
        #expect(outcomes(desk, loop, 1) == ["command": .exited(code: 0)])
        #expect(
            try log("command").split(separator: "\n").dropFirst() == [
                "try 1", "[spillway] not yet: exit code 5", "try 3",
                "[spillway] not yet: exit code 15", "try 4", "[spillway] there it is",
            ])
        for name in ["missing", "deaf"] { desk.terminate(attempt(name)) }
        #expect(outcomes(desk, loop, 2).count == 2)
        #expect(
            try log("missing").hasSuffix("not yet: there is no database at \(folder)/no.db\n"))
        #expect(
            try log("deaf") == """
                [spillway] waits for an answer from http://127.0.0.1:1/x
                [spillway] not yet: Connection refused

                """)
    }

    @Test("looks that hang hold up neither their end nor the waits of others, and nothing is left")
    func hanging() throws {
        let loop = try EventLoop()
        let desk = SensorDesk(loop: loop, token: 7) { _, _ in false }
        let silent = try SilentHost()
        for index in 0..<100 {
            try desk.launch(
                launch("http\(index)", .http("http://127.0.0.1:\(silent.port)/\(index)")))
        }
        let hang = "echo $$ > pid; sleep 1000 & echo $! >> pid; wait; exit 1"
        let commands = (0..<40).map { index in
            BriefCommand(
                command: index == 0 ? hang : "exec sleep 1000", directory: folder, log: "")
        }
        for (index, command) in commands.enumerated() {
            try desk.launch(launch("command\(index)", .command(command)))
        }
        let endless = """
            with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) from n
            """
        _ = FileManager.default.createFile(atPath: folder + "/w.db", contents: nil)
        try desk.launch(launch("sql", .sql(endless, database: folder + "/w.db")))
        let quick = BriefCommand(
            command: "test $(wc -l < pid) = 2", directory: folder, log: "")
        try desk.launch(launch("quick", .command(quick), .milliseconds(20)))
        #expect(outcomes(desk, loop, 1) == ["quick": .exited(code: 0)])

        let before = SystemClock.monotonic()
        for id in desk.active { desk.terminate(id) }
        let ended = outcomes(desk, loop, 141)
        #expect(SystemClock.monotonic().microseconds - before.microseconds < 5_000_000)
        #expect(ended.count == 141)
        #expect(Set(ended.values) == [.failed(reason: "stopped waiting")])
        let pids = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
            .split(separator: "\n").compactMap { Int32($0) }
        let deadline = SystemClock.monotonic() + .seconds(20)
        while pids.contains(where: { ProcessStatus(pid: $0).map { !$0.isZombie } ?? false }) {
            try #require(SystemClock.monotonic() < deadline, "\(pids) are left")
            _ = loop.wait(atMost: .milliseconds(20))
        }
    }

    @Test("a thousand waits cost no time while nothing happens")
    func idle() throws {
        let loop = try EventLoop()
        let desk = SensorDesk(loop: loop, token: 7) { _, _ in false }
        for index in 0..<1_000 {
            mkdir(folder + "/d\(index % 10)", 0o700)
            try desk.launch(
                launch("s\(index)", .file(folder + "/d\(index % 10)/f\(index)"), .seconds(5)))
        }
        _ = desk.takeEvents()
        let before = Self.processorTime()
        let deadline = SystemClock.monotonic() + .seconds(2)
        while SystemClock.monotonic() < deadline {
            let next = desk.nextDeadline() ?? .zero
            let now = SystemClock.monotonic()
            let left = min(next, deadline).microseconds - now.microseconds
            for token in loop.wait(atMost: Span(microseconds: max(0, left))) {
                _ = desk.handle(token)
            }
            desk.fireDeadlines()
        }
        // Within 2 s nothing at all is due; the bound is for a loaded machine.
        #expect(Self.processorTime() - before < 0.02)
        _ = FileManager.default.createFile(atPath: folder + "/d3/f503", contents: nil)
        #expect(outcomes(desk, loop, 1) == ["s503": .exited(code: 0)])
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private final class Counter {
        private var count = 0
        func next() -> Int {
            count += 1
            return count
        }
    }
}

@Suite("HTTP by hand, patterns and deadlines")
struct BesideTests {
    @Test(
        "URLs are taken apart, and what is none is refused",
        arguments: [
            ("http://h/p?q=1#f", "h|80|/p?q=1"), ("http://h:8080", "h|8080|/"),
            ("http://[::1]:99/x", "::1|99|/x"), ("http://h?x", "h|80|/?x"), ("http:///x", ""),
            ("http://user@h/", "h|80|/"), ("http://h:0x/", ""), ("ftp://h/", ""),
            ("http://h/a b", ""),
        ])
    func targets(url: String, parts: String) {
        let target = HTTPExchange.Target(url)
        #expect((target.map { "\($0.host)|\($0.port)|\($0.path)" } ?? "") == parts)
    }

    @Test("who asks is told by a header, as the URL says it, and is never shown")
    func credentials() throws {
        let server = try OneAnswer("HTTP/1.1 200 OK\r\n\r\n")
        let url = "http://ann:p%40ss@127.0.0.1:\(server.port)/T0/B1?token=x"
        #expect(HTTPExchange(url: url).status(limit: .seconds(10)) == .success(200))
        // ann:p@ss
        #expect(server.request().contains("\r\nAuthorization: Basic YW5uOnBAc3M=\r\n"))
        #expect(HTTPExchange.place(of: url) == "http://127.0.0.1:\(server.port)")
        #expect(HTTPExchange.shown(url) == "http://127.0.0.1:\(server.port)/T0/B1")
        #expect(HTTPExchange.place(of: "ann:p@ss") == "its URL")
    }

    @Test("a POST brings its body whole, and the status of the answer comes back")
    func exchange() throws {
        let server = try OneAnswer("HTTP/1.1 204 No Content\r\n\r\n")
        let body = "{\"text\":\"" + String(repeating: "é", count: 50_000) + "\"}"
        let exchange = HTTPExchange(url: "http://127.0.0.1:\(server.port)/hook", body: body)
        #expect(exchange.status(limit: .seconds(10)) == .success(204))
        let request = server.request()
        #expect(request.hasPrefix("POST /hook HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"))
        #expect(request.hasSuffix("\r\n\r\n" + body))
    }

    @Test("nobody there, no answer and no HTTP are failures with a reason, in time")
    func failures() throws {
        #expect(throws: HTTPExchange.Failure.self) {
            try HTTPExchange(url: "http://127.0.0.1:1/").status(limit: .seconds(5)).get()
        }
        let odd = try OneAnswer("SSH-2.0-OpenSSH_9.2\r\n")
        #expect(
            HTTPExchange(url: "http://127.0.0.1:\(odd.port)/").status(limit: .seconds(5))
                == .failure(HTTPExchange.Failure(reason: "the answer is no HTTP")))
        let silent = try OneAnswer(nil)
        #expect(
            HTTPExchange(url: "http://127.0.0.1:\(silent.port)/").status(
                limit: .milliseconds(200))
                == .failure(HTTPExchange.Failure(reason: "no answer in time")))
    }

    @Test(
        "patterns match whole names",
        arguments: [
            ("*.csv", "a.csv", true), ("*.csv", "a.csv.gz", false), ("a?c", "abc", true),
            ("a?c", "ac", false), ("*", "", true), ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false), ("**x", "aax", true), ("", "", true), ("abc", "abd", false),
        ])
    func patterns(pattern: String, name: String, matches: Bool) {
        #expect(FilePattern.matches(pattern, name) == matches)
    }

    @Test(
        "keys come by their deadlines; a key set again moves, and one that is cancelled never comes"
    )
    func deadlines() {
        var queue = DeadlineQueue<Int>()
        for key in 0..<100 { queue.set(key, deadline: .seconds(Int64((key * 37) % 100))) }
        queue.set(50, deadline: .seconds(1_000))
        queue.cancel(0)
        var order: [Int] = []
        while let key = queue.popDue(at: .seconds(99)) { order.append(key) }
        #expect(order == order.sorted { ($0 * 37) % 100 < ($1 * 37) % 100 })
        #expect(order.count == 98 && queue.nextDeadline() == .seconds(1_000))
    }
}

/// Takes connections, and never says a word.
private final class SilentHost {
    let port: Int
    private let socket: Int32

    init() throws {
        let listening = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        socket = listening
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listening, $0, size) == 0 && listen(listening, 100) == 0
                    && getsockname(listening, $0, &size) == 0
            }
        }
        try #require(bound)
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(socket) }
}

/// Accepts one connection, says one thing, and keeps what it was told.
private final class OneAnswer: Sendable {
    let port: Int
    private let socket: Int32
    private let answer: String?
    private let done = DispatchSemaphore(value: 0)
    private let told = Told()

    private final class Told: Sendable {
        private let kept = Mutex<[UInt8]>([])
        var bytes: [UInt8] {
            get { kept.withLock { $0 } }
            set { kept.withLock { $0 = newValue } }
        }
    }

    init(_ answer: String?) throws {
        self.answer = answer
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listening = socket
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listening, $0, size) == 0 && listen(listening, 1) == 0
                    && getsockname(listening, $0, &size) == 0
            }
        }
        try #require(bound)
        port = Int(UInt16(bigEndian: address.sin_port))
        let (told, done) = (told, done)
        Thread {
            let peer = accept(listening, nil, nil)
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            // Without an answer it listens until the other has had enough.
            while peer >= 0 {
                let count = recv(peer, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                told.bytes += buffer[..<count]
                if answer == nil { continue }
                let text = String(decoding: told.bytes, as: UTF8.self)
                guard let end = text.range(of: "\r\n\r\n") else { continue }
                let length =
                    text[..<end.lowerBound].split(separator: "\r\n")
                    .first { $0.hasPrefix("Content-Length: ") }
                    .flatMap { Int($0.dropFirst(16)) } ?? 0
                if text[end.upperBound...].utf8.count >= length { break }
            }
            if let answer { _ = answer.withCString { send(peer, $0, strlen($0), 0) } }
            close(peer)
            done.signal()
        }.start()
    }

    deinit { close(socket) }

    func request() -> String {
        done.wait()
        return String(decoding: told.bytes, as: UTF8.self)
    }
}
