import Domain
import PaneKit
import Screen
import SparkAdvice
import SparkLog

extension ProfilePane {
    /// Shows the row under the cursor with all that is known of it.
    static func showRow(_ state: inout Profile.State, _ context: PaneContext) {
        guard let row = row(state) else { return }
        let view = state.views.last ?? .applications
        if case .row = view { return }
        push(&state, .row(view, row), context)
    }

    static func rowInFull(
        of view: ProfileView, _ row: Int, _ state: Profile.State, _ context: PaneContext,
        _ charset: Charset
    ) -> RowInFull {
        let outer = table(of: view, state, context)
        var full = RowInFull(table: outer, row: row, charset: charset)
        guard outer.rows.indices.contains(row) else { return full }
        let target = outer.rows[row].target
        if let target { full.leads.append((target.name(state.opened), target)) }
        guard view.isOfApplication, let opened = state.opened else { return full }
        let tables = ProfileTables(profiled: opened, charset: charset)
        full.details = tables.details(of: view, row: row)
        let (stage, job, plan) = place(of: target ?? view, opened)
        if let stage, target != .stage(stage), view != .stage(stage) {
            full.leads.append(lead(.stage(stage), opened))
        }
        if let stage, target != .tasks(stage), view != .tasks(stage) {
            full.leads.append(lead(.tasks(stage), opened))
        }
        if let job, target != .job(job), view != .job(job) {
            full.leads.append(lead(.job(job), opened))
        }
        if let plan, target != plan, view.planIndex != plan.planIndex {
            full.leads.append(lead(plan, opened))
        }
        return full
    }

    private static func lead(
        _ view: ProfileView, _ opened: ProfiledApplication
    ) -> (name: String, view: ProfileView) {
        (view.name(opened), view)
    }

    /// The stage in sight or under the cursor.
    static func stage(_ state: Profile.State) -> Int? {
        guard let opened = state.opened else { return nil }
        return targets(state).lazy.compactMap { place(of: $0, opened).stage }.first
    }

    /// The plan of the query that what is in sight or under the cursor belongs to.
    static func plan(_ state: Profile.State) -> ProfileView? {
        guard let opened = state.opened else { return nil }
        return targets(state).lazy.compactMap { place(of: $0, opened).plan }.first
    }

    /// Where the row under the cursor leads, and what is in sight.
    private static func targets(_ state: Profile.State) -> [ProfileView] {
        guard state.views.last?.isOfApplication ?? false else { return [] }
        let under = row(state).flatMap { state.shown.rows[$0].target }
        return [under, state.views.last?.base].compactMap { $0 }
    }

    private static func place(
        of view: ProfileView, _ opened: ProfiledApplication
    ) -> (stage: Int?, job: Int?, plan: ProfileView?) {
        var (stage, job): (Int?, Int?)
        switch view {
        case .stage(let index), .tasks(let index):
            stage = index
            job = opened.profile.jobOfStage[index]
        case .job(let index): job = index
        case .finding(let index) where opened.findings.indices.contains(index):
            let finding = opened.findings[index]
            stage =
                opened.profile.stages.first {
                    $0.id == finding.stage && $0.attempt == finding.stageAttempt ?? 0
                }?.index
            job = stage.flatMap { opened.profile.jobOfStage[$0] }
        case .plan: return (nil, nil, view)
        default: break
        }
        let jobs = opened.application.jobs
        let query = job.flatMap { jobs.indices.contains($0) ? jobs[$0].sqlExecution : nil }
        let plan = query.flatMap { id in
            opened.application.sqlExecutions.firstIndex { $0.id == id }
        }
        return (stage, job, plan.map { .plan($0, version: 0) })
    }
}

extension ProfileView {
    var planIndex: Int? { if case .plan(let index, _) = self { index } else { nil } }

    /// What it is called where something leads to it: `stage 3`.
    func name(_ opened: ProfiledApplication?) -> String {
        switch self {
        case .stage(let index): "stage \(opened?.stageName(index) ?? "")"
        case .tasks(let index): "the tasks of stage \(opened?.stageName(index) ?? "")"
        case .job(let index): "job \(opened?.application.jobs[index].id ?? index)"
        case .plan(let index, _):
            "the plan of query \(opened?.application.sqlExecutions[index].id ?? Int64(index))"
        case .executor(let index): "executor \(opened?.application.executors[index].id ?? "")"
        default: title.lowercased()
        }
    }
}

extension ProfiledApplication {
    fileprivate func stageName(_ index: Int) -> String {
        guard application.stages.indices.contains(index) else { return "" }
        let stage = application.stages[index]
        return stage.attempt == 0 ? "\(stage.id)" : "\(stage.id).\(stage.attempt)"
    }
}

extension ProfileTables {
    /// What the log holds of a row beside what its table shows.
    func details(of view: ProfileView, row: Int) -> [(name: String, value: String)] {
        switch view {
        case .plan(let index, let version):
            let nodes = shownNodes(index, version: version)
            guard nodes.indices.contains(row) else { return [] }
            // Each of them for itself, in place of what of them fits into a cell.
            let metrics = details(of: nodes[row], inPlan: index, version: version)
            return [
                ("operator", nodes[row].name), ("metrics", "each as far as it is not nothing"),
            ] + metrics
        case .tasks(let stage):
            let rows = Array(application.taskRows(ofStage: stage))
            guard rows.indices.contains(row) else { return [] }
            let task = application.tasks.task(row: rows[row])
            let reason = application.endReasons[task.reasonIndex]
            let why = [reason.kind, reason.exceptionClass, reason.message].compactMap { $0 }
            return [("ended by", why.joined(separator: ": "))]
        default: return []
        }
    }
}
