import SparkLog

/// The recorded stages by what their tasks take, for each number of processors asked for: rows of a
/// simulation mostly ask for the same.
struct RecordedWorks {
    /// Hosts that executors ran on, and the executors and slots of each.
    let hosts: Int
    let each: Int
    let slots: Int
    private let profile: ApplicationProfile
    private let threads: BackgroundThreads
    private var known: [Double: [(StageProfile, StageWork)]] = [:]

    init(_ profile: ApplicationProfile) {
        self.profile = profile
        let present = profile.slots.executors
        hosts = max(1, Set(present.map { profile.application.executors[$0.index].host }).count)
        each = max(1, present.count / hosts)
        slots = present.reduce(0) { $0 + $1.slots } / hosts
        threads = BackgroundThreads(profile, executors: each)
    }

    /// Every stage in the order of the ids.
    ///
    /// - Parameter processors: those of a host.
    mutating func works(_ processors: Double) -> [(StageProfile, StageWork)] {
        if let found = known[processors] { return found }
        let made = profile.stages.sorted { $0.id < $1.id }.map { stage in
            var work = StageWork(
                stage, hosts: hosts, processors: processors, threads: threads, in: profile)
            (work.cold, work.coldCount) = ColdStarts.measure(
                stage, work, youth: threads.youth, in: profile)
            return (stage, work)
        }
        known[processors] = made
        return made
    }

    /// Processors of a host, which a log does not tell.
    ///
    /// Every slot is taken to have one, those that would be added too. Only where tasks queued for
    /// longer than the JVM's own threads explain, slots outnumbered processors, and more slots bring
    /// no more of them.
    ///
    /// - Parameter slots: those that a host would have.
    mutating func processors(after more: Int) -> Double {
        let most = Double(max(1, slots))
        var (supposed, seen) = (0.0, 0.0)
        for (_, work) in works(most) {
            guard let queue = work.queue else { continue }
            supposed += queue.time * (queue.atOnce + Double(each))
            seen += queue.time * queue.slowdown
        }
        guard seen > 0, seen > 1.15 * supposed / most else { return max(most, Double(more)) }
        return min(most, max(1, (supposed / seen).rounded()))
    }
}
