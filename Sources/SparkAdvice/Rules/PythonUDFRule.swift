import SparkLog

/// Functions written in Python that rows are sent to and fro for.
enum PythonUDFRule: AdviceRule {
    static let names: Set = [
        "BatchEvalPython", "ArrowEvalPython", "BatchEvalPythonUDTF", "ArrowEvalPythonUDTF",
        "MapInPandas", "MapInArrow", "PythonMapInArrow", "FlatMapGroupsInPandas",
        "FlatMapGroupsInArrow", "AggregateInPandas", "ArrowAggregatePython", "WindowInPandas",
        "ArrowWindowPython",
    ]

    static func findings(in profile: ApplicationProfile) -> [Finding] {
        var stages: [Int: PlanProfile.Node] = [:]
        for plan in profile.plans {
            for position in plan.places.python {
                let node = plan.nodes[position]
                for stage in node.stages { stages[stage] = node }
            }
        }
        let candidates = stages.keys.sorted().compactMap { profile.stageByIndex[$0] }.filter {
            profile.matters($0.wall, share: 0.05) && !profile.isStreaming($0)
                && !isStartAlone($0, stages[$0.index], profile)
        }
        guard let worst = candidates.max(by: { $0.wall < $1.wall }),
            let node = stages[worst.index]
        else { return [] }
        var best = ScheduleChange()
        var modest = ScheduleChange()
        var python: Int64 = 0
        for stage in candidates {
            let away = awayFromJVM(stage)
            let computing = max(0, away - (profile.pythonStart(of: stage) ?? 0))
            python += computing
            // Without Python nobody waits for its start either.
            let run = Double(max(1, stage.run.sum))
            best.durations[stage.index] = stage.scaled(max(0.08, 1 - 0.95 * Double(away) / run))
            modest.durations[stage.index] = stage.scaled(1 - 0.3 * Double(computing) / run)
        }
        guard Double(python) >= 0.2 * Double(max(1, worst.run.sum)) else { return [] }
        let isBatch = node.name == "BatchEvalPython"
        var changes: [FindingChange] = [
            .code(
                "Write the function with built-in ones (pyspark.sql.functions), which run inside "
                    + "the executor; functions: \(String(node.detail.prefix(120)))")
        ]
        if isBatch {
            changes.append(
                .code(
                    "Or send whole batches: a pandas_udf, or useArrow=True for a plain udf (3.5 "
                        + "and later)."))
        }
        return [
            Finding(
                .pythonUDF, at: worst,
                title:
                    "\(node.name) spent \(AdviceText.percent(Double(python) / Double(max(1, candidates.reduce(0) { $0 + $1.run.sum })))) "
                    + "of its stages' time outside the executor, in Python and in copying rows",
                evidence: [
                    FindingEvidence("operator", node.name),
                    FindingEvidence("outside_jvm_ms", python),
                    FindingEvidence("run_ms", worst.run.sum),
                    FindingEvidence("rows", node.rows ?? 0),
                    FindingEvidence("threshold_share", 0.2),
                ],
                changes: changes,
                saving: FindingSaving(
                    low: profile.saved(by: modest), high: profile.saved(by: best)),
                confidence: isBatch ? 0.9 : 0.75, execution: profile.job(of: worst)?.sqlExecution,
                stages: candidates.map(\.index))
        ]
    }

    /// Whether so few rows went to Python that its start is what took the time; where Spark says how
    /// long that was, there is no need to guess.
    private static func isStartAlone(
        _ stage: StageProfile, _ node: PlanProfile.Node?, _ profile: ApplicationProfile
    ) -> Bool {
        guard profile.pythonStart(of: stage) == nil, let rows = node?.rows else { return false }
        return rows < 1_000 * Int64(stage.tasks.count)
    }

    /// Run time during which the executor's own threads did not compute: mostly Python did.
    private static func awayFromJVM(_ stage: StageProfile) -> Int64 {
        max(0, stage.run.sum - stage[.cpuNanoseconds] / 1_000_000 - stage[.gcMilliseconds])
    }
}
