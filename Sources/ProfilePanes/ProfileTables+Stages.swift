import PaneKit
import Screen
import SparkAdvice
import SparkLog

extension ProfileTables {
    func stages(_ stages: [StageProfile]) -> ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("STAGE", .fixed(6), .right),
            TableColumn("NAME", .flexible(least: 14, weight: 2)),
            TableColumn("WALL", .fixed(9), .right), TableColumn("TASKS", .fixed(6), .right),
            TableColumn("MEDIAN", .fixed(9), .right), TableColumn("MAX", .fixed(9), .right),
            TableColumn("READ", .fixed(9), .right), TableColumn("WRITTEN", .fixed(9), .right),
            TableColumn("SPILL", .fixed(8), .right), TableColumn("GC", .fixed(8), .right),
            TableColumn("FAILED", .fixed(6), .right),
            TableColumn("WHEN", .flexible(least: 10, weight: 1)),
        ]
        if stages.isEmpty { table.header = [[TextRun("No stage ran.", .dim)]] }
        table.rows = stages.map { stage in
            let isCritical = profiled.criticalPath.contains(stage)
            let isSkewed = Double(stage.run.largest) > 3 * max(1, stage.run.median)
            let failed = Int64(application.stages[stage.index].failedTasks)
            return ProfileTable.Row(
                cells: [
                    .number(
                        Double(stage.id) + Double(stage.attempt) / 1000,
                        stage.attempt == 0 ? "\(stage.id)" : "\(stage.id).\(stage.attempt)",
                        isCritical ? .strong : .plain),
                    .text(name(of: stage), .plain),
                    time(stage.wall, isCritical ? .strong : .plain),
                    count(Int64(stage.tasks.count)), time(Int64(stage.run.median)),
                    time(stage.run.largest, isSkewed && stage.wall > 500 ? .warning : .plain),
                    size(stage.shuffleRead.addingSaturated(stage[.inputBytes])),
                    size(stage[.shuffleWriteBytes].addingSaturated(stage[.outputBytes])),
                    size(stage[.diskSpillBytes], .warning), time(stage[.gcMilliseconds], .dim),
                    count(failed, .error),
                    bar(
                        stage.firstLaunch, stage.lastFinish, isCritical ? .accent2 : .accent1,
                        isFaint: !isCritical),
                ], target: .stage(stage.index), copy: "\(stage.id).\(stage.attempt)")
        }
        return table
    }

    /// What a stage does, where its plan tells, before where the program asked for it: stages of one
    /// query are all called alike.
    func name(of stage: StageProfile) -> String {
        let described = profile.job(of: stage)?.description.flatMap { $0.isEmpty ? nil : $0 }
        let site = AdviceText.withoutFolders(described ?? stage.name)
        let operators = profile.operators(of: stage).prefix(3).joined(separator: "+")
        return operators.isEmpty ? site : "\(operators) \(charset.pick("·", ascii: "-")) \(site)"
    }

    func stage(_ index: Int) -> ProfileTable {
        guard let stage = profile.stageByIndex[index] else { return ProfileTable() }
        let path = profiled.criticalPath
        var table = ProfileTable()
        let job = profile.job(of: stage)
        table.header = [
            pair("stage", "\(stage.id), attempt \(stage.attempt): \(stage.name)", .strong)
        ]
        let operators = profile.operators(of: stage)
        if !operators.isEmpty {
            table.header.append(pair("does", operators.joined(separator: ", ")))
        }
        table.header += [
            pair(
                "job, query",
                "\(job.map { "\($0.id)" } ?? "-"), \(job?.sqlExecution.map { "\($0)" } ?? "-")"),
            pair(
                "wall",
                "\(AdviceText.time(stage.wall)), \(path.contains(stage) ? "on the critical path" : "slack \(AdviceText.time(path.slack(of: stage)))"), \(stage.tasks.count) tasks on \(stage.slots) slots"
            ),
            pair(
                "run time",
                "\(AdviceText.time(stage.run.sum)), processor "
                    + "\(AdviceText.time(stage[.cpuNanoseconds] / 1_000_000)), GC "
                    + "\(AdviceText.time(stage[.gcMilliseconds])), delay \(AdviceText.time(stage.delay))"
            ),
            pair(
                "data",
                "\(AdviceText.size(stage[.inputBytes])) input, "
                    + "\(AdviceText.size(stage.shuffleRead)) shuffle read, "
                    + "\(AdviceText.size(stage[.shuffleWriteBytes])) shuffle written, "
                    + "\(AdviceText.size(stage[.diskSpillBytes])) spilled"), [],
            [
                TextRun("\(distribution.title) of tasks", .title),
                TextRun("  v: \(distribution.next.title)", .dim),
            ],
        ]
        table.header += ProfileTable.histogram(
            distribution.values(of: index, in: application), buckets: 6,
            width: max(4, min(80, width - 34)),
            charset: charset, text: distribution.text)
        table.header.append([])
        table.columns = [
            TableColumn("EXECUTOR", .fixed(9)),
            TableColumn("HOST", .flexible(least: 10, weight: 1)),
            TableColumn("TASKS", .fixed(6), .right), TableColumn("MEDIAN", .fixed(9), .right),
            TableColumn("MAX", .fixed(9), .right), TableColumn("READ", .fixed(9), .right),
            TableColumn("TIME", .fixed(9), .right),
        ]
        func row(_ id: String, _ host: String, _ tasks: [StageProfile.Task]) -> ProfileTable.Row {
            let run = tasks.map(\.run).sorted()
            let isSlow =
                tasks.count > 1 && Double(run[run.count / 2]) > 2 * max(100, stage.run.median)
            return ProfileTable.Row(
                cells: [
                    .text(id, .plain), .text(host, .plain), count(Int64(tasks.count)),
                    time(run[run.count / 2], isSlow ? .warning : .plain), time(run.last ?? 0),
                    size(tasks.map(\.bytes).total), time(run.total),
                ], target: .tasks(index), copy: id)
        }
        let executors = Dictionary(grouping: stage.tasks, by: \.executor)
        table.rows = executors.sorted { $0.key < $1.key }.map { executor, tasks in
            row(application.executors[executor].id, application.executors[executor].host, tasks)
        }
        let hosts = Dictionary(grouping: stage.tasks) { application.executors[$0.executor].host }
        if hosts.count > 1, hosts.count < executors.count {
            table.rows += hosts.sorted { $0.key < $1.key }.map { row("all", $0, $1) }
        }
        return table
    }

    func tasks(_ index: Int) -> ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("INDEX", .fixed(6), .right), TableColumn("TRY", .fixed(3), .right),
            TableColumn("END", .fixed(9)), TableColumn("EXEC", .fixed(10)),
            TableColumn("TIME", .fixed(9), .right), TableColumn("RUN", .fixed(9), .right),
            TableColumn("GC", .fixed(8), .right), TableColumn("DELAY", .fixed(8), .right),
            TableColumn("READ", .fixed(9), .right), TableColumn("RECORDS", .fixed(10), .right),
            TableColumn("SPILL", .fixed(8), .right),
            TableColumn("WHEN", .flexible(least: 8, weight: 1)),
        ]
        guard let stage = profile.stageByIndex[index] else { return table }
        let rows = application.taskRows(ofStage: index)
        // What failed first, then what took longest.
        table.ranks = rows.map { row in
            let failed = application.tasks.outcome(row: row) == .failed
            return Double(application.tasks.value(.duration, row: row)) + (failed ? 1e18 : 0)
        }
        let span = Double(max(1, stage.wall))
        table.rows = rows.map { row in
            let task = application.tasks.task(row: row)
            let launch = task[.launchTime]
            let role: Role =
                task.outcome == .succeeded ? .plain : task.outcome == .failed ? .error : .dim
            let word =
                task.outcome == .succeeded ? "ok" : task.outcome == .failed ? "failed" : "killed"
            return ProfileTable.Row(
                cells: [
                    .number(Double(task.index), "\(task.index)", .plain),
                    .number(Double(task.attempt), "\(task.attempt)", .dim), .text(word, role),
                    .text(application.executors[task.executorIndex].id, .plain),
                    time(task[.duration]), time(task[.runMilliseconds]),
                    time(task[.gcMilliseconds], .dim), time(task.schedulerDelayMilliseconds, .dim),
                    size(
                        [task[.shuffleRemoteBytes], task[.shuffleLocalBytes], task[.inputBytes]]
                            .total),
                    count([task[.shuffleReadRecords], task[.inputRecords]].total),
                    size(task[.diskSpillBytes], .warning),
                    .bar(
                        from: Double(launch - stage.firstLaunch) / span,
                        to: (Double(launch) + Double(task[.duration]) - Double(stage.firstLaunch))
                            / span,
                        task.outcome == .succeeded ? .accent1 : .error),
                ], target: nil, copy: application.endReasons[task.reasonIndex].message ?? word)
        }
        return table
    }

    var timeline: ProfileTable {
        var table = ProfileTable()
        table.header = [
            pair("from start to end", AdviceText.time(profile.wall)),
            [
                TextRun(charset.pick("█", ascii: "#"), .accent2), TextRun(" critical path  ", .dim),
                TextRun(charset.pick("▒", ascii: "="), .accent1), TextRun(" has slack", .dim),
            ],
        ]
        table.columns = [
            TableColumn("STAGE", .fixed(6), .right), TableColumn("TASKS", .fixed(6), .right),
            TableColumn("SLACK", .fixed(9), .right),
            TableColumn(
                "FROM 0 TO \(AdviceText.shortTime(profile.wall))", .flexible(least: 10, weight: 1)),
        ]
        table.rows = profile.stages.sorted { $0.firstLaunch < $1.firstLaunch }.map { stage in
            let isCritical = profiled.criticalPath.contains(stage)
            return ProfileTable.Row(
                cells: [
                    .number(Double(stage.id), "\(stage.id)", isCritical ? .strong : .plain),
                    count(Int64(stage.tasks.count)),
                    time(profiled.criticalPath.slack(of: stage), isCritical ? .dim : .plain),
                    bar(
                        stage.firstLaunch, stage.lastFinish, isCritical ? .accent2 : .accent1,
                        isFaint: !isCritical),
                ], target: .stage(stage.index), copy: "\(stage.id)")
        }
        return table
    }

    var executors: ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("EXECUTOR", .fixed(9)),
            TableColumn("HOST", .flexible(least: 10, weight: 1)),
            TableColumn("CORES", .fixed(5), .right), TableColumn("TASKS", .fixed(6), .right),
            TableColumn("FAILED", .fixed(6), .right), TableColumn("RUN", .fixed(9), .right),
            TableColumn("REMOVED", .flexible(least: 8, weight: 2)),
            TableColumn("ALIVE", .flexible(least: 10, weight: 1)),
        ]
        table.rows = application.executors.enumerated().map { index, executor in
            ProfileTable.Row(
                cells: [
                    .text(executor.id, .plain), .text(executor.host, .plain),
                    count(Int64(executor.cores)), count(Int64(executor.endedTasks)),
                    count(Int64(executor.failedTasks), .error), time(executor.runMilliseconds),
                    .text(executor.removalReason ?? "", .dim),
                    bar(
                        executor.addedAt?.inMilliseconds ?? profile.start,
                        min(profile.end, executor.removedAt?.inMilliseconds ?? profile.end),
                        executor.failedTasks > 0 ? .warning : .accent1),
                ], target: .executor(index), copy: executor.id)
        }
        return table
    }
}
