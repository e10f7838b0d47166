import Codecs
import Foundation
import SparkAdvice
import SparkLog
import SparkSources

/// How fast an event log is read, against counting its lines and against Python readers that keep
/// two fields, all in one run; and the memory that a task takes.
///
/// `LOG [--python PYTHON] [--repeat N]`: PYTHON needs the packages orjson and msgspec; without it
/// the Python readers are left out. The best of N (3) runs counts.
func runSparkLogBenchmark(arguments: [String]) throws {
    var path: String?
    var python: String?
    var repeats = 3
    var rest = arguments[...]
    while let argument = rest.popFirst() {
        switch argument {
        case "--python": python = rest.popFirst()
        case "--repeat": repeats = rest.popFirst().flatMap { Int($0) } ?? repeats
        default: path = argument
        }
    }
    guard let path else {
        print("Usage: spillway-bench spark-log LOG [--python PYTHON] [--repeat N]")
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
    print("first portion: \(String(format: "%.2f", firstPortion(files) * 1000)) ms")
    guard loader.codec == Codec.none else { return }
    let lines = best(of: repeats) { try run("/usr/bin/wc", ["-l", path]) }
    report("wc -l", lines, bytes: files.bytes)
    print("  wc -l is \(ratio(ours, lines)) × as fast")
    guard let python else { return }
    for (name, script) in [("orjson", orjsonReader), ("msgspec", msgspecReader)] {
        let seconds = best(of: repeats) { try run(python, ["-c", script, path]) }
        report(name, seconds, bytes: files.bytes)
        print(
            "  spillway is \(ratio(seconds, ours)) × as fast, with all rules "
                + "\(ratio(seconds, advised)) ×")
    }
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
        do { try body() } catch { print("  failed: \(error)") }
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
}

/// Resident memory of this process, from /proc; 0 where it cannot be read.
private func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
        return 0
    }
    let words = text.split(separator: " ")
    return words.count > 1 ? (Int(words[1]) ?? 0) * 4096 : 0
}
