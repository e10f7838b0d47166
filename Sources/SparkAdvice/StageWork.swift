import SparkLog

/// What the tasks of a stage take apart from whom they share processors and the JVM with.
///
/// A recorded duration is made of five parts, which other slots change in different ways:
///
/// - *fixed*: sending the task, reading it, handing on its result. Paid once a task.
/// - *computing*: what needs a processor: the task's own processor time and, where Python runs,
///   the time in which a worker computes for it.
/// - *queueing*: ready to run, without a processor. Vanishes where there are processors enough.
/// - *pausing*: collections of garbage stop all tasks of a JVM, and each counts them as its own:
///   the task's own share is that of the tasks that ran beside it.
/// - *waiting*: for disks and other hosts. Stays.
struct StageWork: Sendable {
    struct Task: Sendable {
        /// Milliseconds, all of them.
        var fixed: Double
        var computing: Double
        var pausing: Double
        var waiting: Double
        var queueing: Double
        /// Its share of all the stage's work; what cutting the work anew goes by.
        var alone: Double { computing + pausing + waiting }
    }

    /// In the order of their launches.
    var tasks: [Task]
    /// Threads of the JVM that want a processor beside the tasks; see ``BackgroundThreads``.
    var background: Double
    /// Milliseconds of a processor of the same host that the driver needs for each task.
    let drivingEachTask: Double
    /// By how much longer a task computes where all processors have one, as a share.
    let crowding: Double
    /// Milliseconds of computing by which a task is longer that begins cold; see ``ColdStarts``.
    var cold = 0.0
    /// How many of the first tasks began cold.
    var coldCount = 0
    /// Where nothing but processors can have been waited for: how many tasks a host ran at once, how
    /// much longer they took than they computed, and for how many milliseconds.
    private(set) var queue: (atOnce: Double, slowdown: Double, time: Double)?

    /// - Parameters:
    ///   - processors: those of a host, as far as known or supposed.
    ///   - threads: those of the JVM, where the stage cannot tell.
    init(
        _ stage: StageProfile, hosts: Int, processors: Double, threads: BackgroundThreads,
        in profile: ApplicationProfile
    ) {
        let columns = profile.application.tasks
        let rows = columns.launches(ofRows: profile.application.taskRows(ofStage: stage.index))
        let usesPython = Self.usesPython(stage, profile)
        // Off the processor a task of the JVM alone waits for one, unless files or spills explain it.
        let tells =
            !usesPython && stage[.inputBytes] == 0 && stage[.outputBytes] == 0
            && stage[.diskSpillBytes] == 0
        let besides = Self.concurrency(rows, columns, hosts: hosts)
        var (run, processor, explained, crowd) = (0.0, 0.0, 0.0, 0.0)
        var parts: [(Task, Double)] = []
        for (place, row) in rows.enumerated() {
            let duration = Double(columns.value(.duration, row: row.row).plausibleLength)
            let own = min(
                duration, Double(columns.value(.runMilliseconds, row: row.row).plausibleLength))
            let cpu = min(own, max(0, Double(columns.value(.cpuNanoseconds, row: row.row)) / 1e6))
            let pause = min(
                own - cpu, Double(columns.value(.gcMilliseconds, row: row.row).plausibleLength))
            let disk = Double(
                columns.value(.fetchWaitMilliseconds, row: row.row).plausibleLength
                    + columns.value(.shuffleWriteNanoseconds, row: row.row).plausibleAmount
                    / 1_000_000)
            let waits = min(own - cpu - pause, disk)
            run += own
            processor += cpu
            explained += pause + waits
            crowd += besides[place] * own
            // Of a failed task without figures all is work.
            let isKnown = columns.hasMetrics(row: row.row) && own > 0
            parts.append(
                (
                    Task(
                        fixed: isKnown ? duration - own : 0,
                        computing: isKnown ? cpu : duration,
                        pausing: pause / max(1, besides[place]), waiting: waits,
                        queueing: isKnown ? own - cpu - pause - waits : 0),
                    besides[place]
                ))
        }
        let atOnce = run > 0 ? crowd / run : 1
        drivingEachTask = threads.drivingEachTask
        crowding = threads.crowding(
            of: stage,
            memory: rows.map { columns.value(.peakExecutionMemoryBytes, row: $0.row) }.max() ?? 0)
        // What the driver needs depends on how many tasks end in a second.
        let driving =
            drivingEachTask * Double(rows.count) / Double(max(1, stage.wall)) / Double(hosts)
        background = threads.expected(during: stage)
        let slowdown = (run - explained) / max(1, processor)
        if tells, processor > 0.25 * run { queue = (atOnce, slowdown, run) }
        if queue != nil, atOnce + background + driving > processors {
            // The queue is seen: what it says of the JVM's own threads counts, within reason.
            background = min(
                2 * (background + driving) + 0.5, max(0, processors * slowdown - atOnce))
            background = max(0, background - driving)
        }
        let own = background + driving
        // Files of this host are read from memory, or as fast as its disks are.
        let reading =
            Self.readsThisHost(stage, profile)
            ? Double(stage[.inputBytes] + stage[.outputBytes] + stage[.diskSpillBytes])
                / Self.diskBytesEachMillisecond / Double(max(1, parts.count)) : nil
        let most = crowding
        tasks = parts.map { task, besides in
            var task = task
            let crowding = Self.crowding(most, besides, of: processors)
            let rest = task.queueing
            let factor = max(1, (besides + own) / max(1, processors))
            if usesPython {
                // Python's workers compute while the task's own thread waits for them.
                task.computing += rest
                task.queueing = task.computing * (1 - 1 / factor)
                task.computing -= task.queueing
            } else if let reading {
                task.waiting += min(rest, reading)
                task.queueing = max(0, rest - reading)
            } else if !tells {
                // Files are waited for too: no more of it is a queue than the model expects.
                task.queueing = min(rest, task.computing * (factor - 1))
                task.waiting += rest - task.queueing
            }
            task.computing /= crowding
            return task
        }
    }

    private static let diskBytesEachMillisecond = 500_000.0

    /// Whether what a stage reads and writes lies on the host that computes it, as far as is told.
    private static func readsThisHost(_ stage: StageProfile, _ profile: ApplicationProfile) -> Bool
    {
        guard profile.settings.value("spark.master")?.hasPrefix("local") ?? false else {
            return false
        }
        return !profile.inputScans.contains { scan in
            scan.location.contains(":/") && !scan.location.contains("file:/")
                && scan.stages.contains { $0.index == stage.index }
        }
    }

    /// The factor on processor time for a task beside which others run on the host, itself counted.
    private static func crowding(_ most: Double, _ tasks: Double, of processors: Double) -> Double {
        guard processors > 1 else { return 1 }
        return 1 + most * min(1, max(0, tasks - 1) / (processors - 1))
    }

    /// How many tasks of the same host ran beside each, itself included, on average over its time.
    private static func concurrency(
        _ rows: [(row: Int, launch: Int64)], _ columns: TaskColumns, hosts: Int
    ) -> [Double] {
        var moments: [(time: Int64, change: Int)] = []
        moments.reserveCapacity(2 * rows.count)
        let spans = rows.map { row -> (from: Int64, to: Int64) in
            let from = row.launch.plausibleMoment
            return (from, from + columns.value(.duration, row: row.row).plausibleLength)
        }
        for span in spans {
            moments.append((span.from, 1))
            moments.append((span.to, -1))
        }
        moments.sort { ($0.time, $0.change) < ($1.time, $1.change) }
        // The running sum of tasks × time up to every moment; a span's mean is a difference of two.
        var times: [Int64] = []
        var sums: [Double] = []
        var (now, sum, last) = (0, 0.0, moments.first?.time ?? 0)
        for moment in moments {
            sum += Double(now) * Double(moment.time - last)
            last = moment.time
            now += moment.change
            if times.last == last {
                sums[sums.count - 1] = sum
            } else {
                times.append(last)
                sums.append(sum)
            }
        }
        func total(until time: Int64) -> Double {
            var (low, high) = (0, times.count)
            while low < high {
                let middle = (low + high) / 2
                if times[middle] < time { low = middle + 1 } else { high = middle }
            }
            return low < sums.count ? sums[low] : sums.last ?? 0
        }
        return spans.map { span in
            guard span.to > span.from else { return 1 }
            let mean =
                (total(until: span.to) - total(until: span.from)) / Double(span.to - span.from)
            return max(1, mean / Double(max(1, hosts)))
        }
    }

    static func usesPython(_ stage: StageProfile, _ profile: ApplicationProfile) -> Bool {
        let nodes = profile.plan(of: stage)?.nodes.filter { $0.stages.contains(stage.index) } ?? []
        if nodes.contains(where: { $0.name.contains("Python") || $0.name.contains("Pandas") }) {
            return true
        }
        return profile.scopes(of: stage).contains { $0.contains("Python") }
    }
}

extension StageWork {
    /// The durations with `slots` on each of `hosts`.
    ///
    /// Running tasks share the processors evenly with each other and with the JVM's own threads. A
    /// task's computing is done when a clock that runs at the speed of one task's share has moved on
    /// by it, so a heap of such moments tells who ends next: the tasks times the logarithm of the
    /// slots.
    func durations(slots: Int, hosts: Int, processors: Double) -> [Int64] {
        let hosts = max(1, hosts)
        let all = max(1, slots * hosts)
        var ends = EventHeap<Int>()
        var starts = [Double](repeating: 0, count: tasks.count)
        var durations = [Int64](repeating: 1, count: tasks.count)
        var (now, shared) = (0.0, 0.0)
        var (next, running) = (0, 0)
        let length = max(
            1, tasks.reduce(0) { $0 + $1.fixed + $1.alone } / Double(max(1, tasks.count)))
        let each = 1 + drivingEachTask / length
        while true {
            while running < all, next < tasks.count {
                starts[next] = now
                ends.push(next, at: shared + tasks[next].computing)
                next += 1
                running += 1
            }
            guard let (end, index) = ends.pop() else { return durations }
            let onHost = max(1, Double(running) / Double(hosts))
            let queue = max(1, (onHost * each + background) / processors)
            let crowding = Self.crowding(crowding, onHost, of: processors)
            now += max(0, end - shared) * queue * crowding
            shared = max(shared, end)
            running -= 1
            let task = tasks[index]
            let computed = now - starts[index]
            durations[index] = Int64(
                max(1, (task.fixed + task.waiting + computed + task.pausing * onHost).rounded()))
        }
    }

    /// What each task takes where nothing else wants its processor, in milliseconds.
    var durationsAlone: [Int64] {
        tasks.map { Int64(max(1, $0.fixed + $0.alone)) }
    }

    /// The same work in other tasks, whose shares of it are `weights`, of which `cold` begin cold.
    func cut(_ weights: [Double], cold slots: Int) -> StageWork {
        let total = weights.reduce(0, +)
        guard total > 0, !tasks.isEmpty else { return self }
        var sum = Task(fixed: 0, computing: 0, pausing: 0, waiting: 0, queueing: 0)
        for (place, task) in tasks.enumerated() {
            sum.computing += max(0, task.computing - (place < coldCount ? cold : 0))
            sum.pausing += task.pausing
            sum.waiting += task.waiting
            sum.queueing += task.queueing
        }
        let fixed = Figures(tasks.map { Int64($0.fixed) }).median
        var work = self
        work.tasks = weights.enumerated().map { place, weight in
            let share = weight / total
            return Task(
                fixed: fixed, computing: sum.computing * share + (place < slots ? cold : 0),
                pausing: sum.pausing * share, waiting: sum.waiting * share,
                queueing: sum.queueing * share)
        }
        work.coldCount = min(slots, weights.count)
        return work
    }

    /// The same tasks where `slots` of them begin cold.
    func moved(cold slots: Int) -> StageWork {
        guard cold > 0 else { return self }
        var work = self
        for place in tasks.indices {
            if place < coldCount, place >= slots { work.tasks[place].computing -= cold }
            if place >= coldCount, place < slots { work.tasks[place].computing += cold }
            work.tasks[place].computing = max(0, work.tasks[place].computing)
        }
        work.coldCount = min(slots, tasks.count)
        return work
    }

    /// The work of one task that goes on with the rows where they are, in the stage before.
    ///
    /// Writing and reading a row of a shuffle took 0.4 µs of processor time together where the rows
    /// were short (Spark 4.3, lz4).
    func withoutExchange(records: Int64) -> StageWork {
        var work = self
        for place in work.tasks.indices {
            let saved = Double(records.plausibleAmount) * 0.0004 / Double(work.tasks.count)
            work.tasks[place].fixed = 0
            work.tasks[place].computing = max(
                work.tasks[place].computing / 2, work.tasks[place].computing - saved)
            work.tasks[place].computing -= min(
                work.tasks[place].computing / 2, place < coldCount ? cold : 0)
        }
        return work
    }
}
