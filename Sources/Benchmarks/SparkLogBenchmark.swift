import Codecs
import Foundation
import SparkAdvice
import SparkLog
import SparkSources

/// How fast an event log is read, against counting its lines and against Python readers that keep
/// two fields, all in one run; and the memory that a task takes.
///
/// `LOG [--python PYTHON] [--repeat N] [--history-server] [--list N]`: PYTHON needs the packages
/// orjson and msgspec; without it the Python readers are left out. The best of N (3) runs counts.
/// `--history-server` times the one of that PYTHON's pyspark, once; `--list` a folder of N copies of
/// the log's first 200 kB.
func runSparkLogBenchmark(arguments: [String]) throws {
    var path: String?
    var python: String?
    var repeats = 3
    var listed = 0
    var asksHistoryServer = false
    var rest = arguments[...]
    while let argument = rest.popFirst() {
        switch argument {
        case "--python": python = rest.popFirst()
        case "--repeat": repeats = rest.popFirst().flatMap { Int($0) } ?? repeats
        case "--history-server": asksHistoryServer = true
        case "--list": listed = rest.popFirst().flatMap { Int($0) } ?? 1_000
        default: path = argument
        }
    }
    guard let path else {
        print(
            "Usage: spillway-bench spark-log LOG [--python PYTHON] [--repeat N] [--history-server] "
                + "[--list N]")
        return
    }
    let files = try EventLogFiles(path: path)
    let before = residentBytes()
    let loader = EventLogLoader(files)
    try loader.readAll()
    let after = residentBytes()
    let application = loader.applications[0]
    let tasks = max(1, application.tasks.count)
    print("\(path): \(files.bytes) bytes on disk, \(application.reading.events) events")
    print("\(tasks) tasks, \(application.stages.count) stages")
    print("resident: \(after - before) bytes more after reading")
    print("task columns: \(application.tasks.residentBytes / tasks) bytes a task")

    let ours = best(of: repeats) {
        let loader = EventLogLoader(files)
        try loader.readAll()
        precondition(loader.applications[0].tasks.count == application.tasks.count)
    }
    report("spillway", ours, bytes: loader.decodedBytes)
    var findings = 0
    let advised = best(of: repeats) {
        let loader = EventLogLoader(files)
        try loader.readAll()
        findings = loader.applications.reduce(0) { $0 + SparkAdvisor.findings(of: $1).count }
    }
    report("spillway with all rules (\(findings) findings)", advised, bytes: loader.decodedBytes)
    let rules = best(of: max(3, repeats)) {
        precondition(SparkAdvisor.findings(of: application).count <= findings)
    }
    print("  all rules alone: \(milliseconds(rules)) ms, \(ratio(rules, ours)) of the reading")
    print("first portion: \(String(format: "%.2f", firstPortion(files) * 1000)) ms")
    try timeReopening(files, loader, repeats)
    if listed > 0 { try timeListing(path, copies: listed, repeats) }
    guard loader.codec == Codec.none else { return }
    let lines = best(of: repeats) { try run("/usr/bin/wc", ["-l", path]) }
    report("wc -l", lines, bytes: files.bytes)
    print("  wc -l is \(ratio(ours, lines)) × as fast")
    guard let python else { return }
    for (name, script) in [("orjson", orjsonReader), ("msgspec", msgspecReader)] {
        let seconds = best(of: repeats) { try run(python, ["-c", script, path]) }
        guard seconds.isFinite else {
            print("\(name): left out, \(python) cannot do it")
            continue
        }
        report(name, seconds, bytes: files.bytes)
        print(
            "  spillway is \(ratio(seconds, ours)) × as fast, with all rules "
                + "\(ratio(seconds, advised)) ×")
    }
    guard asksHistoryServer, let id = application.id else { return }
    guard let seconds = try historyServer(path, id: id, python: python) else {
        return print("the History Server gave no answer")
    }
    report("History Server", seconds, bytes: files.bytes)
    print("  spillway with all rules is \(ratio(seconds, advised)) × as fast")
}

/// Opening the log from its sidecar, as a second look does.
private func timeReopening(
    _ files: EventLogFiles, _ loader: EventLogLoader, _ repeats: Int
) throws {
    let folder = NSTemporaryDirectory() + "spark-index-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let index = EventLogIndex(folder: folder)
    let log = LoadedEventLog(applications: loader.applications, facts: loader.facts)
    guard index.write(log, of: files) else { return print("no sidecar: the log is in progress") }
    let size = try FileManager.default.contentsOfDirectory(atPath: folder).reduce(0) {
        $0 + ((try? Data(contentsOf: URL(filePath: folder + "/" + $1)))?.count ?? 0)
    }
    let reopened = best(of: max(3, repeats)) {
        precondition(index.read(files)?.applications.count == log.applications.count)
    }
    print("reopened from a sidecar of \(size) bytes: \(milliseconds(reopened)) ms")
}

/// Listing a folder of logs by their heads and tails.
private func timeListing(_ path: String, copies: Int, _ repeats: Int) throws {
    let folder = NSTemporaryDirectory() + "spark-list-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    guard let handle = FileHandle(forReadingAtPath: path) else { return }
    let head = try handle.read(upToCount: 200 << 10) ?? Data()
    for number in 0..<copies {
        try head.write(to: URL(filePath: folder + "/app-\(number)"))
    }
    var found = 0
    let seconds = best(of: repeats) { found = EventLogSummary.all(in: folder).count }
    print("\(found) of \(copies) logs listed: \(milliseconds(seconds)) ms")
}

private func milliseconds(_ seconds: Double) -> String { String(format: "%.1f", seconds * 1000) }

/// How long the History Server of PYTHON's pyspark takes for the same log, its start left out.
private func historyServer(_ path: String, id: String, python: String) throws -> Double? {
    let script = """
        import os, subprocess, sys, tempfile, time, urllib.request, pyspark
        log, app = sys.argv[1:3]
        home = os.path.dirname(pyspark.__file__)
        folder = tempfile.mkdtemp()
        os.symlink(os.path.abspath(log), os.path.join(folder, app))
        port = 18000 + os.getpid() % 2000
        env = dict(os.environ, SPARK_HOME=home, SPARK_LOCAL_IP="127.0.0.1", SPARK_NO_DAEMONIZE="1",
                   SPARK_DAEMON_MEMORY="4g", SPARK_HISTORY_OPTS="-Dspark.history.fs.logDirectory=file://%s "
                   "-Dspark.history.ui.port=%d" % (folder, port))
        server = subprocess.Popen([home + "/bin/spark-class", "org.apache.spark.deploy.history.HistoryServer"],
                                  env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        def get(path, limit):
            return urllib.request.urlopen("http://127.0.0.1:%d/api/v1%s" % (port, path), timeout=limit).read()
        try:
            for _ in range(600):
                time.sleep(0.2)
                try:
                    if app.encode() in get("/applications", 5): break
                except OSError: pass
            start = time.time()
            get("/applications/%s/jobs" % app, 600)
            print(time.time() - start)
        finally:
            server.terminate()
        """
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = ["-c", script, path, id]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: output, as: UTF8.self)
    return Double(text.filter { !$0.isWhitespace })
}

private let orjsonReader = """
    from sys import argv
    from orjson import loads
    kept = []
    for line in open(argv[1], 'rb'):
        event = loads(line)
        kept.append((event['Event'], event.get('Stage ID')))
    """

private let msgspecReader = """
    from sys import argv
    from msgspec import Struct, field, json
    class Event(Struct):
        Event: str
        stage: int | None = field(name='Stage ID', default=None)
    decode = json.Decoder(Event).decode
    kept = []
    for line in open(argv[1], 'rb'):
        event = decode(line)
        kept.append((event.Event, event.stage))
    """

private func best(of repeats: Int, _ body: () throws -> Void) -> Double {
    var best = Double.infinity
    for _ in 0..<max(1, repeats) {
        let start = ContinuousClock.now
        do { try body() } catch {
            print("  failed: \(error)")
            continue
        }
        let time = ContinuousClock.now - start
        best = min(
            best, Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18)
    }
    return best
}

/// Seconds until the first figures can be shown.
private func firstPortion(_ files: EventLogFiles) -> Double {
    best(of: 1) {
        let loader = EventLogLoader(files)
        _ = try loader.readPortion()
        precondition(loader.applications[0].reading.events > 0)
    }
}

private func report(_ name: String, _ seconds: Double, bytes: Int64) {
    let rate = String(format: "%.3f", Double(bytes) / seconds / 1e9)
    print("\(name): \(String(format: "%.3f", seconds)) s, \(rate) GB/s of text")
}

private func ratio(_ left: Double, _ right: Double) -> String {
    String(format: "%.2f", left / right)
}

private func run(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw PeerFailure(program: program, code: process.terminationStatus)
    }
}

/// Resident memory of this process, from /proc; 0 where it cannot be read.
private func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
        return 0
    }
    let words = text.split(separator: " ")
    return words.count > 1 ? (Int(words[1]) ?? 0) * 4096 : 0
}
