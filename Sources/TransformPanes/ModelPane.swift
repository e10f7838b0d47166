import Domain
import PaneKit
import Screen

/// The one pane of dbt projects: nodes with what their runs left, documentation, and the way of every
/// column.
enum ModelPane {
    enum Action: String, NamedAction {
        case next = "model-next-row"
        case previous = "model-previous-row"
        case pageDown = "model-page-down"
        case pageUp = "model-page-up"
        case first = "model-first-row"
        case last = "model-last-row"
        case open = "open-model"
        case columns = "list-columns"
        case history = "model-history"
        case project = "next-project"
        case nextColumn = "model-next-column"
        case previousColumn = "model-previous-column"
        case sortAscending = "model-sort"
        case sortDescending = "model-sort-descending"
        case filter = "search-models"
        case copy = "copy-model-row"
        case reload = "reload-projects"
    }

    static let keymap = Keymap<Action>(
        TableMotion.bindings(TableMotion.ofRows, of: "model") + [
            Binding(["enter"], .open, "docs, way of a column", inKeyBar: true),
            Binding(["&"], .filter, "search names and docs", inKeyBar: true),
            Binding(["c"], .columns, "all columns", inKeyBar: true),
            Binding(["H"], .history, "earlier runs", inKeyBar: true),
            Binding(["p"], .project, "next project"),
        ] + TableMotion.bindings(TableMotion.ofColumns, of: "model") + [
            Binding(["y"], .copy, "copy row"),
            Binding(["r"], .reload, "read the projects again"),
        ])

    // MARK: Update

    static func update(
        _ state: inout TransformDesk.State, _ action: Action, _ context: PaneContext
    ) -> TransformDesk.Requests {
        switch action {
        case .next, .previous, .pageDown, .pageUp, .first, .last, .nextColumn, .previousColumn,
            .sortAscending, .sortDescending:
            guard let motion = TableMotion(action, of: "model") else { return [] }
            let isSorted = state.table.apply(
                motion, count: state.order.count, columns: state.shown.columns.count,
                height: height(state, context.size))
            if isSorted { show(&state, context) }
        case .open: return enter(&state, context)
        case .columns:
            guard state.project != nil else { return [] }
            push(&state, .everyColumn, context)
        case .history:
            guard let node = nodeUnderCursor(state) else { return [] }
            push(&state, .history(node), context)
        case .project:
            guard state.projects.count > 1 else {
                return [.notice(Notice(.info, "There is no other project here."))]
            }
            state.choose((state.chosen + 1) % state.projects.count)
            show(&state, context)
        case .filter:
            return [.prompt(Prompt("search", sign: "&", text: state.table.filter, isLive: true))]
        case .copy:
            guard let row = row(state) else { return [] }
            return [.copy(state.shown.copy(row))]
        case .reload: return [.perform(.read)]
        }
        return []
    }

    /// The row of the shown table under the cursor.
    private static func row(_ state: TransformDesk.State) -> Int? {
        state.order.indices.contains(state.table.cursor) ? state.order[state.table.cursor] : nil
    }

    /// The column that the row under the cursor is about.
    private static func place(_ state: TransformDesk.State) -> ProjectView.Place? {
        guard let row = row(state), let project = state.project else { return nil }
        switch state.views.last {
        case .node(let id):
            guard let columns = state.node(id)?.columns, columns.indices.contains(row) else {
                return nil
            }
            return ProjectView.Place(node: id, column: columns[row].name)
        case .lineage: return state.steps.indices.contains(row) ? state.steps[row].place : nil
        case .everyColumn:
            let places = project.nodes.lazy.flatMap { node in
                node.columns.lazy.map { ProjectView.Place(node: node.id, column: $0.name) }
            }
            return places.dropFirst(row).first
        case .history, nil: return nil
        }
    }

    private static func nodeUnderCursor(_ state: TransformDesk.State) -> String? {
        switch state.views.last {
        case .node(let id): id
        case .history: nil
        case .lineage, .everyColumn: place(state)?.node
        case nil: row(state).flatMap { state.project?.nodes[$0].id }
        }
    }

    private static func enter(
        _ state: inout TransformDesk.State, _ context: PaneContext
    ) -> TransformDesk.Requests {
        switch state.views.last {
        case nil:
            guard let id = nodeUnderCursor(state) else { return [] }
            push(&state, .node(id), context)
        case .node, .everyColumn, .lineage:
            guard let place = place(state) else { return [] }
            guard state.node(place.node) != nil else {
                return [
                    .notice(Notice(.info, "No node of the project makes '\(place.node)'."))
                ]
            }
            if case .lineage(place)? = state.views.last {
                push(&state, .node(place.node), context)
            } else {
                push(&state, .lineage(place), context)
                let here = state.steps.firstIndex { $0.distance == 0 } ?? 0
                state.table.move(
                    to: state.order.firstIndex(of: here) ?? 0, count: state.order.count,
                    height: height(state, context.size))
            }
        case .history: break
        }
        return []
    }

    static func push(
        _ state: inout TransformDesk.State, _ view: TransformDesk.View, _ context: PaneContext
    ) {
        guard state.views.last != view else { return }
        state.views.append(view)
        state.tables[view] = nil
        show(&state, context)
    }

    static func back(
        _ state: inout TransformDesk.State, _ context: PaneContext
    ) -> TransformDesk.Requests? {
        guard !state.views.isEmpty else { return nil }
        state.views.removeLast()
        show(&state, context)
        return []
    }

    /// Builds the table of the view in sight.
    static func show(_ state: inout TransformDesk.State, _ context: PaneContext) {
        if case .lineage(let place)? = state.views.last {
            state.steps = state.paths?.steps(from: place) ?? []
        }
        state.shown = table(state, context, .unicode)
        state.order = state.shown.order(state.table)
        settle(&state, context)
    }

    private static func table(
        _ state: TransformDesk.State, _ context: PaneContext, _ charset: Charset
    ) -> ModelTable {
        guard let project = state.project else {
            var table = ModelTable()
            table.empty =
                "No dbt project: put one here, or write a task 'transform:' into a pipeline."
            return table
        }
        switch state.views.last {
        case nil: return .nodes(project, now: context.clock.now, charset)
        case .node(let id):
            let width = context.size?.width ?? 80
            return state.node(id).map { .columns(of: $0, state.names, width: width) }
                ?? ModelTable()
        case .lineage: return .lineage(state.steps, project, state.names, charset)
        case .everyColumn: return .everyColumn(project)
        case .history(let id):
            return state.node(id).map { .history(of: $0, charset) } ?? ModelTable()
        }
    }

    static func settle(_ state: inout TransformDesk.State, _ context: PaneContext) {
        state.table.settle(count: state.order.count, height: height(state, context.size))
    }

    private static func height(_ state: TransformDesk.State, _ size: Size?) -> Int {
        let height = size?.height ?? 21
        return max(1, height - 1 - state.shown.headingHeight(in: height))
    }

    // MARK: Draw

    static func caption(_ state: TransformDesk.State) -> PaneCaption {
        let footer =
            state.isReading ? "reading" : state.table.footer(count: state.order.count)
        guard let project = state.project else { return PaneCaption("Models", footer: footer) }
        let parts = [project.name] + (state.views.last.map { [state.title(of: $0)] } ?? [])
        return PaneCaption("Models: \(parts.joined(separator: ", "))", footer: footer)
    }

    static func draw(
        _ state: TransformDesk.State, in area: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        let shown =
            grid.charset == .unicode ? state.shown : table(state, context, grid.charset)
        shown.draw(
            state.order, state.table, waiting: state.isReading ? "reading the project" : nil,
            in: area, isFocused: context.isFocused, on: &grid)
    }
}
