import Foundation
import SparkLog
import SparkSources

/// Runs one of the labelled jobs with its folder's `run.py`.
struct SparkJobRunner {
    struct Outcome {
        /// Of the work, the session's start left out.
        var seconds: Double
        /// Nil where the run left no log.
        var application: SparkApplication?
    }

    var folder: String
    var python: String
    var job: String
    /// Where the logs of its runs are copied to; nil to keep none.
    var logs: String?

    private var source: String { folder + "/jobs/\(job).py" }

    /// Whether it runs in one process, whose cores can be chosen.
    var isLocal: Bool {
        let text = (try? String(contentsOfFile: source, encoding: .utf8)) ?? ""
        return text.contains("MASTER = \"local\"")
    }

    /// Whether the master that jobs for a cluster name answers; spark-submit would wait for minutes.
    static func hasCluster() -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7077"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Runs it once, in a folder of its own that is left as it was.
    ///
    /// - Parameter name: what its log is called where logs are kept.
    /// - Returns: nil where it failed.
    func run(_ name: String, _ arguments: [String] = []) throws -> Outcome? {
        let scratch = NSTemporaryDirectory() + "spark-proof-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true)
        let all = [job, "--events", scratch + "/events", "--work", scratch + "/work"] + arguments
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python, folder + "/run.py"] + all
        process.currentDirectoryURL = URL(filePath: scratch)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let object = try? JSONSerialization.jsonObject(with: output) as? [String: Any]
        if let logs {
            let folder = logs + "/" + job
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
            try? FileManager.default.copyItem(
                atPath: scratch + "/events", toPath: folder + "/" + name)
        }
        guard let seconds = object?["work_s"] as? Double else { return nil }
        guard let log = EventLogFiles.logs(in: scratch + "/events").first else {
            return Outcome(seconds: seconds, application: nil)
        }
        let loader = EventLogLoader(log)
        try loader.readAll()
        return Outcome(seconds: seconds, application: loader.mainApplication)
    }
}
