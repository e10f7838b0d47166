import Domain
public import PaneKit
import Screen
public import TransformHistory

/// dbt projects: what runs of their nodes left, their documentation, the way of their columns.
public enum TransformDesk: PaneModule {
    public struct State: Sendable {
        public internal(set) var projects: [ProjectView] = []
        /// The project on show, by its place in ``projects``.
        public internal(set) var chosen = 0
        /// Views from the outermost to the one in sight; empty: the list of nodes.
        public internal(set) var views: [View] = []
        var isReading = false
        var isListed = false
        var isAskingHistory = false
        /// What is to be shown once projects have been read.
        var wanted: String?
        var tables: [View?: TableState] = [:]
        var paths: ColumnPaths?
        /// The name of each node by its id.
        var names: [String: String] = [:]
        private var positions: [String: Int] = [:]
        /// The rows of the way of a column.
        var steps: [ColumnPaths.Step] = []
        var shown = ModelTable()
        var order: [Int] = []

        public init() {}

        var project: ProjectView? {
            projects.indices.contains(chosen) ? projects[chosen] : nil
        }

        var table: TableState {
            get { tables[views.last] ?? TableState() }
            set { tables[views.last] = newValue }
        }

        func node(_ id: String) -> ProjectView.Node? {
            positions[id].flatMap { project?.nodes[$0] }
        }

        /// Shows the project at that place, its nodes first.
        mutating func choose(_ index: Int) {
            chosen = index
            views = []
            tables = [:]
            prepare()
        }

        /// Makes what is looked up in the project on show.
        mutating func prepare() {
            paths = project.map(ColumnPaths.init)
            (names, positions) = ([:], [:])
            for (index, node) in (project?.nodes ?? []).enumerated() {
                names[node.id] = node.name
                positions[node.id] = index
            }
        }

        mutating func take(_ histories: [String: [String: [NodeRecord]]]) {
            for index in projects.indices {
                guard let records = histories[projects[index].folder] else { continue }
                for place in projects[index].nodes.indices {
                    let id = projects[index].nodes[place].id
                    projects[index].nodes[place].history = records[id] ?? []
                }
            }
        }

        func title(of view: View) -> String {
            switch view {
            case .node(let id): names[id] ?? id
            case .lineage(let place): "\(names[place.node] ?? place.node).\(place.column)"
            case .everyColumn: "columns"
            case .history(let id): "runs of \(names[id] ?? id)"
            }
        }
    }

    public enum View: Hashable, Sendable {
        /// The documentation and columns of a node.
        case node(String)
        /// What a column comes from and what comes from it.
        case lineage(ProjectView.Place)
        case everyColumn
        /// Earlier runs of a node.
        case history(String)
    }

    public enum Effect: Hashable, Sendable {
        /// Reads the workspace's projects whole.
        case read
        /// Reads again what runs of these projects left, by their folders.
        case histories([String])
    }

    public enum Answer: Sendable {
        case read([ProjectView])
        /// Records by the project's folder and the node's id.
        case histories([String: [String: [NodeRecord]]])
    }

    public static let panes: [Pane<State, Effect>] = [
        Pane(
            "models", digit: "8", title: "Models", keymap: ModelPane.keymap,
            update: { ModelPane.update(&$0, $1, $2) },
            draw: { state, area, context, grid in
                ModelPane.draw(state, in: area, context, on: &grid)
                return nil
            },
            caption: { state, _ in ModelPane.caption(state) },
            resized: { state, _, context in
                ModelPane.show(&state, context)
                guard !state.isListed else { return [] }
                (state.isListed, state.isReading) = (true, true)
                return [.perform(.read)]
            },
            back: { ModelPane.back(&$0, $1) })
    ]

    public static func take(
        _ state: inout State, _ answer: Answer, _ context: PaneContext
    ) -> Requests {
        switch answer {
        case .read(let projects):
            let folder = state.project?.folder
            state.isReading = false
            state.projects = projects
            state.chosen = projects.firstIndex { $0.folder == folder } ?? 0
            state.prepare()
            // What is gone cannot be in sight.
            let isGone = state.views.contains { view in
                switch view {
                case .node(let id), .history(let id): state.node(id) == nil
                case .lineage(let place): state.node(place.node) == nil
                case .everyColumn: false
                }
            }
            if isGone { state.views = [] }
            ModelPane.show(&state, context)
            if let wanted = state.wanted {
                state.wanted = nil
                return show(&state, node: wanted, context) ?? []
            }
        case .histories(let records):
            state.isAskingHistory = false
            state.take(records)
            ModelPane.show(&state, context)
        }
        return []
    }

    /// Shows a node by its id or its name; nil where no project has it.
    private static func show(
        _ state: inout State, node name: String, _ context: PaneContext
    ) -> Requests? {
        for (index, project) in state.projects.enumerated() {
            guard let node = project.nodes.first(where: { $0.id == name || $0.name == name })
            else { continue }
            state.choose(index)
            ModelPane.push(&state, .node(node.id), context)
            return []
        }
        return [.notice(Notice(.error, "No dbt project here has a node '\(name)'."))]
    }

    public static func failed(
        _ state: inout State, _ effect: Effect, problem: String, _ context: PaneContext
    ) -> Requests {
        (state.isReading, state.isAskingHistory) = (false, false)
        return []
    }

    public static func open(
        _ state: inout State, _ link: Link, _ context: PaneContext
    ) -> Requests? {
        guard case .model(let name) = link else { return nil }
        guard state.isListed, !state.isReading else {
            state.wanted = name
            guard !state.isListed else { return [.focus("models")] }
            (state.isListed, state.isReading) = (true, true)
            return [.focus("models"), .perform(.read)]
        }
        return [.focus("models")] + (show(&state, node: name, context) ?? [])
    }

    public static func storeAdvanced(
        _ state: inout State, _ context: PaneContext
    ) -> Requests {
        guard context.size != nil, !state.projects.isEmpty, !state.isAskingHistory else {
            return []
        }
        state.isAskingHistory = true
        return [.perform(.histories(state.projects.map(\.folder)))]
    }

    public static func typed(
        _ state: inout State, _ purpose: String, _ event: PromptEvent, _ context: PaneContext
    ) -> Requests {
        switch event {
        case .changed(let text), .accepted(let text): state.table.filter = text
        case .dismissed: state.table.filter = ""
        }
        ModelPane.show(&state, context)
        return []
    }

    public static func paletteEntries(
        _ state: State, _ context: PaneContext
    ) -> [PaletteEntry] {
        state.projects.flatMap { project in
            project.nodes.map {
                PaletteEntry(.model($0.id), name: $0.name, note: "\($0.kind) of \(project.name)")
            }
        }
    }

    public static func crumbs(
        _ state: State, in pane: PaneName, _ context: PaneContext
    ) -> [String] {
        guard let project = state.project, !state.views.isEmpty else { return [] }
        return [project.name] + state.views.map { state.title(of: $0) }
    }

    public static func summary(_ state: State) -> String {
        state.isReading ? "reading models" : ""
    }

    public static func isTicking(_ state: State) -> Bool { state.isReading }
}
