import PaneKit
import Screen
import SparkAdvice
import SparkLog

extension ProfileTables {
    var jobs: ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("JOB", .fixed(5), .right),
            TableColumn("CALL SITE", .flexible(least: 16, weight: 2)),
            TableColumn("STATE", .fixed(9)), TableColumn("TIME", .fixed(9), .right),
            TableColumn("STAGES", .fixed(6), .right), TableColumn("SKIPPED", .fixed(7), .right),
            TableColumn("TASKS", .fixed(7), .right), TableColumn("QUERY", .fixed(6), .right),
            TableColumn("WHEN", .flexible(least: 10, weight: 1)),
        ]
        if application.jobs.isEmpty { table.header = [[TextRun("No job ran.", .dim)]] }
        let own = Dictionary(grouping: profile.stages) { profile.jobOfStage[$0.index] ?? -1 }
        table.rows = application.jobs.enumerated().map { index, job in
            let (word, role): (String, Role) =
                switch job.outcome {
                case .running: ("running", .stateRunning)
                case .succeeded: ("succeeded", .stateSuccess)
                case .failed: ("failed", .error)
                }
            let stages = own[index] ?? []
            // Old logs do not tell when a job was asked for; its stages do.
            let from =
                job.submittedAt?.inMilliseconds ?? stages.map(\.firstLaunch).min()
                ?? profile.start
            let to =
                job.endedAt?.inMilliseconds
                ?? (job.outcome == .running ? nil : stages.map(\.lastFinish).max())
                ?? profile.end
            let ran = Set(stages.map(\.id))
            let name = AdviceText.withoutFolders(
                job.description ?? job.callSite ?? stages.last?.name ?? "")
            return ProfileTable.Row(
                cells: [
                    .number(Double(job.id), "\(job.id)", .plain), .text(name, .plain),
                    .text(word, role), time(max(0, to - from)), count(Int64(ran.count)),
                    count(Int64(max(0, Set(job.stages).count - ran.count)), .dim),
                    count(stages.reduce(0) { $0 + Int64($1.allDurations.count) }),
                    job.sqlExecution.map { .number(Double($0), "\($0)", .plain) }
                        ?? .text("-", .dim),
                    bar(from, to, role == .error ? .error : .accent1),
                ], target: .job(index), copy: name)
        }
        return table
    }

    func job(_ index: Int) -> ProfileTable {
        guard application.jobs.indices.contains(index) else { return ProfileTable() }
        let job = application.jobs[index]
        var table = stages(profile.stages.filter { profile.jobOfStage[$0.index] == index })
        table.header = [
            pair("job", "\(job.id): \(job.description ?? job.callSite ?? "-")", .strong)
        ]
        let labels: [(String, String?)] = [
            ("query", job.sqlExecution.map { "\($0)" }), ("group", job.group), ("pool", job.pool),
            ("batch of the stream", job.batch.map { "\($0)" }),
        ]
        table.header += labels.compactMap { key, value in value.map { pair(key, $0) } }
        if case .failed(let message) = job.outcome {
            table.header.append(pair("failed", message, .error))
        }
        table.header.append([])
        return table
    }
}
