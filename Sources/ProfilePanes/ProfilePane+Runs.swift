import Domain
import PaneKit
import RunProfiles
import Screen

extension ProfilePane {
    /// Reads the profile of the run that `name` names.
    static func openRun(_ state: inout Profile.State, _ name: String) -> Profile.Requests {
        state.loadingRun = name
        return [.perform(.loadRun(name))]
    }

    /// The run in sight, or under the cursor, beside the one before it.
    static func compare(_ state: Profile.State) -> Profile.Requests {
        if case .run? = state.views.last, let run = state.run {
            guard let before = run.past?.runs.first else {
                return [.notice(Notice(.info, "No run of this pipeline succeeded before it."))]
            }
            return [.perform(.compareRuns(before: before.name, after: run.run.id.name))]
        }
        guard state.views == [.runs], let row = row(state) else {
            return [.notice(Notice(.info, "Go to a run first: :profile RUN"))]
        }
        let run = state.recentRuns[row]
        let earlier = state.recentRuns[(row + 1)...].first {
            $0.pipeline == run.pipeline && $0.state.isSettled
        }
        guard let earlier else {
            return [.notice(Notice(.info, "There is no run of \(run.pipeline) before it."))]
        }
        return [.perform(.compareRuns(before: earlier.id.name, after: run.id.name))]
    }
}
