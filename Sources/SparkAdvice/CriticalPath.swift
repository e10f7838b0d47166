/// Which stages the end waited for, and how much later the others could have ended.
///
/// Goes back from the stage that ended last: before each came the one that had ended latest when it
/// began. What lies between is the program's own time.
public struct CriticalPath: Sendable {
    /// Positions in `SparkApplication.stages`, in the order of time.
    public private(set) var stages: [Int] = []
    /// Milliseconds between stages of the path, and before the first and after the last of them.
    public private(set) var waiting: Int64 = 0
    private var starts: [Int64] = []
    private let end: Int64

    public init(_ profile: ApplicationProfile) {
        end = profile.end
        let byEnd = profile.stages.sorted { ($0.lastFinish, $0.index) < ($1.lastFinish, $1.index) }
        var next = byEnd.last
        var place = byEnd.count - 1
        var boundary = profile.end
        while let stage = next {
            stages.append(stage.index)
            starts.append(stage.firstLaunch)
            waiting += max(0, boundary - stage.lastFinish)
            boundary = stage.firstLaunch
            // A millisecond or two of overlap is the clock's.
            while place >= 0,
                byEnd[place].lastFinish > stage.firstLaunch + 2 || byEnd[place].index == stage.index
            {
                place -= 1
            }
            next = place >= 0 ? byEnd[place] : nil
        }
        waiting += max(0, boundary - profile.start)
        stages.reverse()
        starts.reverse()
    }

    public func contains(_ stage: StageProfile) -> Bool { stages.contains(stage.index) }

    /// How much later a stage could have ended without a stage of the path waiting for it.
    public func slack(of stage: StageProfile) -> Int64 {
        if stages.contains(stage.index) { return 0 }
        let next = starts.first { $0 + 2 >= stage.lastFinish } ?? end
        return max(0, next - stage.lastFinish)
    }
}
