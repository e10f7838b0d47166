import Foundation
import SparkAdvice
import SparkLog
import SparkSources
import Testing

@Suite("Advice on public and damaged logs")
struct PublicLogsTests {
    private static var logs: [EventLogFiles] {
        let events = LabelledLog.folder.appending(path: "spark-events")
        return [
            "public/spark", "public/sparklens", "public/spark-1.2-directories",
            "public/spark-rapids-tools", "generated",
        ].flatMap { part in
            let folder = events.appending(path: part).path
            return EventLogFiles.logs(in: folder)
                + ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
                .flatMap { EventLogFiles.logs(in: folder + "/" + $0) }
        }
    }

    @Test("no log of any version makes a finding that saves more than the application took")
    func noAbsurdFinding() throws {
        for log in Self.logs where log.bytes < 400 << 10 {
            let loader = EventLogLoader(log)
            try loader.readAll()
            for application in loader.applications {
                let profile = ApplicationProfile(application)
                for finding in SparkAdvisor.findings(in: profile) {
                    #expect(finding.saving.high <= profile.wall, "\(log.path) \(finding)")
                }
            }
        }
    }

    @Test("an application without tasks has no findings")
    func empty() {
        #expect(SparkAdvisor.findings(of: SparkApplication()) == [])
        #expect(ApplicationProfile(SparkApplication()).replayedWall == 0)
    }
}
