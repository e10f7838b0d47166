import Foundation
import SparkAdvice
import SparkLog
import SparkSources
import Testing

/// A log of a job whose trouble is known, or of the same job cured.
struct LabelledLog: Sendable, CustomTestStringConvertible {
    var path: String
    var name: String
    /// The rule that must come first; nil for jobs with nothing to cure.
    var rule: String?
    var isCured: Bool
    var testDescription: String { name }

    static let folder =
        ProcessInfo.processInfo.environment["SPARK_SHARED"].map { URL(filePath: $0) }
        ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared")
        .standardizedFileURL

    static let all: [LabelledLog] = {
        guard
            let data = try? Data(contentsOf: folder.appending(path: "spark-jobs/truth.json")),
            let truth = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let jobs = truth["jobs"] as? [[String: Any]]
        else { return [] }
        let local = folder.appending(path: "spark-events/local").path
        return jobs.flatMap { job -> [LabelledLog] in
            guard let name = job["job"] as? String, let family = job["family"] as? String else {
                return []
            }
            return ["untuned", "tuned", "untuned-spark35"].compactMap { variant in
                let path = local + "/\(name)-\(variant)"
                guard let log = EventLogFiles.logs(in: path).first else { return nil }
                return LabelledLog(
                    path: log.path, name: "\(name)-\(variant)",
                    rule: family == "none" ? nil : family, isCured: variant == "tuned")
            }
        }
    }()

    func application() throws -> SparkApplication {
        let loader = EventLogLoader(try EventLogFiles(path: path))
        try loader.readAll()
        return loader.applications[0]
    }
}

@Suite("Advice on the labelled jobs", .enabled(if: !LabelledLog.all.isEmpty))
struct LabelledJobsTests {
    @Test(
        "the known trouble comes first with a sound estimate, a cured or healthy job has no finding",
        arguments: LabelledLog.all)
    func first(_ log: LabelledLog) throws {
        let profile = ApplicationProfile(try log.application())
        // Estimates are differences of replays: an unchanged one must take the recorded time.
        let error = Double(profile.replayedWall - profile.wall) / Double(profile.wall)
        #expect(abs(error) < 0.08, "recorded \(profile.wall), replayed \(profile.replayedWall)")

        let findings = SparkAdvisor.findings(in: profile)
        guard let rule = log.rule, !log.isCured else { return #expect(findings == []) }
        #expect(findings.first?.rule.rawValue == rule)
        for finding in findings {
            #expect(!finding.title.isEmpty && !finding.evidence.isEmpty && !finding.changes.isEmpty)
            #expect(finding.saving.low <= finding.saving.high)
            #expect(finding.saving.high <= profile.wall)
            #expect((0...1).contains(finding.confidence))
        }
    }
}
