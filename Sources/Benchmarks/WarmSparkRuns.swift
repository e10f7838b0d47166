import Foundation
import SparkAdvice
import SparkLog
import SparkSources

/// Runs labelled jobs with different numbers of cores in one driver whose code is warm.
///
/// A JVM that has just begun spends more processor time on compiling than a job of seconds on its
/// work, and equal runs of it differ by 10 to 30 %: such runs measure the compiler. Clusters' JVMs
/// live for hours. So, as `measure.py` beside the jobs has it, one JVM runs them all, each in a new
/// context with a log of its own; the first round is not counted, and the order alternates.
struct WarmSparkRuns {
    struct Run {
        var cores: Int
        var profile: ApplicationProfile
    }

    var folder: String
    var python: String
    /// Where the logs go: `FOLDER/JOB/CORES-ROUND/`.
    var logs: String

    /// Runs all jobs; what failed is said and left out.
    ///
    /// - Parameters:
    ///   - rounds: that are counted.
    ///   - minutes: after which no further run begins.
    func run(_ jobs: [String], cores: [Int], rounds: Int, minutes: Int64) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            [python, "-c", Self.script, folder, logs, "\(rounds)", "\(minutes * 60)"]
            + [cores.map { "\($0)" }.joined(separator: ",")] + jobs
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }

    /// The counted runs of a job, in no order.
    func runs(of job: String) throws -> [Run] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: logs + "/" + job)) ?? []
        return try names.compactMap { name in
            let parts = name.split(separator: "-").compactMap { Int($0) }
            guard parts.count == 2, parts[1] > 0 else { return nil }
            guard let log = EventLogFiles.logs(in: logs + "/\(job)/\(name)").first else {
                return nil
            }
            let loader = EventLogLoader(log)
            try loader.readAll()
            guard let application = loader.mainApplication, application.endedAt != nil else {
                return nil
            }
            return Run(cores: parts[0], profile: ApplicationProfile(application))
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
            let sorted = runs.map(\.profile.wall).sorted()
            return (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
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

    private static let script = """
        import importlib.util, os, shutil, sys, tempfile, time
        folder, logs, rounds, seconds, cores = sys.argv[1:6]
        os.environ.update(SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable, PYTHONPATH=folder,
                          PYSPARK_SUBMIT_ARGS="--driver-memory 3g pyspark-shell")
        sys.path.insert(0, folder)
        from pyspark import SparkConf, SparkContext
        from pyspark.sql import SparkSession
        SparkContext._ensure_initialized()
        work = tempfile.mkdtemp()
        jobs = {}
        for name in sys.argv[6:]:
            spec = importlib.util.spec_from_file_location(name, "%s/jobs/%s.py" % (folder, name))
            jobs[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(jobs[name])
            os.makedirs("%s/%s" % (work, name))
            if hasattr(jobs[name], "prepare"):
                jobs[name].prepare("%s/%s" % (work, name))

        def run(name, count, number):
            job, place, log = jobs[name], work + "/" + name, "%s/%s/%d-%d" % (logs, name, count, number)
            shutil.rmtree(place + "/out", ignore_errors=True)
            os.makedirs(log)
            conf = {"spark.app.name": name, "spark.ui.enabled": "false", "spark.local.dir": place + "/tmp",
                    "spark.ui.showConsoleProgress": "false", "spark.sql.warehouse.dir": place + "/wh",
                    "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
                    "spark.eventLog.enabled": "true", "spark.eventLog.dir": "file://" + os.path.abspath(log),
                    "spark.eventLog.rolling.enabled": "false", "spark.eventLog.compress": "false"}
            conf.update(job.BASE)
            conf.update(job.UNTUNED)
            settings = SparkConf().setMaster("local[%d]" % count)
            for key, value in conf.items():
                settings.set(key, value)
            context = SparkContext(conf=settings)
            context.setLogLevel("OFF")
            began = time.time()
            try:
                job.run(SparkSession(context), place, False)
                print("%s on %d, round %d: %.1f s" % (name, count, number, time.time() - began), flush=True)
            finally:
                SparkSession(context).stop()

        end = time.time() + float(seconds)
        counts = [int(count) for count in cores.split(",")]
        for number in range(int(rounds) + 1):
            for place, name in enumerate(jobs):
                turned = (number + place) % 2 == 1
                for count in reversed(counts) if turned else counts:
                    if time.time() > end:
                        sys.exit(0)
                    try:
                        run(name, count, number)
                    except Exception as error:
                        print("%s on %d, round %d failed: %r" % (name, count, number, error), flush=True)
        shutil.rmtree(work, ignore_errors=True)
        """
}
