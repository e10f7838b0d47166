import Demo
import Domain
import Foundation
import PipelineFiles
import Testing

@Suite("The demo and the scaffold")
struct DemoTests {
    private static let checks = PipelineFileChecks(
        zoneExists: { _ in true }, checkCron: { _ in nil })

    /// The pipelines among `files`, read with their settings; every problem fails the test.
    private func pipelines(of files: [ProjectFile]) throws -> [Pipeline] {
        let settings = try #require(files.first { $0.path == "spillway.yml" })
        let (workspace, problems) = WorkspaceSettings.read(
            bytes: settings.bytes, file: settings.path)
        #expect(problems.map(\.report) == [])
        return try files.filter { $0.path.hasPrefix("pipelines/") }.map { file in
            let reading = PipelineFile.read(
                bytes: file.bytes, file: file.path, folder: ".", workspace: workspace,
                checks: Self.checks)
            #expect(reading.problems.map(\.report) == [])
            return try #require(reading.pipeline)
        }
    }

    @Test("the demo's files are those of its folder, byte by byte")
    func complete() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/Demo/Project")
        var found: Set<String> = [".gitignore"]
        let shipped = DemoProject.files + DemoProject.sparkFiles
        for file in shipped where file.path != ".gitignore" {
            let bytes = try Data(contentsOf: folder.appending(path: file.path))
            #expect([UInt8](bytes) == file.bytes, "\(file.path)")
            found.insert(file.path)
        }
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap {
            $0 as? String
        }
        let onDisk = (names ?? []).filter { $0.contains(".") }
        #expect(found == Set(onDisk + [".gitignore"]))
    }

    @Test("the demo's pipelines have no problems, and every file they name is shipped or made")
    func demoPipelines() throws {
        let files = DemoProject.files
        let pipelines = try pipelines(of: files)
        #expect(pipelines.map(\.name.name) == [DemoProject.mainPipeline, "freshness"])
        #expect(pipelines.map(\.tasks.count) == [15, 3])
        #expect(pipelines[1].schedule == .cron(["5 * * * *"]))
        let known = Set(files.map(\.path) + ["build/load.sql"])
        for task in pipelines.flatMap(\.tasks) {
            switch task.action {
            case .sql(.file(let path), _): #expect(known.contains(path))
            case .shell(let command):
                let words = command.split(separator: " ")
                if words.first == "sh" { #expect(known.contains(String(words[1]))) }
            default: break
            }
        }
    }

    @Test("the demo's Spark job is slow by a setting of its pipeline, which names a file shipped")
    func sparkPipeline() throws {
        let files = DemoProject.files + DemoProject.sparkFiles
        let pipeline = try #require(try pipelines(of: files).last)
        #expect(pipeline.name == "join_skew")
        guard case .spark(let task) = try #require(pipeline.tasks.first).action else {
            Issue.record("no Spark task")
            return
        }
        #expect(files.contains { $0.path == "jobs/join_skew.py" })
        #expect("\(task)".contains("jobs/join_skew.py"))
        #expect("\(task)".contains("spark.sql.adaptive.enabled"))
    }

    private var context: TemplateContext {
        TemplateContext(
            run: "manual__1", pipeline: "harbour_orders", task: "report",
            logicalDate: Instant(seconds: 0), dataIntervalStart: Instant(seconds: 0),
            dataIntervalEnd: Instant(seconds: 0), localDate: "1970-01-01",
            params: ["currency": "EUR", "pace": "1"])
    }

    @Test("every template of the demo can be rendered")
    func templates() throws {
        for file in DemoProject.files where file.path.hasPrefix("sql/") {
            let text = String(decoding: file.bytes, as: UTF8.self)
            let template = try Template.parse(text, params: ["currency", "pace"])
            #expect(!(try template.render(context)).contains("{{"))
        }
    }

    @Test("the scaffold is a sound project")
    func scaffold() throws {
        let pipeline = try #require(try pipelines(of: Scaffold.files).first)
        #expect(pipeline.name == "hello")
        #expect(pipeline.tasks.map(\.id.name) == ["greet", "count", "lines", "done"])
    }

    @Test("the demo's shell steps work, twice in a row, and the flaky one fails once")
    func shellSteps() throws {
        let folder = URL(filePath: NSTemporaryDirectory())
            .appending(path: "spillway-demo-\(ProcessInfo.processInfo.processIdentifier)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for file in DemoProject.files {
            let target = folder.appending(path: file.path)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.bytes).write(to: target)
        }
        let main = try #require(try pipelines(of: DemoProject.files).first)
        let order = try main.graph().topologicalOrder().map { main.tasks[$0] }
        var statements: [Data] = []
        for _ in 0..<2 {
            for task in order {
                guard case .shell(let text) = task.action else { continue }
                let command = try Template.parse(text, params: ["currency", "pace"])
                    .render(context)
                if task.id == "fetch_rates" {
                    #expect(try status(of: command, task: task.id, attempt: 1, in: folder) == 22)
                }
                #expect(
                    try status(of: command, task: task.id, attempt: 2, in: folder) == 0,
                    "\(task.id)")
            }
            statements.append(
                try Data(contentsOf: folder.appending(path: "build/load.sql")))
        }
        #expect(statements[0] == statements[1])
        let text = String(decoding: statements[0], as: UTF8.self)
        #expect(text.components(separatedBy: "\n    (1").count - 1 == 394)
        let report = try String(
            contentsOf: folder.appending(path: "out/report.txt"), encoding: .utf8)
        #expect(report.contains("  hamburg      15034.80  #############\n"))
    }

    private func status(
        of command: String, task: TaskID, attempt: Int, in folder: URL
    ) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "PACE": "0", "SPILLWAY_TASK": task.name,
            "SPILLWAY_ATTEMPT": "\(attempt)", "SPILLWAY_RUN_ID": "test",
        ]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
