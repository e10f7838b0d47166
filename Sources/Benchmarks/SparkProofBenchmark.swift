import Foundation
import SparkAdvice
import SparkLog
import SparkSources

/// Advice on real jobs with known cures, and the simulator against runs with other cores.
///
/// `FOLDER [--python PYTHON] [--job NAME]… [--pairs N] [--quick] [--minutes M] [--keep FILE]
/// [--logs FOLDER]`:
/// FOLDER holds `run.py` and `truth.json`; PYTHON needs pyspark. Settings are applied to the slow job;
/// where the cure is in the program, the cured variant stands for it. Jobs for a cluster run where
/// one answers at its address. `--quick` takes the jobs whose cure is labelled as shown and that
/// are timed in seconds, the shortest first. Nothing begins after M minutes (60). FILE keeps a line
/// of JSON for each job and pair; what stands in it is not run again. `--logs` keeps every run's log.
///
/// Figures come out, also after a break: first findings whose cure brings at least half of what the
/// labelled one brings, gains in the promised range, and, of the jobs that run in one process,
/// simulated walls within 10 % of the median of three measured ones; see ``WarmSparkRuns``.
func runSparkProofBenchmark(arguments: [String]) throws {
    var plan = SparkProofPlan()
    guard plan.read(arguments) else {
        print(
            "Usage: spillway-bench spark-proof FOLDER [--python PYTHON] [--job NAME] [--pairs N] "
                + "[--quick] [--minutes M] [--keep FILE] [--logs FOLDER]")
        return
    }
    let clock = ContinuousClock()
    let begun = clock.now
    func say(_ text: String) {
        let seconds = (clock.now - begun).components.seconds
        print("[\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)] \(text)")
        fflush(nil)
    }
    let jobs = try plan.jobs()
    var tally = SparkProofTally()
    for pair in 1...max(1, plan.pairs) {
        for (number, job) in jobs.enumerated() {
            let key = "\(job.name)/\(pair)"
            if let kept = plan.kept(key) {
                say("\(key): kept from before")
                tally.add(kept)
                continue
            }
            guard (clock.now - begun).components.seconds < plan.minutes * 60 else {
                say("\(key): left out, the time is over")
                continue
            }
            let runner = SparkJobRunner(
                folder: plan.folder, python: plan.python, job: job.name, logs: plan.logs)
            guard runner.isLocal || SparkJobRunner.hasCluster() else {
                say("\(key): left out, no cluster answers at 127.0.0.1:7077")
                continue
            }
            guard let result = try runner.result(of: job, say: say) else {
                say("\(key): did not run")
                continue
            }
            plan.keep(result, as: key)
            tally.add(result)
            say("\(number + 1) of \(jobs.count), pair \(pair): \(result.text)")
            say(tally.text)
        }
    }
    let local = jobs.map(\.name).filter {
        SparkJobRunner(folder: plan.folder, python: plan.python, job: $0, logs: nil).isLocal
    }
    let left = plan.minutes - (clock.now - begun).components.seconds / 60
    if !local.isEmpty, left > 0 { try simulate(local, plan, minutes: left, say: say) }
    print(tally.text)
}

/// Runs jobs on one core and on two, and compares each run with what is simulated from the others.
private func simulate(
    _ jobs: [String], _ plan: SparkProofPlan, minutes: Int64, say: (String) -> Void
) throws {
    let scratch = NSTemporaryDirectory() + "spark-warm-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let warm = WarmSparkRuns(
        folder: plan.folder, python: plan.python, logs: plan.logs.map { $0 + "/warm" } ?? scratch)
    say("on two cores and on one, warm")
    try warm.run(jobs, cores: [2, 1], rounds: 3, minutes: minutes)
    var all: [WarmSparkRuns.Simulated] = []
    for job in jobs {
        let simulated = WarmSparkRuns.simulated(try warm.runs(of: job))
        for wall in simulated { say("\(job): \(wall.text)") }
        all += simulated
    }
    let close = all.filter { abs($0.error) <= 0.10 }.count
    let likely = all.filter { $0.range.contains($0.measured) }.count
    let mean = all.reduce(0) { $0 + abs($1.error) } / Double(max(1, all.count))
    print(
        "simulated wall within 10 %: \(close) of \(all.count), within its range: \(likely); mean "
            + "error \(String(format: "%.1f", mean * 100)) %")
}

/// What to run.
private struct SparkProofPlan {
    struct Job {
        var name: String
        var family: String
        var isShown: Bool
        /// Seconds of the slow and the cured variant, as labelled.
        var seconds: Double
    }

    var folder = ""
    var python = "python3"
    var names: [String] = []
    var pairs = 1
    var isQuick = false
    var minutes: Int64 = 60
    var logs: String?
    private var path: String?
    private var results: [String: SparkProofResult] = [:]

    mutating func read(_ arguments: [String]) -> Bool {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--python": python = rest.popFirst() ?? python
            case "--job": if let job = rest.popFirst() { names.append(job) }
            case "--pairs": pairs = rest.popFirst().flatMap { Int($0) } ?? pairs
            case "--minutes": minutes = rest.popFirst().flatMap { Int64($0) } ?? minutes
            case "--quick": isQuick = true
            case "--keep": path = rest.popFirst()
            case "--logs": logs = rest.popFirst()
            default: folder = argument
            }
        }
        if let path, let text = try? String(contentsOfFile: path, encoding: .utf8) {
            for line in text.split(separator: "\n") {
                let kept = try? JSONDecoder().decode(
                    [String: SparkProofResult].self, from: Data(line.utf8))
                results.merge(kept ?? [:]) { $1 }
            }
        }
        return !folder.isEmpty
    }

    func kept(_ key: String) -> SparkProofResult? { results[key] }

    func keep(_ result: SparkProofResult, as key: String) {
        guard let path, let line = try? JSONEncoder().encode([key: result]) else { return }
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        guard let handle = FileHandle(forWritingAtPath: path) else {
            return print("  '\(path)' cannot be written: nothing is kept")
        }
        defer { try? handle.close() }
        do {
            try handle.seekToEnd()
            try handle.write(contentsOf: line + Data("\n".utf8))
        } catch {
            print("  '\(path)' cannot be written: \(error)")
        }
    }

    func jobs() throws -> [Job] {
        let data = try Data(contentsOf: URL(filePath: folder + "/truth.json"))
        let truth = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let all = (truth?["jobs"] as? [[String: Any]] ?? []).compactMap { entry -> Job? in
            guard let name = entry["job"] as? String, let family = entry["family"] as? String
            else { return nil }
            let times = ["work_s_untuned", "work_s_tuned"].map {
                (entry[$0] as? [Double] ?? []).min() ?? 60
            }
            return Job(
                name: name, family: family, isShown: entry["effect"] as? String == "shown",
                seconds: times[0] + times[1])
        }.filter { names.isEmpty || names.contains($0.name) }
        guard isQuick else { return all }
        return all.filter { $0.isShown && $0.seconds < 20 }.sorted { $0.seconds < $1.seconds }
    }
}

/// What came of one job.
struct SparkProofResult: Codable {
    var job: String
    var found: String
    var isRight: Bool
    var isShown: Bool
    /// Seconds.
    var slow: Double
    var cured: Double?
    var labelled: Double?
    var low: Double = 0
    var high: Double = 0
    var isCuredVariant = false

    var gain: Double? { cured.map { slow - $0 } }
    var isEnough: Bool {
        guard let gain, let labelled else { return false }
        return gain >= (slow - labelled) / 2
    }
    var isInRange: Bool { gain.map { (low...max(low, high)).contains($0) } ?? false }

    var text: String {
        func seconds(_ value: Double?) -> String {
            value.map { String(format: "%.1f s", $0) } ?? "-"
        }
        let cure =
            cured == nil
            ? "" : ", advised \(seconds(cured))\(isCuredVariant ? " (cured variant)" : "")"
        let range =
            gain == nil
            ? "" : "; saved \(seconds(gain)) of promised \(seconds(low)) to \(seconds(high))"
        return "\(job): \(found)\(isRight ? "" : " WRONG"), \(seconds(slow))\(cure), labelled cure "
            + "\(seconds(labelled))\(range)"
    }
}

private struct SparkProofTally {
    private var results: [SparkProofResult] = []

    mutating func add(_ result: SparkProofResult) { results.append(result) }

    var text: String {
        let shown = results.filter { $0.isShown && $0.cured != nil }
        return "first finding right: \(results.filter(\.isRight).count) of \(results.count); "
            + "at least half the labelled gain: \(shown.filter(\.isEnough).count) of \(shown.count); "
            + "gain in the promised range: \(shown.filter(\.isInRange).count) of \(shown.count)"
    }
}

extension SparkJobRunner {
    /// Runs the job as it is, with the advice, and with the labelled cure.
    fileprivate func result(
        of job: SparkProofPlan.Job, say: (String) -> Void
    ) throws -> SparkProofResult? {
        say("\(job.name): as it is")
        guard let slow = try run("slow"), let application = slow.application else { return nil }
        let profile = ApplicationProfile(application)
        let first = SparkAdvisor.findings(in: profile).first
        let found = first?.rule.rawValue ?? "none"
        var result = SparkProofResult(
            job: job.name, found: found, isRight: found == job.family, isShown: job.isShown,
            slow: slow.seconds)
        if let first, job.family != "none" {
            result.low = Double(first.saving.low) / 1000
            result.high = Double(first.saving.high) / 1000
            say("\(job.name): with the labelled cure")
            result.labelled = try run("labelled", ["--variant", "tuned"])?.seconds
            let settings = first.settings.flatMap { ["--conf", "\($0.key)=\($0.value)"] }
            result.isCuredVariant = settings.isEmpty
            if settings.isEmpty {
                result.cured = result.labelled
            } else {
                say(
                    "\(job.name): with \(settings.filter { $0 != "--conf" }.joined(separator: " "))"
                )
                result.cured = try run("advised", settings)?.seconds
            }
        }
        return result
    }
}
