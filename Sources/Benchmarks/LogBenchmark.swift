internal import Domain
internal import Foundation
internal import LogFiles
internal import LogText
internal import TextSearch

/// Compares the reading of a large log with `less`, `lnav`, `wc` and `grep` in the same run.
///
/// `--size MIB` (1024) is the log's size; `--huge` adds opening one of 10 GiB. The files are made
/// in a temporary folder and deleted.
func runLogBenchmark(arguments: [String]) async throws {
    var megabytes = 1_024
    if let place = arguments.firstIndex(of: "--size"), place + 1 < arguments.count {
        megabytes = Int(arguments[place + 1]) ?? megabytes
    }
    let folder = FileManager.default.temporaryDirectory.appending(
        path: "spillway-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
        do { try FileManager.default.removeItem(at: folder) } catch {
            print("could not delete \(folder.path): \(error)")
        }
    }
    let path = folder.appending(path: "1.log").path
    let lines = try writeLog(path: path, megabytes: megabytes)
    print("\(megabytes) MiB, \(lines) lines; best of 5, cached\n")
    try await measureOpening(path: path)
    if arguments.contains("--huge") {
        let huge = folder.appending(path: "huge.log").path
        let copies = max(1, 10 * 1_024 / megabytes)
        _ = try shell("for i in $(seq \(copies)); do cat \(path); done >\(huge)", runs: 1)
        try await measureOpening(path: huge)
        try FileManager.default.removeItem(atPath: huge)
    }
    try await measureIndex(path: path, lines: lines)
    try await measureSearch(path: path)
}

private func measureOpening(path: String) async throws {
    let ours = try best {
        let log = try LogFile.open(path: path)
        let slice = try log.slice(anchor: .end, linesBefore: 60, linesAfter: 0)
        precondition(slice.lines.count == 60, "the tail has \(slice.lines.count) lines")
    }
    let size = try LogFile.open(path: path).refresh().size >> 20
    report(
        "open \(size) MiB at the tail", ours, "less +G, quit",
        try shell(
            "printf q | TERM=vt100 LESS= script -qec 'less -n +G \(path)' /dev/null >/dev/null"),
        aim: "≤ 80 ms")
}

private func measureIndex(path: String, lines: Int) async throws {
    var seconds = Double.infinity
    for _ in 0..<5 {
        remove(path + ".idx")
        let log = try LogFile.open(path: path)
        seconds = try await min(seconds, time { try await log.buildIndex() })
        let count = try log.lineCount()
        precondition(count == Int64(lines), "the index counts \(count ?? -1) lines")
    }
    report(
        "index: lines, levels, times", seconds, "wc -l", try shell("wc -l <\(path) >/dev/null"),
        aim: "≤ 2 s for 1 GiB")
    report(
        "index: lines, levels, times", seconds, "grep -c ERROR",
        try shell("grep -c ERROR \(path) | cat >/dev/null"))
    if let lnav = try? shell(
        "lnav -n -c ':goto 1' -c ':write-to /dev/null' \(path) >/dev/null 2>&1", runs: 1)
    {
        report("index: lines, levels, times", seconds, "lnav -n", lnav)
    }
    var reopen = Double.infinity
    for _ in 0..<5 {
        let log = try LogFile.open(path: path)
        reopen = try await min(reopen, time { try await log.buildIndex() })
        let count = try log.lineCount()
        precondition(count == Int64(lines), "the saved index was not taken")
    }
    report("reopen with the saved index", reopen, "building it", seconds, aim: "≤ 50 ms")
    let log = try LogFile.open(path: path)
    try await log.buildIndex()
    let bytes = try FileManager.default.attributesOfItem(atPath: path + ".idx")[.size] as? Int
    let share = Double(bytes ?? 0) / Double(lines)
    print(String(format: "  index: %.3f bytes a line (aim ≤ 2)", share))
    let middle = try log.refresh().size / 2
    let jump = try await time {
        _ = try await log.problem(from: middle, direction: .forward, level: .fatal)
    }
    report("jump to the next FATAL", jump, "building the index", seconds)
}

private func measureSearch(path: String) async throws {
    let log = try LogFile.open(path: path)
    for (name, text, kind, letterCase, grep) in [
        (
            "literal", "rare needle", TextPattern.Kind.literal, TextPattern.LetterCase.matters,
            "grep -cF 'rare needle'"
        ),
        ("common literal", "ERROR", .literal, .matters, "grep -c ERROR"),
        ("without case", "rare NEEDLE", .literal, .ignored, "LC_ALL=C grep -ciF 'rare needle'"),
        (
            "expression", "task [0-9]+ failed", .regularExpression, .matters,
            "grep -cE 'task [0-9]+ failed'"
        ),
        (
            "choice", "FATAL|task [0-9]+ lost", .regularExpression, .matters,
            "grep -cE 'FATAL|task [0-9]+ lost'"
        ),
        (
            "no literal", "[0-9]{6} [a-z]s", .regularExpression, .matters,
            "grep -cE '[0-9]{6} [a-z]s'"
        ),
    ] {
        let pattern = try TextPattern(text, kind: kind, letterCase: letterCase)
        var seconds = Double.infinity
        for _ in 0..<5 {
            seconds = try await min(seconds, time { _ = try await log.countMatches(of: pattern) })
        }
        report(
            "count, \(name)", seconds, grep, try shell("\(grep) \(path) | cat >/dev/null"),
            aim: "≤ 1.5 ×")
        if name == "literal" {
            let size = try log.refresh().size
            let first = try await time {
                _ = try await log.firstMatch(of: pattern, from: size, direction: .backward)
            }
            report(
                "nearest hit backwards", first, grep,
                try shell("\(grep) \(path) | cat >/dev/null"), aim: "≤ 1 ×")
        }
    }
    let pattern = try TextPattern("[0-9]{6} [a-z]s")
    let (asked, given) = AsyncStream<Void>.makeStream()
    let task = Task {
        try await log.countMatches(of: pattern) { _ in given.yield() }
    }
    for await _ in asked { break }
    let cancel = await time {
        task.cancel()
        _ = await task.result
    }
    print(String(format: "  cancelling a count: %.1f ms (aim ≤ 50)", cancel * 1_000))
}

/// Writes lines as a Spark driver and a Python task would; gives their number.
private func writeLog(path: String, megabytes: Int) throws -> Int {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    var state: UInt64 = 42
    func next(_ bound: UInt64) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % bound)
    }
    let levels = ["INFO", "INFO", "INFO", "DEBUG", "INFO", "INFO", "WARN", "INFO", "DEBUG", "INFO"]
    var (written, lines) = (0, 0)
    var second: Int64 = 1_767_312_000
    while written < megabytes << 20 {
        var chunk: [UInt8] = []
        chunk.reserveCapacity(1 << 20)
        while chunk.count < 1 << 20 {
            lines += 1
            if lines % 2_000 == 0 { second += 1 }
            let clock = CivilTime(secondsSinceEpoch: second)
            let level = lines % 997 == 0 ? "ERROR" : levels[next(10)]
            chunk += Array(
                "\(clock.isoDate) \(clock.clockText),\(100 + next(900)) \(level) executor.Task: task \(next(5_000)) in stage \(next(40)) finished after \(next(90_000)) ms on worker-\(next(64))\n"
                    .utf8)
            if lines % 999_983 == 0 { chunk += Array("  the rare needle\n".utf8); lines += 1 }
        }
        try handle.write(contentsOf: Data(chunk))
        written += chunk.count
    }
    try handle.close()
    return lines
}

private func best(_ body: () throws -> Void) rethrows -> Double {
    var seconds = Double.infinity
    for _ in 0..<5 {
        let clock = ContinuousClock()
        seconds = min(seconds, try clock.measure(body) / .seconds(1))
    }
    return seconds
}

private func time(_ body: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try await body()
    return (clock.now - start) / .seconds(1)
}

// grep stops at its first match where its output is /dev/null: it gets a pipe.
private func shell(_ command: String, runs: Int = 5) throws -> Double {
    var seconds = Double.infinity
    for _ in 0..<runs {
        let clock = ContinuousClock()
        let start = clock.now
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw PeerFailure(program: command, code: process.terminationStatus)
        }
        seconds = min(seconds, (clock.now - start) / .seconds(1))
    }
    return seconds
}

private func remove(_ path: String) {
    if FileManager.default.fileExists(atPath: path) {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(error)") }
    }
}

private func report(
    _ what: String, _ ours: Double, _ peer: String, _ theirs: Double, aim: String = ""
) {
    let name = what.padding(toLength: 30, withPad: " ", startingAt: 0)
    print(
        String(
            format: "  %@ %8.1f ms   %8.1f ms  %5.2f x  ", name as NSString, ours * 1_000,
            theirs * 1_000, ours / theirs)
            + peer + (aim.isEmpty ? "" : "  (aim \(aim))"))
}
