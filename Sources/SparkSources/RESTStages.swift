import Domain

/// The stages of an application as the API lists them, in the order of their ids and attempts.
///
/// It does not say which stage waits for which. Within a job, a stage that reads shuffles had to
/// wait for those that wrote one and had ended when it was submitted: too many are named where a job
/// has branches, but none that the schedule contradicts.
struct RESTStages {
    typealias Object = RESTLines.Object

    let listed: [Object]
    private var byID: [Int: Object] = [:]
    private var parents: [Int: [Int]] = [:]
    private let rdds: [Int: Object]

    /// - Parameter storage: what `/storage/rdd` tells of data sets that are kept.
    init(_ stages: [Object], jobs: [Object], storage: [Object]) {
        listed = stages.sorted { Self.order($0) < Self.order($1) }
        rdds = Dictionary(
            storage.map { ($0["id"] as? Int ?? -1, Self.rdd($0)) }, uniquingKeysWith: { $1 })
        for stage in listed { byID[Self.id(stage)] = byID[Self.id(stage)] ?? stage }
        for job in jobs {
            let ids = Set(job["stageIds"] as? [Int] ?? []).sorted()
            guard ids.count > 1 else { continue }
            for id in ids where parents[id] == nil { parents[id] = parents(of: id, among: ids) }
        }
    }

    static func id(_ stage: Object) -> Int { stage["stageId"] as? Int ?? 0 }

    /// `stage.attempt`.
    static func key(_ stage: Object) -> String {
        "\(id(stage)).\(stage["attemptId"] as? Int ?? 0)"
    }

    private static func order(_ stage: Object) -> (Int, Int) {
        (id(stage), stage["attemptId"] as? Int ?? 0)
    }

    private func parents(of id: Int, among ids: [Int]) -> [Int] {
        guard let stage = byID[id], let begin = RESTLines.moment(stage["submissionTime"]),
            stage["shuffleReadRecords"] as? Int ?? 0 > 0
                || stage["shuffleReadBytes"] as? Int ?? 0 > 0
        else { return [] }
        return ids.filter { other in
            guard other < id, let writer = byID[other] else { return false }
            if writer["status"] as? String == "SKIPPED" { return true }
            guard let end = RESTLines.moment(writer["completionTime"]) else { return false }
            return end <= begin && writer["shuffleWriteRecords"] as? Int ?? 0 > 0
        }
    }

    /// What a job says of its stages when it begins.
    func infos(of ids: [Int]) -> [Object] { ids.compactMap { byID[$0].map(info) } }

    /// Why a job of these stages failed.
    func failure(among ids: [Int]) -> String? {
        ids.lazy.compactMap { byID[$0]?["failureReason"] as? String }.first
    }

    /// The `Stage Info` that events of a stage have.
    func info(_ stage: Object) -> Object {
        let kept = (stage["rddIds"] as? [Int] ?? []).sorted().compactMap { rdds[$0] }
        return [
            "Stage ID": Self.id(stage), "Stage Attempt ID": stage["attemptId"] ?? 0,
            "Stage Name": stage["name"] ?? "", "Number of Tasks": stage["numTasks"] ?? 0,
            "RDD Info": kept, "Parent IDs": parents[Self.id(stage)] ?? [],
            "Details": stage["details"] ?? "",
        ]
    }

    private static func rdd(_ stored: Object) -> Object {
        let level = stored["storageLevel"] as? String ?? ""
        return [
            "RDD ID": stored["id"] ?? -1, "Name": stored["name"] ?? "",
            "Storage Level": [
                "Use Disk": level.contains("Disk"), "Use Memory": level.contains("Memory"),
                "Deserialized": level.contains("Deserialized"),
            ],
            "Number of Partitions": stored["numPartitions"] ?? 0,
            "Number of Cached Partitions": stored["numCachedPartitions"] ?? 0,
            "Memory Size": stored["memoryUsed"] ?? 0, "Disk Size": stored["diskUsed"] ?? 0,
        ]
    }
}
