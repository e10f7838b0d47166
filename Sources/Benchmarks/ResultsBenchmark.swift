import Foundation
import ResultStore

/// `spillway-bench results [--rows N] [--scratch DIR]`: a large result kept, scrolled, sorted and
/// exported, beside `sqlite3 -csv` of the same rows.
func runResultsBenchmark(_ arguments: [String]) async throws {
    var rows = 10_000_000
    var scratch = "/var/tmp"
    var rest = arguments[...]
    while let word = rest.popFirst() {
        if word == "--rows", let count = rest.popFirst().flatMap({ Int($0) }) { rows = count }
        if word == "--scratch", let folder = rest.popFirst() { scratch = folder }
    }
    let bench = ResultsBenchmark(rows: rows, scratch: scratch)
    try bench.run()
}

private struct ResultsBenchmark {
    let rows: Int
    let scratch: String
    static let names = ["id", "customer", "city", "status", "amount", "tax", "placed_at", "note"]
    static let cities = ["Hamburg", "Lisbon", "Rotterdam", "Gdańsk", "Marseille", "Antwerp"]
    static let states = ["open", "paid", "void"]

    func run() throws {
        print("results: \(rows) rows of 8 columns, resident memory at the start \(resident()) MB")
        let folder = scratch + "/results-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try ResultStore(
            columns: Self.names.enumerated().map {
                StoredColumn(name: $1, isNumeric: [0, 1, 4, 5].contains($0))
            }, folder: folder)
        let filled = try seconds { try fill(store) }
        let spill = Double(store.byteCount) / 1e6
        print("  kept: \(text(spill)) MB in \(text(filled)) s, \(resident()) MB resident")
        let view = ResultView(store)
        scroll(view, name: "scroll, any place")
        if rows >= 2 {
            var sorted = view
            let took = try seconds { sorted = try view.sorted(by: [4]) }
            print("  sort by a real: \(text(took)) s, \(resident()) MB resident")
            scroll(sorted, name: "scroll, any place of the sorted")
        }
        var groups = 0
        let grouping = try seconds { groups = try view.grouped(by: [2]).rowCount }
        print("  count by city: \(text(grouping)) s, \(groups) groups")
        let describing = try seconds { _ = try view.described() }
        print("  describe all columns: \(text(describing)) s")
        try export(view, folder)
        print("  most resident: \(peak()) MB (limit 256, aim 64)")
    }

    private func fill(_ store: ResultStore) throws {
        var row = 0
        let cities = Self.cities.map { Array($0.utf8) }
        let states = Self.states.map { Array($0.utf8) }
        while row < rows {
            let end = min(rows, row + 1_024)
            try store.append { appender in
                guard row < end else { return false }
                appender.append(Int64(row))
                appender.append(Int64(row * 7_919 % 100_003))
                cities[row % 6].withUnsafeBytes { appender.append(text: $0) }
                states[row % 3].withUnsafeBytes { appender.append(text: $0) }
                appender.append(Double(row * 31 % 100_000) / 100)
                appender.append(Double(row % 19))
                let day = 10 + row % 18
                Array("2026-01-\(day) 06:00:00".utf8).withUnsafeBytes { appender.append(text: $0) }
                if row % 10 == 0 {
                    Array("a note, with a comma".utf8).withUnsafeBytes { appender.append(text: $0) }
                } else {
                    appender.appendNull()
                }
                row += 1
                return true
            }
        }
        store.finish()
    }

    private func scroll(_ view: ResultView, name: String) {
        var times: [Double] = []
        var state: UInt64 = 88_172_645_463_325_252
        for step in 0..<2_000 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let place = step == 0 ? max(0, rows - 50) : Int(state % UInt64(max(1, rows)))
            let took = try? seconds {
                _ = try view.window(place..<place + 50, columns: Array(0..<8))
            }
            times.append((took ?? 1) * 1_000)
        }
        times.sort()
        print(
            "  \(name): 50 rows p50 \(text(times[1_000])) ms, p99 \(text(times[1_980])) ms (limit 16, aim 5)"
        )
    }

    private func export(_ view: ResultView, _ folder: String) throws {
        for (format, ending) in [
            (ExportFormat.csv, "csv"), (.jsonLines, "jsonl"), (.insert, "sql"),
        ] {
            var bytes = 0
            let took = try seconds {
                bytes = try view.export(format, toFile: folder + "/out." + ending)
            }
            let speed = Double(bytes) / 1e6 / took
            print("  export \(ending): \(text(speed)) MB/s (limit 150, aim 400)")
            if format == .csv { try comparePeer(folder, speed) }
            try? FileManager.default.removeItem(atPath: folder + "/out." + ending)
        }
    }

    /// `sqlite3 -csv` over a table of the first rows.
    private func comparePeer(_ folder: String, _ ours: Double) throws {
        guard let sqlite = find("sqlite3") else { return print("  sqlite3 -csv: not installed") }
        let count = min(rows, 1_000_000)
        let columns = Self.names.joined(separator: ", ")
        try launch(
            "/bin/sh", ["-c", "head -n \(count + 1) '\(folder)/out.csv' > '\(folder)/part.csv'"])
        let script = """
            CREATE TABLE t(\(columns));
            .mode csv
            .import --skip 1 '\(folder)/part.csv' t
            """
        try launch(
            "/bin/sh",
            ["-c", "printf '%s\\n' \"$1\" | '\(sqlite)' '\(folder)/peer.db'", "sh", script])
        let took = try seconds {
            try launch(
                "/bin/sh",
                [
                    "-c",
                    "'\(sqlite)' -csv '\(folder)/peer.db' 'select * from t' > '\(folder)/peer.csv'",
                ])
        }
        let size = try FileManager.default.attributesOfItem(atPath: folder + "/peer.csv")[.size]
        let bytes = (size as? NSNumber)?.doubleValue ?? 0
        let theirs = bytes / 1e6 / took
        print(
            "  sqlite3 -csv of \(count) of the rows: \(text(theirs)) MB/s, ours \(text(ours / theirs)) ×"
        )
    }

    private func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { $0 + "/" + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private func launch(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw PeerFailure(program: program, code: process.terminationStatus)
        }
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        let parts = (ContinuousClock.now - start).components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }

    private func text(_ value: Double) -> String {
        value.formatted(.number.precision(.significantDigits(3)).grouping(.never))
    }

    private func resident() -> Int { status("VmRSS:") }
    private func peak() -> Int { status("VmHWM:") }

    private func status(_ key: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
        return
            (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0)
            / 1_024
    }
}
