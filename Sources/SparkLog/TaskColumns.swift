import Domain

/// All ended tasks of an application, a column for each figure.
///
/// About 35–60 bytes a task. Rows are in the order of their ends; the rows of a stage are linked
/// backwards, so that one stage is read without looking at the others.
public struct TaskColumns: Sendable {
    private var figures: [PackedColumn]
    private var ids = PackedColumn()
    private var stages = PackedColumn()
    private var indices = PackedColumn()
    private var executors = PackedColumn()
    private var reasons = PackedColumn()
    /// Attempt, outcome, locality and marks in one number; see `pack`.
    private var marks = PackedColumn()
    /// How many rows back the stage's task before this one is; 0 for the first.
    private var links = PackedColumn()

    init() {
        figures = [PackedColumn](repeating: PackedColumn(), count: TaskMetric.allCases.count)
    }

    public var count: Int { ids.count }

    /// Bytes of memory held for all tasks.
    public var residentBytes: Int {
        (figures + [ids, stages, indices, executors, reasons, marks, links]).reduce(0) {
            $0 + $1.residentBytes
        }
    }

    /// One figure of one task.
    public func value(_ metric: TaskMetric, row: Int) -> Int64 { figures[metric.rawValue][row] }

    /// Adds every figure of one task to `totals`, which has a place for each ``TaskMetric``; wraps
    /// around.
    public func addFigures(ofRow row: Int, to totals: inout [Int64]) {
        for metric in figures.indices { totals[metric] &+= figures[metric][row] }
    }

    /// Rows with the launches of their tasks, earliest first, equal ones in the order of the rows.
    public func launches(ofRows rows: [Int]) -> [(row: Int, launch: Int64)] {
        let launches = rows.map { (row: $0, launch: value(.launchTime, row: $0)) }
        let areInOrder = zip(launches, launches.dropFirst()).allSatisfy { $0.launch <= $1.launch }
        return areInOrder
            ? launches : launches.sorted { ($0.launch, $0.row) < ($1.launch, $1.row) }
    }

    /// Position in ``SparkApplication/stages`` of one task's stage.
    public func stageIndex(row: Int) -> Int { Int(stages[row]) }

    /// Position in ``SparkApplication/executors`` of one task's executor.
    public func executorIndex(row: Int) -> Int { Int(executors[row]) }

    /// Position in ``SparkApplication/endReasons`` of why one task ended.
    public func reasonIndex(row: Int) -> Int { Int(reasons[row]) }

    /// How one task ended.
    public func outcome(row: Int) -> TaskOutcome { Self.outcome(marks[row]) }

    /// Whether one task's metrics came with its end.
    public func hasMetrics(row: Int) -> Bool { marks[row] & 8 != 0 }

    /// Whether one task was a copy of a slow one.
    public func isSpeculative(row: Int) -> Bool { marks[row] & 4 != 0 }

    /// The whole task; for the few that are shown, not for sums.
    public func task(row: Int) -> SparkTask {
        let mark = marks[row]
        let launch = value(.launchTime, row: row)
        let (finish, _) = launch.addingReportingOverflow(value(.duration, row: row))
        return SparkTask(
            id: ids[row], stageIndex: Int(stages[row]), index: Int(indices[row]),
            attempt: Int(mark >> 8), executorIndex: Int(executors[row]),
            outcome: Self.outcome(mark), isSpeculative: mark & 4 != 0, hasMetrics: mark & 8 != 0,
            locality: TaskLocality(rawValue: Int(mark >> 4 & 7)) ?? .unknown,
            reasonIndex: Int(reasons[row]), launchedAt: Instant(milliseconds: launch),
            finishedAt: Instant(milliseconds: finish), figures: figures.map { $0[row] })
    }

    /// The row of the stage's task that ended before the one in `row`.
    func previousRow(of row: Int) -> Int? {
        let link = Int(links[row])
        return link == 0 ? nil : row - link
    }

    mutating func append(_ end: TaskEndRecord, _ place: TaskPlace) {
        let row = count
        for (index, value) in end.figures.enumerated() { figures[index].append(value) }
        ids.append(end.taskID)
        stages.append(Int64(place.stageIndex))
        indices.append(Int64(end.index))
        executors.append(Int64(place.executorIndex))
        reasons.append(Int64(place.reasonIndex))
        links.append(Int64(place.previousRow.map { row - $0 } ?? 0))
        let attempt = Int64(max(0, min(end.attempt, 1 << 40)))
        marks.append(
            attempt << 8 | Int64(end.locality.rawValue) << 4 | (end.hasMetrics ? 8 : 0)
                | (end.isSpeculative ? 4 : 0) | Int64(place.outcome.rawValue))
    }

    private static func outcome(_ mark: Int64) -> TaskOutcome {
        TaskOutcome(rawValue: Int(mark & 3)) ?? .failed
    }
}

/// Where a task's end belongs in the model.
struct TaskPlace {
    var stageIndex: Int
    var executorIndex: Int
    var reasonIndex: Int
    var outcome: TaskOutcome
    var previousRow: Int?
}

extension TaskColumns: IndexCoded {
    static var blank: TaskColumns { TaskColumns() }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&figures)
        coder.code(&ids)
        coder.code(&stages)
        coder.code(&indices)
        coder.code(&executors)
        coder.code(&reasons)
        coder.code(&marks)
        coder.code(&links)
        let others = figures + [stages, indices, executors, reasons, marks, links]
        guard figures.count == TaskMetric.allCases.count,
            others.allSatisfy({ $0.count == ids.count })
        else {
            self = .blank
            return coder.damaged()
        }
    }
}
