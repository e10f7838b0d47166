import Foundation
import SparkAdvice
import SparkLog
import SparkSources

/// Runs labelled jobs with different numbers of cores in one driver whose code is warm.
///
/// A JVM that has just begun spends more processor time on compiling than a job of seconds on its
/// work, and equal runs of it differ by 10 to 30 %: such runs measure the compiler. Clusters' JVMs
/// live for hours. So, as `measure.py` beside the jobs has it, one JVM runs them all, each in a new
/// context with a log of its own; the first rounds are not counted, and the order alternates.
struct WarmSparkRuns {
    /// One way of running a job.
    struct Way: Codable, Hashable {
        var job: String
        /// `slow`, `labelled` or `advised`.
        var name: String
        var cores: Int
        var isCured = false
        var settings: [String: String] = [:]
    }

    struct Run {
        var cores: Int
        /// Of the work, the context's start left out.
        var seconds: Double
        var profile: ApplicationProfile
    }

    var folder: String
    var python: String
    /// Where the logs go: `FOLDER/JOB/NAME-CORES-ROUND/`.
    var logs: String

    /// Runs jobs in all ways; what failed is said and left out.
    ///
    /// - Parameters:
    ///   - warmUps: rounds that are not counted, ≥ 1.
    ///   - rounds: that are counted.
    ///   - minutes: after which no further run begins.
    func run(_ ways: [Way], warmUps: Int, rounds: Int, minutes: Int64) throws {
        let plan = String(decoding: try JSONEncoder().encode(ways), as: UTF8.self)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            python, "-c", Self.script, folder, logs, "\(1 - warmUps)", "\(rounds)",
            "\(minutes * 60)", plan,
        ]
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }

    /// The counted runs of a job in one way, in no order.
    func runs(_ way: Way) throws -> [Run] {
        let folder = logs + "/" + way.job
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return try names.filter { $0.hasPrefix("\(way.name)-\(way.cores)-") }.compactMap { name in
            guard name.split(separator: "-").last.flatMap({ Int($0) }) != nil,
                let text = try? String(
                    contentsOfFile: folder + "/\(name)/seconds", encoding: .utf8),
                let seconds = Double(text),
                let log = EventLogFiles.logs(in: folder + "/\(name)/log").first
            else { return nil }
            let loader = EventLogLoader(log)
            try loader.readAll()
            guard let application = loader.mainApplication, application.endedAt != nil else {
                return nil
            }
            return Run(
                cores: way.cores, seconds: seconds, profile: ApplicationProfile(application))
        }
    }

    /// A run with another number of cores, against what the simulator says of it; milliseconds.
    struct Simulated {
        var cores: Int
        var said: Int64
        var range: ClosedRange<Int64>
        var measured: Int64

        var error: Double { Double(said - measured) / Double(max(1, measured)) }
        var text: String {
            "\(cores) core\(cores == 1 ? "" : "s") said \(said) ms, measured \(measured) ms "
                + "(\(String(format: "%+.0f", error * 100)) %)"
        }
    }

    /// Every run with the other numbers of cores, against the median of what those took.
    static func simulated(_ runs: [Run]) -> [Simulated] {
        let walls = Dictionary(grouping: runs, by: \.cores).mapValues { runs in
            Int64(median(runs.map { Double($0.profile.wall) }))
        }
        return runs.flatMap { run in
            walls.sorted { $0.key < $1.key }.filter { $0.key != run.cores }.map { cores, wall in
                let simulation = SparkSimulation(
                    run.profile, executors: [1], cores: [cores],
                    processors: ProcessInfo.processInfo.activeProcessorCount)
                let row = simulation.rows[0]
                return Simulated(
                    cores: cores, said: row.wall, range: min(row.low, row.high)...row.high,
                    measured: wall)
            }
        }
    }

    /// The error of every run taken as the forecast of the median of the others with its cores: what
    /// the machine's own unrest leaves of any forecast.
    static func unrest(_ runs: [Run]) -> [Double] {
        Dictionary(grouping: runs, by: \.cores).values.flatMap { runs in
            let walls = runs.map { Double($0.profile.wall) }
            return walls.indices.compactMap { index -> Double? in
                var others = walls
                let wall = others.remove(at: index)
                return others.isEmpty ? nil : wall / max(1, median(others)) - 1
            }
        }
    }

    private static let script = """
        import importlib.util, json, os, shutil, sys, tempfile, time
        folder, logs, first, last, seconds, plan = sys.argv[1:7]
        os.environ.update(SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable, PYTHONPATH=folder,
                          PYSPARK_SUBMIT_ARGS="--driver-memory 3g pyspark-shell")
        sys.path.insert(0, folder)
        from pyspark import SparkConf, SparkContext
        from pyspark.sql import SparkSession
        SparkContext._ensure_initialized()
        work, ways, jobs = tempfile.mkdtemp(), {}, {}
        for way in json.loads(plan):
            ways.setdefault(way["job"], []).append(way)
        for name in ways:
            spec = importlib.util.spec_from_file_location(name, "%s/jobs/%s.py" % (folder, name))
            jobs[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(jobs[name])
            os.makedirs("%s/%s" % (work, name))
            if hasattr(jobs[name], "prepare"):
                jobs[name].prepare("%s/%s" % (work, name))

        def run(way, number):
            job, place = jobs[way["job"]], work + "/" + way["job"]
            kept = "%s/%s/%s-%d-%s" % (logs, way["job"], way["name"], way["cores"],
                                       number if number > 0 else "warm-up%d" % -number)
            shutil.rmtree(place + "/out", ignore_errors=True)
            os.makedirs(kept + "/log")
            conf = {"spark.app.name": way["job"], "spark.ui.enabled": "false",
                    "spark.ui.showConsoleProgress": "false", "spark.local.dir": place + "/tmp",
                    "spark.sql.warehouse.dir": place + "/wh", "spark.driver.host": "127.0.0.1",
                    "spark.driver.bindAddress": "127.0.0.1", "spark.eventLog.enabled": "true",
                    "spark.eventLog.dir": "file://" + os.path.abspath(kept + "/log"),
                    "spark.eventLog.rolling.enabled": "false", "spark.eventLog.compress": "false"}
            conf.update(job.BASE)
            conf.update(job.TUNED if way["isCured"] else job.UNTUNED)
            conf.update(way["settings"])
            settings = SparkConf().setMaster("local[%d]" % way["cores"])
            for key, value in conf.items():
                settings.set(key, value)
            context = SparkContext(conf=settings)
            context.setLogLevel("OFF")
            try:
                session = SparkSession(context)
                began = time.time()
                job.run(session, place, way["isCured"])
                took = time.time() - began
            finally:
                SparkSession(context).stop()
            open(kept + "/seconds", "w").write("%.3f" % took)
            print("%s, %s on %d, round %d: %.1f s" % (way["job"], way["name"], way["cores"], number, took),
                  flush=True)

        end = time.time() + float(seconds)
        for number in range(int(first), int(last) + 1):
            for place, name in enumerate(ways):
                turned = (number + place) % 2 == 1
                for way in reversed(ways[name]) if turned else ways[name]:
                    if time.time() > end:
                        sys.exit(0)
                    try:
                        run(way, number)
                    except Exception as error:
                        print("%s, %s, round %d failed: %r" % (name, way["name"], number, error), flush=True)
        shutil.rmtree(work, ignore_errors=True)
        """
}
