import Foundation
import Testing

@Suite("Following a running Spark application")
struct SparkTailTests {
    private static let head = """
        {"Event":"SparkListenerLogStart","Spark Version":"4.1.1"}
        {"Event":"SparkListenerApplicationStart","App Name":"orders","App ID":"app-7","Timestamp":1000}
        {"Event":"SparkListenerExecutorAdded","Timestamp":1100,"Executor ID":"driver","Executor Info":{"Host":"h1","Total Cores":2}}

        """

    private static func job(_ number: Int) -> String {
        """
        {"Event":"SparkListenerJobStart","Job ID":\(number),"Submission Time":2000,"Stage Infos":[],"Stage IDs":[\(number)]}

        """
    }

    private static let end = """
        {"Event":"SparkListenerApplicationEnd","Timestamp":9000}

        """

    private func append(_ text: String, to path: String) throws {
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    @Test("what is appended is told while it is being written, also a line that comes in halves")
    func single() throws {
        let project = try Project([:])
        try project.write("events/app-7.inprogress", Self.head)
        let log = project.path + "/events/app-7.inprogress"
        let child = try project.start("spark", "tail", "events/app-7.inprogress")
        try child.until("the application") { $0.output.contains("app-7 orders") }
        try append(Self.job(3), to: log)
        try child.until("job 3") { $0.output.contains("job 3 began") }
        let line = Self.job(4)
        let half = line.index(line.startIndex, offsetBy: 40)
        try append(String(line[..<half]), to: log)
        try append(String(line[half...]), to: log)
        try child.until("job 4") { $0.output.contains("job 4 began") }
        // Spark drops the suffix after the last event.
        try append(Self.end, to: log)
        try FileManager.default.moveItem(
            atPath: log, toPath: project.path + "/events/app-7")
        #expect(child.end() == .exited(0))
        #expect(child.output.contains("ended after"))
    }

    @Test("the pieces of a rolled log are followed one after the other")
    func rolling() throws {
        let project = try Project([:])
        let folder = "events/eventlog_v2_app-7"
        try project.write(folder + "/appstatus_app-7.inprogress", "")
        try project.write(folder + "/events_9_app-7", Self.head)
        let child = try project.start("spark", "tail", folder)
        try child.until("the application") { $0.output.contains("app-7 orders") }
        try project.write(folder + "/events_10_app-7", Self.job(5))
        try child.until("job 5") { $0.output.contains("job 5 began") }
        try project.write(folder + "/events_11_app-7", Self.job(6) + Self.end)
        #expect(child.end() == .exited(0))
        #expect(child.output.contains("job 6 began"))
    }

    @Test("a file that is begun anew is told from its start, and one that is complete is left")
    func begunAnew() throws {
        let project = try Project([:])
        try project.write("events/app-7.inprogress", Self.head + Self.job(1))
        let log = project.path + "/events/app-7.inprogress"
        let child = try project.start("spark", "tail", "events/app-7.inprogress")
        try child.until("job 1") { $0.output.contains("job 1 began") }
        // In place, and longer than before: only its beginning tells.
        let handle = try FileHandle(forWritingTo: URL(filePath: log))
        try handle.truncate(atOffset: 0)
        try handle.write(
            contentsOf: Data(
                (Self.head.replacing("app-7", with: "app-8") + (1...4).map(Self.job).joined()).utf8)
        )
        try handle.close()
        try child.until("job 4") { $0.output.contains("job 4 began") }
        #expect(child.output.contains("app-8 orders"))
        // Spark has ended without its last event.
        try FileManager.default.moveItem(atPath: log, toPath: project.path + "/events/app-7")
        #expect(child.end() == .exited(0))
        #expect(child.output.contains("tells no end of the application"))
    }

    @Test("a log that is taken away ends the following with a word")
    func takenAway() throws {
        let project = try Project([:])
        try project.write("events/app-7.inprogress", Self.head)
        let child = try project.start("spark", "tail", "events/app-7.inprogress")
        try child.until("the application") { $0.output.contains("app-7 orders") }
        try FileManager.default.removeItem(atPath: project.path + "/events/app-7.inprogress")
        #expect(child.end() == .exited(2))
        #expect(child.errors.contains("There is no file or folder"))
    }
}
