import Domain
import Foundation
import Glibc
import Runners

extension TerminalBenchmark {
    /// A log that grows by 200,000 lines a second or more while it is followed: whether all of it
    /// arrives, and how late its last line is seen.
    static func following(_ program: String, _ folder: String) throws -> [Figure] {
        let (bursts, burst) = (50, 20_000)
        let script =
            "date +begin-%s%N; for i in $(seq \(bursts)); do seq 1 \(burst); sleep 0.07; done; "
            + "date +the-end-%s%N"
        try FileManager.default.createDirectory(
            atPath: folder + "/pipelines", withIntermediateDirectories: true)
        try "tasks: { say: { run: \"\(script)\" } }\n".write(
            toFile: folder + "/pipelines/loud.yml", atomically: true, encoding: .utf8)
        let terminal = try PseudoTerminal([program, "open", folder], in: "/")
        defer { terminal.end() }
        _ = terminal.burst(patience: 5_000, gap: 200, ready: "loud")
        terminal.type("T")
        var seen: [UInt8] = []
        let mark = Array("the-end-".utf8)
        let patience = SystemClock.monotonic().microseconds + 60_000_000
        var lag: Double?
        while lag == nil {
            guard SystemClock.monotonic().microseconds < patience else {
                throw Failure(text: "the last line of the log was never shown")
            }
            seen = seen.suffix(256) + terminal.read(within: 50)
            guard let place = seen.firstRange(of: mark), seen.count >= place.upperBound + 19,
                let written = Int64(
                    String(decoding: seen[place.upperBound..<place.upperBound + 19], as: UTF8.self))
            else { continue }
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            lag = Double(Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - written) / 1e6
        }
        let log = String(
            decoding: try output(program, ["logs", "latest", "say", "--dir", folder]),
            as: UTF8.self
        ).split(separator: "\n")
        guard let first = log.first?.split(separator: "-").last.flatMap({ Int64($0) }),
            let last = log.last?.split(separator: "-").last.flatMap({ Int64($0) })
        else { throw Failure(text: "the log has no times") }
        return [
            Figure(
                name: "followed log, lines written",
                value: Double(log.count) / (Double(last - first) / 1e9), unit: "/s"),
            Figure(
                name: "followed log, lines lost", value: Double(bursts * burst + 2 - log.count),
                unit: "", limit: 0),
            Figure(
                name: "followed log, last line seen after it was written", value: lag ?? 0,
                unit: "ms", limit: 250),
        ]
    }
}
