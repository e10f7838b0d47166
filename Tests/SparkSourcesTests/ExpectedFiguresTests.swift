import Domain
import Foundation
import SparkLog
import SparkSources
import Testing

/// Logs whose figures an independent script has computed.
struct ExpectedLog: Sendable, CustomTestStringConvertible {
    var path: String
    var name: String
    /// JSON of the expected summary.
    var summary: Data
    var testDescription: String { name }

    static let all: [ExpectedLog] = {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures")
        let shared = fixtures.deletingLastPathComponent().appending(
            path: "../../../shared/spark-events")
        return [fixtures, shared.appending(path: "public"), shared.appending(path: "generated")]
            .flatMap(logs)
    }()

    private static func logs(in folder: URL) -> [ExpectedLog] {
        guard let data = try? Data(contentsOf: folder.appending(path: "expected.json")),
            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return [] }
        return object.sorted { $0.key < $1.key }.compactMap { name, summary in
            let path = folder.appending(path: name).standardizedFileURL.path
            guard let data = try? JSONSerialization.data(withJSONObject: summary) else {
                return nil
            }
            return ExpectedLog(path: path, name: name, summary: data)
        }
    }
}

@Suite("Figures of real event logs")
struct ExpectedFiguresTests {
    @Test("there are logs to compare")
    func present() {
        #expect(ExpectedLog.all.count >= 4)
    }

    @Test("every figure of the summary equals the expected one", arguments: ExpectedLog.all)
    func summary(_ log: ExpectedLog) throws {
        let loader = EventLogLoader(try EventLogFiles(path: log.path))
        try loader.readAll()
        let reports = loader.applications.map { SparkReport($0, facts: loader.facts) }
        let text = SparkReport.json(reports)
        let root = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let applications = try #require(root["applications"] as? [[String: Any]])
        try #require(applications.count == 1)
        let summary = try #require(applications[0]["summary"] as? [String: Any])
        let expected = try #require(
            JSONSerialization.jsonObject(with: log.summary) as? [String: Any])
        var differences: [String] = []
        Self.compare(expected, summary, "", &differences)
        #expect(differences.prefix(20).joined(separator: "\n") == "")
    }

    @Test("the logs of the labelled jobs are read to their end, without a bad line")
    func local() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../shared/spark-events/local"
        ).standardizedFileURL.path
        for job in Self.folders(in: folder) {
            let log = try #require(EventLogFiles.logs(in: job).first)
            let loader = EventLogLoader(log)
            try loader.readAll()
            let application = loader.applications[0]
            #expect(loader.applications.count == 1)
            #expect(application.reading.badLines == 0, "\(job)")
            #expect(!application.reading.isTruncated, "\(job)")
            #expect(application.endedAt != nil, "\(job)")
            // A stream that is stopped leaves a task whose end is never logged.
            let running = application.runningTasks.count
            #expect(running <= 1)
            #expect(application.tasks.count + running == application.reading.taskStarts)
            #expect(loader.damagedPlaces == 0)
        }
    }

    private static func folders(in folder: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        return (names ?? []).sorted().map { folder + "/" + $0 }
    }

    /// Notes every expected value that is not found; keys that are not expected may be there.
    private static func compare(
        _ expected: Any, _ found: Any?, _ path: String, _ differences: inout [String]
    ) {
        if let object = expected as? [String: Any] {
            let other = found as? [String: Any] ?? [:]
            for (key, value) in object.sorted(by: { $0.key < $1.key }) {
                compare(value, other[key], path + "/" + key, &differences)
            }
            if path.contains("per_stage") || path.contains("events"), object.count != other.count {
                differences.append("\(path): keys \(other.keys.sorted())")
            }
        } else if let left = expected as? NSObject, let right = found as? NSObject, left == right {
            return
        } else {
            differences.append("\(path): expected \(expected), found \(found ?? "nothing")")
        }
    }
}
