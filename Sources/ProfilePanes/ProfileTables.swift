import PaneKit
import Screen
import SparkAdvice
import SparkLog

/// The tables of all views.
struct ProfileTables {
    let profiled: ProfiledApplication
    let charset: Charset
    var distribution = StageDistribution.run
    /// Cells of the pane, for what is drawn in the lines above the tables.
    var width = 78
    /// Whether the log is in sight as far as it was read by now.
    var isBeingRead = false
    var profile: ApplicationProfile { profiled.profile }
    var application: SparkApplication { profiled.application }

    func table(_ view: ProfileView) -> ProfileTable {
        switch view {
        case .overview: overview
        case .jobs: jobs
        case .job(let index): job(index)
        case .executor(let index): executor(index)
        case .whatIf: whatIf
        // Two applications: ``ComparedRuns`` has its table.
        case .comparison: ProfileTable()
        case .stages: stages(profile.stages)
        case .stage(let index): stage(index)
        case .tasks(let index): tasks(index)
        case .queries: queries
        case .plan(let index, let version): plan(index, version: version)
        case .executors: executors
        case .timeline: timeline
        case .findings: findings
        case .finding(let index): finding(index)
        case .storage: storage
        case .streams: streams
        case .failures: failures
        case .environment: environment
        // Runs of pipelines: ``RunList`` and ``RunTables`` have theirs.
        // A row of any of these: ``RowInFull`` has its.
        case .runs, .run, .row, .applications: ProfileTable()
        }
    }

    // MARK: Cells

    func time(_ milliseconds: Int64, _ role: Role = .plain) -> ProfileTable.Cell {
        .number(
            Double(milliseconds), AdviceText.shortTime(milliseconds), role, exactIn: "ms")
    }

    func size(_ bytes: Int64, _ role: Role = .plain) -> ProfileTable.Cell {
        .number(
            Double(bytes), bytes == 0 ? "-" : AdviceText.size(bytes), bytes == 0 ? .dim : role,
            exactIn: "B")
    }

    func count(_ number: Int64, _ role: Role = .plain) -> ProfileTable.Cell {
        .number(Double(number), number == 0 ? "-" : "\(number)", number == 0 ? .dim : role)
    }

    /// Where a span lies in the application's time.
    func bar(
        _ from: Int64, _ to: Int64, _ role: Role, isFaint: Bool = false
    ) -> ProfileTable.Cell {
        let wall = Double(profile.wall)
        return .bar(
            from: (Double(from) - Double(profile.start)) / wall,
            to: (Double(to) - Double(profile.start)) / wall, role, isFaint: isFaint)
    }

    func pair(_ key: String, _ value: String, _ role: Role = .plain) -> [TextRun] {
        let padded = key + String(repeating: " ", count: max(1, 20 - key.count))
        return [TextRun(padded, .dim), TextRun(value, role)]
    }

    /// How many steps a drawing may have behind a label of 20 cells and before `tail` cells, or in a
    /// line of its own where there is little room.
    func steps(before tail: Int) -> Int {
        width < 60 ? max(4, width - 2) : min(120, width - 20 - tail)
    }
}
