import Domain
public import PaneKit
public import Quality
import Screen

/// Checks of data: the workspace's suites, what they found, and the rows that failed.
public enum QualityDesk: PaneModule {
    public struct State: Sendable {
        public var suites: [SuiteRow] = []
        /// The report that is open, with the suite it belongs to.
        public var opened: (suite: SuiteRow, report: CheckReport)?
        /// The rows of a failed expectation.
        public var failing: FailingRows?
        /// What is under way, in words; nil where nothing is.
        public var work: String?
        /// Views from the outermost to the one in sight; empty: the list of suites.
        public var views: [View] = []
        var tables: [View?: TableState] = [:]
        var isListed = false
        var shown = QualityTable()
        var order: [Int] = []

        public init() {}

        var table: TableState {
            get { tables[views.last] ?? TableState() }
            set { tables[views.last] = newValue }
        }
    }

    public enum View: Hashable, Sendable {
        /// The expectations of the suite and what they found.
        case results
        /// Earlier runs of the suite.
        case history
        /// The rows that failed an expectation, by its place in the suite.
        case rows(Int)

        var title: String {
            switch self {
            case .results: "results"
            case .history: "history"
            case .rows(let index): "failing rows of \(index + 1)"
            }
        }
    }

    public enum Effect: Hashable, Sendable {
        /// Lists the suites of the workspace with what earlier runs found.
        case list
        /// Checks by a suite, on what it or a pipeline's task names.
        case check(SuiteTarget)
        /// Fetches rows that failed an expectation: those where `predicate` is true.
        case rows(SuiteTarget, index: Int, table: String, predicate: String)
    }

    public enum Answer: Sendable {
        case listed([SuiteRow])
        case checked(SuiteTarget, CheckReport, history: [CheckRecord])
        case rows(SuiteTarget, FailingRows)
    }

    public static let panes: [Pane<State, Effect>] = [
        Pane(
            "quality", digit: "7", title: "Quality", keymap: QualityPane.keymap,
            update: { QualityPane.update(&$0, $1, $2) },
            draw: { state, area, context, grid in
                QualityPane.draw(state, in: area, context, on: &grid)
                return nil
            },
            caption: { state, _ in QualityPane.caption(state) },
            resized: { state, size, _ in
                QualityPane.settle(&state, size)
                guard !state.isListed else { return [] }
                state.isListed = true
                return [.perform(.list)]
            },
            back: { QualityPane.back(&$0, $1) })
    ]

    public static func take(
        _ state: inout State, _ answer: Answer, _ context: PaneContext
    ) -> Requests {
        switch answer {
        case .listed(let suites):
            state.suites = suites
            if state.views.isEmpty { QualityPane.show(&state, context) }
        case .checked(let target, let report, let history):
            guard let index = state.suites.firstIndex(where: { $0.target == target }) else {
                return []
            }
            state.work = nil
            state.suites[index].history = history
            state.opened = (state.suites[index], report)
            state.tables = state.tables.filter { $0.key == nil }
            state.views = [.results]
            QualityPane.show(&state, context)
            let failed = report.results.count { !$0.success }
            return [
                .notice(
                    failed == 0
                        ? Notice(.success, "All \(report.results.count) expectations hold.")
                        : Notice(
                            report.verdict == .error ? .error : .info,
                            "\(failed) of \(report.results.count) expectations do not hold."))
            ]
        case .rows(let target, let rows):
            guard state.opened?.suite.target == target, state.views == [.results] else {
                return []
            }
            state.work = nil
            state.failing = rows
            state.views.append(.rows(rows.index))
            QualityPane.show(&state, context)
        }
        return []
    }

    public static func failed(
        _ state: inout State, _ effect: Effect, problem: String, _ context: PaneContext
    ) -> Requests {
        state.work = nil
        return []
    }

    public static func open(
        _ state: inout State, _ link: Link, _ context: PaneContext
    ) -> Requests? {
        guard case .checks(let path) = link else { return nil }
        guard let suite = state.suites.first(where: { $0.target.path == path }) else {
            let suite = SuiteRow(name: path, target: SuiteTarget(path: path))
            state.suites.append(suite)
            return [.focus("quality")] + QualityPane.check(&state, suite)
        }
        return [.focus("quality")] + QualityPane.check(&state, suite)
    }

    public static func storeAdvanced(_ state: inout State, _ context: PaneContext) -> Requests {
        // A pipeline's check may have added to the history.
        state.isListed && state.views.isEmpty ? [.perform(.list)] : []
    }

    public static func typed(
        _ state: inout State, _ purpose: String, _ event: PromptEvent, _ context: PaneContext
    ) -> Requests {
        switch event {
        case .changed(let text), .accepted(let text): state.table.filter = text
        case .dismissed: state.table.filter = ""
        }
        QualityPane.sortRows(&state)
        QualityPane.settle(&state, context.size)
        return []
    }

    public static func paletteEntries(
        _ state: State, _ context: PaneContext
    ) -> [PaletteEntry] {
        state.suites.map {
            PaletteEntry(.checks(path: $0.target.path), name: $0.name, note: "suite of checks")
        }
    }

    public static func crumbs(
        _ state: State, in pane: PaneName, _ context: PaneContext
    ) -> [String] {
        guard let opened = state.opened, !state.views.isEmpty else { return [] }
        return [opened.suite.name] + state.views.map(\.title)
    }

    public static func summary(_ state: State) -> String { state.work ?? "" }
    public static func isTicking(_ state: State) -> Bool { state.work != nil }
}

/// What a suite checks: its file, and where its data is unless it says so itself.
public struct SuiteTarget: Hashable, Sendable {
    /// Relative to the workspace.
    public var path: String
    /// A connection's name.
    public var connection: String?
    public var csv: String?
    public var table: String?

    public init(
        path: String, connection: String? = nil, csv: String? = nil, table: String? = nil
    ) {
        self.path = path
        self.connection = connection
        self.csv = csv
        self.table = table
    }
}

/// A suite in the list.
public struct SuiteRow: Sendable {
    public var name: String
    public var target: SuiteTarget
    /// How many expectations it holds.
    public var count: Int
    /// What is wrong with the file; nil where nothing is.
    public var problem: String?
    /// What earlier runs found, oldest first.
    public var history: [CheckRecord]

    public init(
        name: String, target: SuiteTarget, count: Int = 0, problem: String? = nil,
        history: [CheckRecord] = []
    ) {
        self.name = name
        self.target = target
        self.count = count
        self.problem = problem
        self.history = history
    }
}
