import SparkLog

/// One application of a running driver, or of a server that does not hand out its log: what the API
/// tells of it, asked again and again.
///
/// What is known does not change is asked once: the tasks of stages and the plans of queries that
/// have ended. So a look at a large application costs a few short lists.
struct ServedApplication {
    typealias Object = RESTLines.Object

    private let source: RESTSource
    private let id: String
    private let attempt: String?
    private var environment: Object?
    /// By `stage.attempt`: what the list said of it, and the lines of its tasks.
    private var tasks: [String: (state: [Int], lines: [UInt8], count: Int)] = [:]
    private var queries: [Int: Object] = [:]
    private var last: [UInt8] = []
    private var hasQueries = true

    /// Tasks that are asked for in one document; more come stage by stage.
    private static let mostTasksAtOnce = 20_000

    init(_ source: RESTSource, id: String, attempt: String?) {
        (self.source, self.id, self.attempt) = (source, id, attempt)
    }

    private var path: String {
        "/applications/" + RESTSource.escaped(id)
            + (attempt.map { "/" + RESTSource.escaped($0) } ?? "")
    }

    /// What the API tells now; nil where that is what it told last time.
    ///
    /// - Parameter isWanted: asked between two questions; false gives up and returns nil.
    mutating func look(
        isWanted: () -> Bool = { true }, progress: (Double) -> Void = { _ in }
    ) throws(RemoteError) -> LoadedEventLog? {
        let application = try source.object("/applications/" + RESTSource.escaped(id))
        let attempts = application["attempts"] as? [Object] ?? []
        let own = attempts.first { attempt == nil || $0["attemptId"] as? String == attempt } ?? [:]
        let known: Object
        if let environment {
            known = environment
        } else {
            known = try source.object(path + "/environment")
            environment = known
        }
        let executors = try source.objects(path + "/allexecutors")
        // Stages first: what a job says of a stage must not be older than the stage.
        let listed = try source.objects(path + "/stages")
        let jobs = try source.objects(path + "/jobs").sorted { Self.id($0) < Self.id($1) }
        let storage = (try? source.objects(path + "/storage/rdd")) ?? []
        try readQueries()
        let stages = RESTStages(listed, jobs: jobs, storage: storage)
        guard try readTasks(of: stages, isWanted: isWanted, progress: progress) else { return nil }

        var head = RESTLines(application: application, attempt: own)
        head.environment(known)
        head.executors(executors)
        let ordered = queries.sorted { $0.key < $1.key }.map(\.value)
        head.begin(queries: ordered)
        head.begin(jobs: jobs, stages: stages)
        var bytes = RESTLines.bytes(head.lines)
        for stage in stages.listed {
            let key = RESTStages.key(stage)
            let events = RESTLines.events(of: stage, stages)
            bytes += RESTLines.bytes(events.begin)
            bytes += tasks[key]?.lines ?? []
            bytes += RESTLines.bytes(events.end)
        }
        head.lines = []
        head.end(jobs: jobs, stages: stages)
        head.end(queries: ordered)
        head.end()
        bytes += RESTLines.bytes(head.lines)
        guard bytes != last else { return nil }
        last = bytes
        var reader = EventLogReader()
        reader.feed(bytes)
        reader.finish()
        let read = reader.currentApplication
        let facts = SparkLogFacts(
            layout: SparkLogFacts.restLayout,
            isInProgress: !(own["completed"] as? Bool ?? false) && read.endedAt == nil,
            files: 0, bytes: 0, codec: "none", notTold: notTold(jobs: jobs, stages: stages))
        return LoadedEventLog(applications: [read], facts: facts)
    }

    private static func id(_ job: Object) -> Int { job["jobId"] as? Int ?? 0 }

    /// Asks for the queries that are new or had not ended.
    private mutating func readQueries() throws(RemoteError) {
        guard hasQueries else { return }
        let options = "?details=false&planDescription=false&offset=0&length=1000000"
        guard let listed = try source.objectsIfAny(path + "/sql" + options) else {
            hasQueries = false
            return
        }
        let ids = Set(listed.compactMap { $0["id"] as? Int })
        queries = queries.filter { ids.contains($0.key) }
        let wanted = listed.filter { query in
            guard let id = query["id"] as? Int, let known = queries[id] else { return true }
            return known["status"] as? String == "RUNNING"
                || known["status"] as? String != query["status"] as? String
        }
        if wanted.count > 3 {
            let all = try source.objectsIfAny(
                path + "/sql?details=true&planDescription=false&offset=0&length=1000000")
            for query in all ?? listed { if let id = query["id"] as? Int { queries[id] = query } }
            return
        }
        for query in wanted {
            guard let id = query["id"] as? Int else { continue }
            queries[id] =
                try source.objectIfAny(path + "/sql/\(id)?details=true&planDescription=false")
                ?? query
        }
    }

    /// What of a stage's place in the list tells that its tasks have changed.
    private static func state(_ stage: Object) -> [Int] {
        let counts = ["numActiveTasks", "numCompleteTasks", "numFailedTasks", "numKilledTasks"]
        return counts.map { stage[$0] as? Int ?? 0 } + [stage["completionTime"] == nil ? 0 : 1]
    }

    /// Whether all that was wanted was read.
    private mutating func readTasks(
        of stages: RESTStages, isWanted: () -> Bool, progress: (Double) -> Void
    ) throws(RemoteError) -> Bool {
        let keys = Set(stages.listed.map(RESTStages.key))
        tasks = tasks.filter { keys.contains($0.key) }
        var wanted = stages.listed.filter { stage in
            let state = Self.state(stage)
            return state.contains { $0 > 0 } && tasks[RESTStages.key(stage)]?.state != state
        }
        let count = wanted.reduce(0) { $0.addingSaturated($1["numTasks"] as? Int ?? 0) }
        if wanted.count > 3, count <= Self.mostTasksAtOnce, tasks.count < wanted.count {
            for stage in try source.objects(path + "/stages?details=true&withSummaries=false")
            where stage["tasks"] != nil {
                take(stage)
            }
            // Spark before 3.1 gives no tasks in a list.
            wanted = wanted.filter { tasks[RESTStages.key($0)] == nil }
        }
        for (place, stage) in wanted.enumerated() {
            guard isWanted() else { return false }
            progress(Double(place) / Double(wanted.count))
            let key = "\(RESTStages.id(stage))/\(stage["attemptId"] as? Int ?? 0)"
            let options = "?details=true&withSummaries=false"
            guard let told = try source.objectIfAny(path + "/stages/" + key + options) else {
                continue
            }
            take(told)
        }
        return true
    }

    private mutating func take(_ stage: Object) {
        let lines = RESTLines.bytes(RESTLines.tasks(of: stage))
        let count = (stage["tasks"] as? [String: Any])?.count ?? 0
        tasks[RESTStages.key(stage)] = (Self.state(stage), lines, count)
    }

    /// What a log would tell and the API does not, in words.
    private func notTold(jobs: [Object], stages: RESTStages) -> [String] {
        var words = [
            "earlier plans of adaptive execution", "what scans read (files, pushed filters)",
            "the stages of a plan's parts, and their exact metrics (Spark rounds them)",
            "figures of streams",
            "which stages wait for which (taken from their order and shuffles)",
        ]
        if !hasQueries { words.append("queries") }
        // Ids count up from 0: a driver forgets the oldest.
        func forgotten(_ ids: [Int], _ name: String, _ setting: String) {
            let lost = (ids.max().map { $0.addingSaturated(1) } ?? 0) - Set(ids).count
            if lost > 0 { words.append("\(lost) \(name) that it has forgotten (\(setting))") }
        }
        forgotten(jobs.map(Self.id), "jobs", "spark.ui.retainedJobs")
        forgotten(stages.listed.map(RESTStages.id), "stages", "spark.ui.retainedStages")
        let missing = stages.listed.reduce(0) { sum, stage in
            let told = Self.state(stage).dropLast().reduce(0) { $0.addingSaturated($1) }
            return sum.addingSaturated(max(0, told - (tasks[RESTStages.key(stage)]?.count ?? 0)))
        }
        if missing > 0 {
            words.append("\(missing) tasks that it has forgotten (spark.ui.retainedTasks)")
        }
        return words
    }
}
