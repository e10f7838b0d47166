import Foundation
import Glibc
import Testing

@Suite("Spark commands and tasks given what is no log, or no Spark")
struct SparkBadInputTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "SparkSourcesTests/Fixtures")

    private static func project() throws -> Project {
        try Project(["flow": "tasks: { a: { run: 'true' } }\n"])
    }

    @Test("a folder of unrelated files holds no log, and each of them is none")
    func unrelated() throws {
        let project = try Self.project()
        try project.write("other/a.txt", "hello\nworld\n")
        try project.write("other/data.json", #"{"Event": 5}"# + "\n[1, 2]\n")
        try project.write("other/empty", "")
        let folder = project.path + "/other"
        let apps = try project.spillway("spark", "apps", folder)
        #expect(apps.output.contains("no Spark event log"))
        let whole = try project.spillway("spark", "report", folder)
        #expect(whole.code == 2)
        #expect(whole.errors.contains("holds no Spark event log"))
        for name in ["a.txt", "empty"] {
            for command in ["report", "advise", "simulate"] {
                let outcome = try project.spillway("spark", command, folder + "/" + name)
                #expect(outcome.code == 2, "\(command) \(name)")
                #expect(outcome.errors.contains("holds no event of a Spark application"))
                #expect(outcome.output.isEmpty)
            }
        }
        let tail = try project.spillway("spark", "tail", folder + "/a.txt")
        #expect(tail.code == 2)
        #expect(tail.errors.contains("holds no event of a Spark application"))
    }

    @Test("a simulation is not corrected by what is no log, or no run of the same work")
    func corrections() throws {
        let project = try Self.project()
        let log = Self.fixtures.path + "/411-single-lzf"
        let (same, other) = ("411-single-zstd", "430-range-join-snappy")
        func simulate(_ name: String) throws -> Outcome {
            try project.spillway(
                "spark", "simulate", log, "--corrected-by", Self.fixtures.path + "/" + name)
        }
        #expect(try simulate(same).output.contains("by this log alone"))
        let outcome = try simulate(other)
        #expect(outcome.code == 2)
        #expect(outcome.errors.contains("\(other)' is no other run of the same work: "))
        #expect(outcome.output.isEmpty)
        try project.write("empty", "")
        let nothing = try project.spillway(
            "spark", "simulate", log, "--corrected-by", project.path + "/empty")
        #expect(nothing.code == 2)
        #expect(nothing.errors.contains("holds no event of a Spark application"))
    }

    @Test("a folder that is none, or may not be listed, is told")
    func noFolder() throws {
        let project = try Self.project()
        let missing = try project.spillway("spark", "apps", "nowhere")
        #expect(missing.code == 2)
        #expect(missing.errors.contains("no file or folder 'nowhere'"))
        try project.write("a.log", "x\n")
        let file = try project.spillway("spark", "apps", "a.log", "--json")
        #expect(file.code == 2)
        #expect(file.output.isEmpty && file.errors.contains("is a file, and no folder"))
    }

    @Test("a log of another application behind the first is told as one of its own")
    func appended() throws {
        let project = try Self.project()
        let logs = ["430-range-join-snappy"].flatMap { name -> [URL] in
            let folder = Self.fixtures.appending(path: name)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.filter { !$0.hasPrefix(".") }.map { folder.appending(path: $0) }
        }
        let first = try Data(contentsOf: try #require(logs.first))
        // Framed codecs can be put one behind the other; so can the logs in them.
        try (first + first).write(to: URL(filePath: project.path + "/both"))
        let report = try project.spillway("spark", "report", "both", "--json").json()
        #expect(report["applications"].list.count == 2)
        #expect(
            report["applications"][0]["summary"]["tasks"].number
                == report["applications"][1]["summary"]["tasks"].number)
    }

    @Test(
        "a spark-submit that hangs is ended when the task's time is up, and so is one that is proved"
    )
    func hanging() throws {
        let project = try Project.submitting("exec sleep 600", options: ", timeout: 1s")
        let child = try project.start(["run", "flow"])
        let ending = child.end(within: 120)
        #expect(ending == .exited(1), "\(child.output) \(child.errors)")
        let proof = try project.spillway(
            "spark", "prove", "--timeout", "1", "--", "bin/spark-submit", "job.py")
        #expect(proof.code == 2)
        #expect(proof.errors.contains("more than 1 second"), "\(proof.errors)")
    }

    @Test("an interrupt of a proof ends its job and all that it started")
    func interrupted() throws {
        let project = try Self.project()
        try project.writeSparkSubmit("sleep 600 & echo $! > job.pid\nwait")
        let child = try project.start(["spark", "prove", "--", "bin/spark-submit", "job.py"])
        var job: pid_t = 0
        try child.until("the job's pid") { _ in
            job = pid_t(project.read("job.pid").trimmingCharacters(in: .newlines)) ?? 0
            return job > 1
        }
        kill(child.pid, SIGINT)
        #expect(child.end(within: 20) == .exited(130), "\(child.errors)")
        #expect(child.errors.contains("interrupted: the job was ended"))
        #expect(hasEnded(job), "the job goes on")
    }

    @Test(
        "a task whose spark-submit writes no log ends as it ended, and says that none was written")
    func silent() throws {
        let project = try Project.submitting("exit 0")
        #expect(try project.spillway("run", "flow").code == 0)
        let log = try project.spillway("logs", "latest", "features").output
        #expect(log.contains("no event log"), "\(log)")
        #expect(
            try project.spillway("spark", "findings").output.contains("no profiled Spark task"))
    }

    @Test("a task without Spark on PATH fails and says how to get it")
    func noSpark() throws {
        let project = try Project([
            "flow": """
            env: { PATH: "/usr/bin:/bin", SPARK_HOME: "" }
            tasks:
              features: { spark: jobs/features.py }

            """
        ])
        #expect(try project.spillway("run", "flow").code == 1)
        let log = try project.spillway("logs", "latest", "features").output
        #expect(log.contains("pip install pyspark") && log.contains("SPARK_HOME"), "\(log)")
    }
}
