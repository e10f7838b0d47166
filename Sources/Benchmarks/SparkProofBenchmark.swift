import Foundation
import SparkAdvice
import SparkLog
import SparkSources

/// Advice on real jobs with known cures, and the simulator against runs with other cores.
///
/// `FOLDER [--python PYTHON] [--job NAME]… [--warm-ups N] [--rounds N] [--quick] [--minutes M]
/// [--logs FOLDER]`: FOLDER holds `run.py` and `truth.json`; PYTHON needs pyspark. Settings are applied
/// to the slow job; where the cure is in the program, the cured variant stands for it. Each job runs
/// once as it is for what there is to advise; those of one process then N (3) times in every way in a
/// warm driver, see ``WarmSparkRuns``, and medians are compared. Jobs for a cluster run once more in every way where
/// one answers at its address. `--quick` takes the jobs whose cure is labelled as shown and that
/// are timed in seconds, the shortest first. Nothing begins after M minutes (60). `--logs` keeps
/// every run's log.
///
/// Figures come out, also after a break: first findings that are right and whose cure brings at least
/// half of what the labelled one brings, gains in the promised range, and simulated walls within 10 %
/// of the median of the measured ones. Beside these stands the floor of the machine on that day: how
/// many runs were within 10 % of the median of their equals.
func runSparkProofBenchmark(arguments: [String]) throws {
    var plan = SparkProofPlan()
    guard plan.read(arguments) else {
        print(
            "Usage: spillway-bench spark-proof FOLDER [--python PYTHON] [--job NAME] [--warm-ups N] "
                + "[--rounds N] [--quick] [--minutes M] [--logs FOLDER]")
        return
    }
    let clock = ContinuousClock()
    let begun = clock.now
    func say(_ text: String) {
        let seconds = (clock.now - begun).components.seconds
        print("[\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)] \(text)")
        fflush(nil)
    }
    func minutesLeft() -> Int64 { plan.minutes - (clock.now - begun).components.seconds / 60 }
    var tally = SparkProofTally()
    var local: [(job: SparkProofPlan.Job, settings: [String: String])] = []
    for job in try plan.jobs() {
        guard minutesLeft() > 0 else {
            say("\(job.name): left out, the time is over")
            continue
        }
        let runner = SparkJobRunner(
            folder: plan.folder, python: plan.python, job: job.name, logs: plan.logs)
        guard runner.isLocal || SparkJobRunner.hasCluster() else {
            say("\(job.name): left out, no cluster answers at 127.0.0.1:7077")
            continue
        }
        say("\(job.name): as it is")
        guard let slow = try runner.run("slow"), let application = slow.application else {
            say("\(job.name): did not run")
            continue
        }
        var result = SparkProofResult(
            job: job.name, family: job.family, isShown: job.isShown, slow: slow.seconds,
            profile: ApplicationProfile(application))
        if runner.isLocal {
            local.append((job, result.settings))
            continue
        }
        result.labelled = try runner.run("labelled", ["--variant", "tuned"])?.seconds
        let settings = result.settings.flatMap { ["--conf", "\($0.key)=\($0.value)"] }
        result.cured =
            settings.isEmpty ? result.labelled : try runner.run("advised", settings)?.seconds
        tally.add(result)
        say(result.text)
    }
    if !local.isEmpty, minutesLeft() > 0 {
        try prove(local, plan, minutes: minutesLeft(), &tally, say: say)
    }
    print(tally.text)
}

/// Runs jobs of one process in every way, each as often as the others.
private func prove(
    _ jobs: [(job: SparkProofPlan.Job, settings: [String: String])], _ plan: SparkProofPlan,
    minutes: Int64, _ tally: inout SparkProofTally, say: (String) -> Void
) throws {
    let scratch = NSTemporaryDirectory() + "spark-warm-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let warm = WarmSparkRuns(
        folder: plan.folder, python: plan.python, logs: plan.logs.map { $0 + "/warm" } ?? scratch)
    func ways(_ job: String, _ settings: [String: String]) -> [WarmSparkRuns.Way] {
        let all = [
            WarmSparkRuns.Way(job: job, name: "slow", cores: 2),
            WarmSparkRuns.Way(job: job, name: "slow", cores: 1),
            WarmSparkRuns.Way(job: job, name: "labelled", cores: 2, isCured: true),
            WarmSparkRuns.Way(job: job, name: "advised", cores: 2, settings: settings),
        ]
        return settings.isEmpty ? Array(all.prefix(3)) : all
    }
    say("in a warm driver, each way \(plan.rounds) times")
    try warm.run(
        jobs.flatMap { ways($0.job.name, $0.settings) }, warmUps: plan.warmUps, rounds: plan.rounds,
        minutes: minutes)
    for (job, settings) in jobs {
        let runs = try ways(job.name, settings).map { try warm.runs($0) }
        let slow = runs[0].sorted { $0.seconds < $1.seconds }
        guard !slow.isEmpty else {
            say("\(job.name): did not run")
            continue
        }
        let typical = slow[slow.count / 2]
        var result = SparkProofResult(
            job: job.name, family: job.family, isShown: job.isShown, slow: typical.seconds,
            profile: typical.profile)
        let seconds = runs.map { $0.isEmpty ? nil : median($0.map(\.seconds)) }
        result.labelled = seconds[2]
        // What the warm run advises is what the first one did, or its gain is not known.
        if result.settings == settings {
            result.cured = settings.isEmpty ? seconds[2] : seconds[3]
        }
        let simulated = WarmSparkRuns.simulated(runs[0] + runs[1])
        for wall in simulated { say("\(job.name): \(wall.text)") }
        tally.add(result)
        tally.add(simulated, unrest: WarmSparkRuns.unrest(runs[0] + runs[1]))
        say(result.text)
    }
}

/// What to run.
struct SparkProofPlan {
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
    var warmUps = 1
    var rounds = 3
    var isQuick = false
    var minutes: Int64 = 60
    var logs: String?

    mutating func read(_ arguments: [String]) -> Bool {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--python": python = rest.popFirst() ?? python
            case "--job": if let job = rest.popFirst() { names.append(job) }
            case "--warm-ups":
                warmUps = rest.popFirst().flatMap { Int($0) }.map { max(1, $0) } ?? warmUps
            case "--rounds": rounds = rest.popFirst().flatMap { Int($0) } ?? rounds
            case "--minutes": minutes = rest.popFirst().flatMap { Int64($0) } ?? minutes
            case "--quick": isQuick = true
            case "--logs": logs = rest.popFirst()
            default: folder = argument
            }
        }
        // Jobs run in folders of their own.
        folder = Self.absolute(folder)
        if python.contains("/") { python = Self.absolute(python) }
        logs = logs.map(Self.absolute)
        return !folder.isEmpty
    }

    private static func absolute(_ path: String) -> String {
        path.isEmpty || path.hasPrefix("/")
            ? path : FileManager.default.currentDirectoryPath + "/" + path
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
