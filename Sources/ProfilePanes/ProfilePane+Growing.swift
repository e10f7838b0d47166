import PaneKit
import SparkAdvice
import SparkLog

extension ProfilePane {
    /// Takes an application as far as it was read: in sight, the same views show the newer figures.
    ///
    /// - Parameter opens: whether it comes in sight where it was not.
    static func show(
        _ application: ProfiledApplication, opens: Bool, _ state: inout Profile.State,
        _ context: PaneContext
    ) {
        let earlier = state.opened
        let isInSight = state.views.last?.isOfApplication ?? false
        state.opened = application
        if let earlier, isInSight, earlier.isEarlierState(of: application) {
            state.views = state.views.flatMap { view -> [ProfileView] in
                guard case .finding(let index) = view else { return [view] }
                return application.place(ofFinding: index, of: earlier).map { [.finding($0)] } ?? []
            }
        } else if opens || isInSight {
            state.tables = state.tables.filter { $0.key == nil }
            state.views = [.overview]
        }
        show(&state, context)
    }
}

extension ProfiledApplication {
    /// Whether `later` is the same application of the same log, read later.
    func isEarlierState(of later: ProfiledApplication) -> Bool {
        path == later.path && application.id == later.application.id
            && application.attempt == later.application.attempt
            && application.startedAt == later.application.startedAt
    }

    /// Where the finding at `index` of `earlier` stands now; nil where it was found no more.
    func place(ofFinding index: Int, of earlier: ProfiledApplication) -> Int? {
        guard earlier.findings.indices.contains(index) else { return nil }
        let known = earlier.findings[index]
        return findings.firstIndex {
            $0.rule == known.rule && $0.stage == known.stage
                && $0.stageAttempt == known.stageAttempt
        }
    }
}
