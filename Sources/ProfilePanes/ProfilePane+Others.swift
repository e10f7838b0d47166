import PaneKit

/// An application beside others of the same name.
extension ProfilePane {
    /// The application in sight, or under the cursor, beside the one of its name before it.
    static func compareApplication(_ state: Profile.State) -> Profile.Requests {
        guard let path = applicationPath(state) else {
            return [.notice(Notice(.info, "There is no application to compare."))]
        }
        guard let own = state.rows.first(where: { $0.path == path }),
            let before = namesakes(of: own, state).filter({ isBefore($0, own) }).max(by: isBefore)
        else {
            return [
                .notice(
                    Notice(
                        .info,
                        "The list has no application of this name before it. Name two logs: "
                            + ":spark-diff BEFORE AFTER"))
            ]
        }
        return [.perform(.compare(before: before.path, after: path))]
    }

    /// Corrects what is simulated by how long others of its name took on other executors.
    static func correct(_ state: Profile.State) -> Profile.Requests {
        guard let opened = state.opened else { return [] }
        let own = state.rows.first { $0.path == opened.path }
        // Reading them all would take long where there are hundreds.
        let others = own.map { namesakes(of: $0, state).suffix(mostOthers) } ?? []
        guard !others.isEmpty else {
            return [
                .notice(Notice(.info, "The list has no other application of this name."))
            ]
        }
        return [.perform(.correct(path: opened.path, by: others.map(\.path)))]
    }

    private static let mostOthers = 8

    private static func applicationPath(_ state: Profile.State) -> String? {
        if let view = state.views.last {
            return view.isOfApplication ? state.opened?.path : nil
        }
        return row(state).map { state.rows[$0].path }
    }

    /// Those of its name that have ended, oldest first.
    private static func namesakes(
        of own: ApplicationRow, _ state: Profile.State
    ) -> [ApplicationRow] {
        state.rows.filter {
            $0.name == own.name && $0.name != "-" && $0.path != own.path && !$0.isInProgress
        }.sorted(by: isBefore)
    }

    private static func isBefore(_ one: ApplicationRow, _ other: ApplicationRow) -> Bool {
        (one.start ?? 0, one.path) < (other.start ?? 0, other.path)
    }
}
