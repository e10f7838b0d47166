import SparkLog

/// How many tasks stages would have where Spark chose their number from the cores.
///
/// `spark.default.parallelism` is, unless set, the cores of a local master and those of all
/// executors, at least two, of a cluster (`LocalSchedulerBackend`, `CoarseGrainedSchedulerBackend`).
/// From it follow:
///
/// - `range`, `parallelize` and local tables: as many partitions (`RangeExec`,
///   `SparkContext.parallelize`, `spark.sql.leafNodeDefaultParallelism`);
/// - splits of files: min(maxPartitionBytes, max(openCost, bytes / parallelism)), every file counted
///   with its open cost (`FilePartition.maxSplitBytes`);
/// - shuffle partitions that adaptive execution merges: no smaller than 1 MiB and no larger than
///   the advisory size, but at least as many as the parallelism (`CoalesceShufflePartitions` with
///   `parallelismFirst`);
/// - shuffles of RDDs: as many as the largest of what they read (`Partitioner.defaultPartitioner`);
/// - what reads a kept data set: as many as that has.
///
/// A number that somebody wrote in the program stays. One that equals the parallelism by chance
/// cannot be told from it and is taken to follow.
struct DefaultParallelism {
    private let profile: ApplicationProfile
    private let before: Int
    private let after: Int
    /// What became of stages decided on so far, by their id and by a kept data set's.
    private var decided: [Int: [Double]] = [:]
    private var kept: [Int: [Double]] = [:]
    /// Positions of stages whose rows a `range` made, all in one partition from now on: Spark plans no
    /// exchange behind it (`RangeExec.outputPartitioning` is then `SinglePartition`).
    private var single: Set<Int> = []
    /// Folders that stages wrote whose number of tasks changes: files before and after.
    private var written: [(path: String, before: Int, after: Int)] = []

    init?(_ profile: ApplicationProfile, executors: Int, cores: Int) {
        self.profile = profile
        let recorded = profile.slots.executors.map(\.slots)
        let isLocal = profile.settings.value("spark.master")?.hasPrefix("local") ?? false
        let cpus = max(1, profile.settings.int("spark.task.cpus") ?? 1)
        let least = isLocal ? 1 : 2
        let total = recorded.reduce(0, +)
        before = max(least, total * cpus)
        after = max(least, executors * cores * cpus)
        let isSet = profile.settings.origin("spark.default.parallelism") != .unset
        // Executors that come and go were as many as they were when each stage began; no rule fits.
        let isSteady = profile.slots.executors.allSatisfy { ($0.to ?? .max) >= profile.end }
        guard !isSet, isSteady, total > 0, before != after, after <= 1 << 16 else { return nil }
    }

    /// The weights of the tasks that a stage would have; nil where its number of tasks stays.
    ///
    /// To be asked of the stages in the order of their ids.
    mutating func weights(of stage: StageProfile) -> [Double]? {
        let own = profile.application.stages[stage.index]
        let count = stage.tasks.count
        guard stage.attempt == 0, count == stage.allDurations.count, count == own.taskCount,
            !profile.isStreaming(stage)
        else { return nil }
        let plan = profile.plan(of: stage)
        let nodes = plan?.nodes.filter { $0.stages.contains(stage.index) } ?? []
        let isNarrowed =
            nodes.contains { $0.name == "Coalesce" || $0.name.hasPrefix("CollectLimit") }
            || profile.scopes(of: stage).contains { $0.lowercased() == "coalesce" }
        var found: [Double]?
        isWithoutExchange = hasOneWriter(stage, plan)
        if isWithoutExchange {
            found = even(1)
        } else if !isNarrowed {
            if stage.shuffleRead > 0 || !own.parents.isEmpty {
                found = profile.isSQL(stage) ? merged(stage, plan) : inherited(stage)
            } else {
                found = source(stage, nodes)
            }
        }
        if after == 1, (found?.count ?? count) == 1,
            isWithoutExchange || nodes.contains(where: { $0.name == "Range" })
        {
            single.insert(stage.index)
        }
        if let found {
            decided[stage.id] = found
            if stage[.outputBytes] > 0 { note(plan, writes: found.count, insteadOf: count) }
        }
        for rdd in own.rdds {
            guard let data = profile.application.rdds[rdd], data.isPersisted,
                data.partitions == count
            else { continue }
            if let found, kept[rdd] == nil { kept[rdd] = found }
        }
        return found
    }

    /// What the stage wrote has a file for each task; what reads it later finds as many.
    private mutating func note(_ plan: PlanProfile?, writes count: Int, insteadOf old: Int) {
        for node in plan?.nodes ?? [] where node.name.hasPrefix("Execute InsertInto") {
            guard let path = node.detail.split(separator: " ").first(where: { $0.contains(":/") })
            else { continue }
            written.append((path.trimmingSuffix(","), old, count))
        }
    }

    /// Whether the exchanges that a stage reads fall away, as all rows are in one partition already.
    private(set) var isWithoutExchange = false

    private func hasOneWriter(_ stage: StageProfile, _ plan: PlanProfile?) -> Bool {
        guard after == 1, let plan else { return false }
        let exchanges = plan.exchanges(readBy: stage.index)
        return !exchanges.isEmpty
            && exchanges.allSatisfy { exchange in
                let writers = plan.nodes[exchange].stages
                return !writers.isEmpty && writers.allSatisfy(single.contains)
            }
    }

    private func even(_ count: Int) -> [Double] { [Double](repeating: 1, count: max(1, count)) }

    /// A stage that reads no shuffle.
    private func source(_ stage: StageProfile, _ nodes: [PlanProfile.Node]) -> [Double]? {
        let count = stage.tasks.count
        for rdd in profile.application.stages[stage.index].rdds {
            if let known = kept[rdd], profile.application.rdds[rdd]?.partitions == count {
                return known
            }
        }
        if let scan = profile.inputScans.first(where: { scan in
            scan.stages.contains { $0.index == stage.index }
        }) {
            return splits(of: scan, stage)
        }
        let scopes = profile.scopes(of: stage)
        if scopes.contains(where: { $0 == "HadoopRDD" || $0 == "NewHadoopRDD" }) {
            // textFile asks for min(parallelism, 2).
            let (old, new) = (min(before, 2), min(after, 2))
            return old == new || count != old ? nil : even(new)
        }
        guard count == before, !nodes.contains(where: { $0.name.contains("JDBC") }) else {
            return nil
        }
        // take() and the like look at the first partitions only.
        let partitions = profile.application.stages[stage.index].rdds.compactMap {
            profile.application.rdds[$0]?.partitions
        }.max()
        guard partitions ?? count <= count else { return nil }
        return even(after)
    }

    /// Files split as `FilePartition` does: each cut, the pieces by size, next fit.
    private func splits(of scan: InputScan, _ stage: StageProfile) -> [Double]? {
        let settings = profile.settings(of: stage)
        let open = settings.bytes("spark.sql.files.openCostInBytes") ?? 4 << 20
        let most = max(1, settings.bytes("spark.sql.files.maxPartitionBytes") ?? 128 << 20)
        let wanted =
            settings.int("spark.sql.files.minPartitionNum")
            ?? settings.int("spark.sql.leafNodeDefaultParallelism")
        guard wanted == nil, scan.bytes > 0, scan.files <= 1 << 16 else { return nil }
        let isWhole = [".gz", ".gzip", ".zip", ".snappy", ".lz4", ".zst"].contains {
            scan.location.contains($0)
        }
        let writer = written.last { scan.location.contains($0.path + "]") }
        func pieces(_ parallelism: Int, files: Int64) -> [Double] {
            let all = scan.bytes + files * open
            let split = min(most, max(open, all / Int64(max(1, parallelism))))
            let file = max(1, scan.bytes / files)
            var sizes: [Int64] = []
            for _ in 0..<files {
                var rest = file
                while rest > 0, sizes.count < 1 << 17 {
                    let piece = isWhole ? rest : min(rest, max(1, split))
                    sizes.append(piece)
                    rest -= piece
                }
            }
            sizes.sort(by: >)
            var tasks: [Double] = []
            var (now, held) = (Int64(0), Int64(0))
            for size in sizes {
                if held > 0, now + size > split {
                    tasks.append(Double(held))
                    (now, held) = (0, 0)
                }
                now += size + open
                held += size
            }
            if held > 0 { tasks.append(Double(held)) }
            return tasks
        }
        let old = pieces(before, files: scan.files)
        let isOwn = writer.map { Int64($0.before) == scan.files } ?? false
        let new = pieces(after, files: isOwn ? Int64(writer?.after ?? 1) : scan.files)
        guard !old.isEmpty, !new.isEmpty else { return nil }
        // Where Spark split otherwise (files of uneven sizes), only how the number changes is known.
        if old.count == stage.tasks.count { return old == new ? nil : new }
        guard old.count != new.count else { return nil }
        let count = Double(stage.tasks.count) * Double(new.count) / Double(old.count)
        return even(Int(count.rounded()))
    }

    /// Shuffle partitions of SQL, merged by adaptive execution.
    private func merged(_ stage: StageProfile, _ plan: PlanProfile?) -> [Double]? {
        guard let plan else { return nil }
        let settings = profile.settings(of: stage)
        let exchanges = plan.exchanges(readBy: stage.index).map { plan.nodes[$0].detail }
        guard settings.isOn("spark.sql.adaptive.enabled"),
            settings.isOn("spark.sql.adaptive.coalescePartitions.enabled"),
            settings.isOn("spark.sql.adaptive.coalescePartitions.parallelismFirst"),
            settings.int("spark.sql.adaptive.coalescePartitions.minPartitionNum") == nil,
            !exchanges.isEmpty,
            !exchanges.contains(where: {
                $0.contains("SinglePartition") || $0.contains("REPARTITION_BY_NUM")
            })
        else { return nil }
        let total = stage.shuffleRead
        let least =
            settings.bytes("spark.sql.adaptive.coalescePartitions.minPartitionSize") ?? 1 << 20
        let advised = settings.bytes("spark.sql.adaptive.advisoryPartitionSizeInBytes") ?? 64 << 20
        let most =
            settings.int("spark.sql.adaptive.coalescePartitions.initialPartitionNum")
            ?? settings.int("spark.sql.shuffle.partitions") ?? 200
        func count(_ parallelism: Int) -> Int {
            let share = total.dividedUp(by: Int64(max(1, parallelism)))
            let target = max(1, max(least, min(advised, share)))
            return min(max(1, most), max(1, Int(min(1 << 20, total.dividedUp(by: target)))))
        }
        let (old, new) = (count(before), count(after))
        let own = stage.tasks.count
        // Twice as many as expected were merged for another reason, or not at all.
        guard old != new, own <= 2 * old, 2 * own >= old else { return nil }
        let wanted = own == old ? new : Int((Double(own * new) / Double(old)).rounded())
        return keepingHeavy(stage, max(1, wanted))
    }

    /// Even weights, but the rows of one heavy key stay in one task.
    private func keepingHeavy(_ stage: StageProfile, _ count: Int) -> [Double] {
        guard let skew = Skew(stage, in: profile), skew.isOfData, count > 1 else {
            return even(count)
        }
        let all = Double(max(1, stage.run.sum))
        let heavy = min(all, Double(skew.slowest.run))
        let rest = max(0, all - heavy) / Double(count - 1)
        return [max(heavy, rest)] + [Double](repeating: max(1, rest), count: count - 1)
    }

    /// Shuffles of RDDs have as many partitions as the largest of what they read.
    private func inherited(_ stage: StageProfile) -> [Double]? {
        let parents = profile.application.stages[stage.index].parents
        let changed = parents.compactMap { decided[$0] }.max { $0.count < $1.count }
        guard let changed else { return nil }
        let isSame = profile.stages.contains { parent in
            parents.contains(parent.id) && parent.tasks.count == stage.tasks.count
                && decided[parent.id] != nil
        }
        return isSame ? even(changed.count) : nil
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : String(self)
    }
}
