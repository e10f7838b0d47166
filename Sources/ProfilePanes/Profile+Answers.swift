import Domain
public import PaneKit
import RunProfiles
import SparkAdvice
import SparkLog

extension Profile {
    public static func take(
        _ state: inout State, _ answer: Answer, _ context: PaneContext
    ) -> Requests {
        switch answer {
        case .listed(let folder, let rows):
            // A server that knows several was asked for one.
            let isAnother = state.loading?.path == folder
            guard isAnother || folder == state.folder else { return [] }
            if isAnother {
                state.folder = folder
                state.loading = nil
                state.views = []
            }
            state.rows = rows
            state.listing = .answered
            if state.views.isEmpty { ProfilePane.show(&state, context) }
        case .progress(let path, let share):
            if state.loading?.path == path { state.loading = (path, share) }
        case .loaded(let application):
            guard state.loading?.path == application.path else { return [] }
            state.loading = nil
            guard application.application.reading.events > 0 || application.facts.isInProgress
            else {
                ProfilePane.show(&state, context)
                let text = "'\(application.path)' holds no event of a Spark application"
                return [.notice(Notice(.warning, text))]
            }
            ProfilePane.show(application, opens: !state.isSharpening, &state, context)
        case .sharpened(let application):
            let isOpen = state.opened?.path == application.path
            let isFirst = state.loading?.path == application.path && !state.isSharpening
            // A log that is read again stays as it is until all of it was read.
            guard isFirst != isOpen, application.application.reading.events > 0 else { return [] }
            if isFirst { state.isSharpening = true }
            ProfilePane.show(application, opens: isFirst, &state, context)
        case .compared(let runs):
            return ProfilePane.show(runs, &state, context)
        case .simulated(let path, let simulation):
            guard state.opened?.path == path else { return [] }
            state.opened?.simulation = simulation
            if state.views.last == .whatIf { ProfilePane.show(&state, context) }
        case .proving(let path):
            state.proving = path
            state.isEndingProof = false
        case .proved(let path, let runs, let summary):
            endProof(&state)
            if let rule = runs.rule, let summary, state.opened?.path == path {
                state.opened?.verdicts[rule] = summary
            }
            let notice = Notice(
                runs.verdict == .refuted ? .warning : .info,
                "\(runs.rule?.rawValue ?? "finding"): \(runs.verdict?.rawValue ?? "compared")")
            return ProfilePane.show(runs, &state, context) + [.notice(notice)]
        case .runsListed(let runs):
            state.recentRuns = runs
            if state.views == [.runs] { ProfilePane.show(&state, context) }
        case .runLoaded(let name, let profile): take(&state, profile, named: name, context)
        case .runsCompared(let pair):
            state.runPair = pair
            if state.run?.run.id != pair.after.run.id { state.leads = [:] }
            state.run = pair.after
            if state.views.last != .run(.comparison) { state.views.append(.run(.comparison)) }
            ProfilePane.show(&state, context)
            return [.focus("profile")]
        case .leads(let run, let task, let leads):
            guard state.run?.run.id == run else { return [] }
            state.leads[task] = leads
            if state.views.last == .run(.task(task)) { ProfilePane.show(&state, context) }
        case .forecast(let forecasts):
            state.isForecasting = false
            state.forecast =
                forecasts.first.map { first in
                    let rest = forecasts.count - 1
                    return first.text(context.clock) + (rest > 0 ? " and \(rest) more" : "")
                } ?? ""
        }
        return []
    }

    /// Opens a run, or shows what is new of the one that is open.
    private static func take(
        _ state: inout State, _ profile: RunProfile, named name: String, _ context: PaneContext
    ) {
        guard state.loadingRun == name else { return }
        state.loadingRun = nil
        let isAnother = state.run?.run.id != profile.run.id
        state.run = profile
        if isAnother { state.leads = [:] }
        var isInSight = false
        if case .run? = state.views.last { isInSight = state.views.last != .run(.comparison) }
        if isAnother || !isInSight {
            state.tables = state.tables.filter { !($0.key?.isOfRun ?? false) }
            state.views = [.run(.timeline)]
        }
        ProfilePane.show(&state, context)
    }
}
