import Foundation
import SparkAdvice
import SparkLog
import SparkSources

/// Advice on real jobs with known cures: is the dominant trouble the first finding, does its cure
/// bring at least half of what the labelled one brings, does the gain lie in the promised range.
///
/// `FOLDER [--python PYTHON] [--job NAME]… [--pairs N]`: FOLDER holds `run.py` and `truth.json`; PYTHON
/// needs pyspark. Settings are applied to the slow job; where the cure is in the program, the cured
/// variant stands for it. Jobs for a cluster run where one answers at its address.
func runSparkProofBenchmark(arguments: [String]) throws {
    var folder: String?
    var python = "python3"
    var jobs: [String] = []
    var pairs = 1
    var rest = arguments[...]
    while let argument = rest.popFirst() {
        switch argument {
        case "--python": python = rest.popFirst() ?? python
        case "--job": if let job = rest.popFirst() { jobs.append(job) }
        case "--pairs": pairs = rest.popFirst().flatMap { Int($0) } ?? pairs
        default: folder = argument
        }
    }
    guard let folder else {
        print("Usage: spillway-bench spark-proof FOLDER [--python PYTHON] [--job NAME] [--pairs N]")
        return
    }
    let data = try Data(contentsOf: URL(filePath: folder + "/truth.json"))
    let truth = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let entries = truth?["jobs"] as? [[String: Any]] ?? []
    var proof = SparkProofTally()
    for entry in entries {
        guard let name = entry["job"] as? String, let family = entry["family"] as? String,
            jobs.isEmpty || jobs.contains(name)
        else { continue }
        for _ in 0..<max(1, pairs) {
            try proof.run(
                name, family: family, isShown: entry["effect"] as? String == "shown",
                folder: folder, python: python)
        }
    }
    print(
        "first finding right: \(proof.right) of \(proof.runs); "
            + "at least half the labelled gain: \(proof.enough) of \(proof.shown); "
            + "gain in the promised range: \(proof.inRange) of \(proof.shown)")
}

private struct SparkProofTally {
    var runs = 0
    var right = 0
    var shown = 0
    var enough = 0
    var inRange = 0

    mutating func run(
        _ name: String, family: String, isShown: Bool, folder: String, python: String
    ) throws {
        let events = NSTemporaryDirectory() + "spark-proof-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: events) }
        func job(_ arguments: [String]) throws -> Double? {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [python, folder + "/run.py", name] + arguments
            process.currentDirectoryURL = URL(filePath: NSTemporaryDirectory())
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = FileHandle.nullDevice
            try process.run()
            let output = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            let object = try? JSONSerialization.jsonObject(with: output) as? [String: Any]
            return object?["work_s"] as? Double
        }
        guard let slow = try job(["--events", events]),
            let log = EventLogFiles.logs(in: events).first
        else { return print("\(name): did not run") }
        let loader = EventLogLoader(log)
        try loader.readAll()
        let first = SparkAdvisor.findings(of: loader.applications[0]).first
        runs += 1
        let isRight = (first?.rule.rawValue ?? "none") == family
        right += isRight ? 1 : 0
        guard let first, family != "none", let labelled = try job(["--variant", "tuned"]) else {
            return print(
                "\(name): \(first?.rule.rawValue ?? "no finding")\(isRight ? "" : " WRONG")")
        }
        let settings = first.changes.flatMap { change -> [String] in
            guard case .setting(let key, _, let to) = change else { return [] }
            return ["--conf", "\(key)=\(to)"]
        }
        let cured = settings.isEmpty ? labelled : try job(settings) ?? slow
        let gain = slow - cured
        let isEnough = gain >= (slow - labelled) / 2
        let range = Double(first.saving.low) / 1000...Double(first.saving.high) / 1000
        if isShown {
            shown += 1
            enough += isEnough ? 1 : 0
            inRange += range.contains(gain) ? 1 : 0
        }
        let figures = [slow, cured, labelled, gain, range.lowerBound, range.upperBound].map {
            String(format: "%.1f", $0)
        }
        print(
            "\(name): \(first.rule.rawValue)\(isRight ? "" : " WRONG"), \(figures[0]) s, advised "
                + "\(figures[1]) s, labelled cure \(figures[2]) s; saved \(figures[3]) s of promised "
                + "\(figures[4])–\(figures[5]) s\(settings.isEmpty ? " (cured variant)" : "")")
    }
}
