import Domain
import PaneKit
import Screen

/// The tasks of a run as a list, as the timeline and the grid of recent runs show them.
struct TaskList: Hashable, Sendable {
    /// Only tasks whose name or state holds this are shown.
    var filter = TextFilter()
    /// Indices of the tasks in the order of their rows, for as many tasks as there were then.
    private var indices: [Int] = []
    private var taskCount = 0

    /// Takes the rows anew; O(tasks × log tasks).
    mutating func settle(_ tasks: [TaskRow], byStart: Bool) {
        taskCount = tasks.count
        indices = byStart ? Timeline.rows(tasks) : Array(tasks.indices)
        guard !filter.isEmpty else { return }
        let filter = filter
        indices.removeAll { !filter.passes(tasks[$0].words) }
    }

    /// The rows for these tasks; those of another list are shown in its own order until they are
    /// taken anew.
    func rows(_ tasks: [TaskRow]) -> [Int] {
        taskCount == tasks.count ? indices : Array(tasks.indices)
    }
}

extension TaskRow {
    /// What the row says, for filters.
    var words: String { "\(id.name) \(state.words)" }
}

// The cursor in the list views, where every task has a row whether or not it is drawn in the graph.
extension GraphPane {
    /// Rows above the tasks in the view.
    static func headHeight(_ view: State.ViewKind) -> Int {
        switch view {
        case .graph: 0
        case .timeline: 1
        case .grid: RunGridView.headHeight
        }
    }

    /// The first row in sight of the list views: the cursor's stays in the middle.
    static func topRow(_ state: State, _ rows: [Int], _ tasks: [TaskRow], height: Int) -> Int {
        let cursor = rows.firstIndex { tasks[$0].id == state.cursorTask } ?? 0
        return PaneFrame.topRow(
            max(0, cursor - height / 2), cursor: cursor, count: rows.count, height: height)
    }

    /// Moves in the rows of the timeline or the grid; the ends stop.
    static func moveInList(_ state: inout State, _ model: Model, step: Int) {
        let tasks = model.tasks
        let rows = state.list.rows(tasks)
        let index = rows.firstIndex { tasks[$0].id == state.cursorTask }
        place(&state, model, onRow: (index ?? (step > 0 ? -1 : 0)) + step)
    }

    /// Puts the cursor on a row of the timeline or the grid, or on the nearest that there is.
    static func place(_ state: inout State, _ model: Model, onRow row: Int) {
        let tasks = model.tasks
        let rows = state.list.rows(tasks)
        guard !rows.isEmpty else { return }
        state.cursor = .task(tasks[rows[min(max(0, row), rows.count - 1)]].id)
        state.isFollowing = false
    }

    /// The row of a click in the timeline or the grid; nil above and below the tasks.
    static func row(at place: Point, _ state: State, _ model: Model, _ size: Size) -> Int? {
        let head = headHeight(state.view)
        let rows = state.list.rows(model.tasks)
        guard place.y >= head, place.y < size.height else { return nil }
        let top = topRow(state, rows, model.tasks, height: size.height - head)
        let row = top + place.y - head
        return row < rows.count ? row : nil
    }

    /// Shows only tasks that hold `text`: rows in the lists; in the graph the others are dimmed.
    static func setFilter(_ state: inout State, _ text: String, _ model: Model) {
        state.list.filter = TextFilter(text)
        guard state.view != .graph else { return }
        state.list.settle(model.tasks, byStart: state.view == .timeline)
        let rows = state.list.rows(model.tasks)
        if !rows.contains(where: { model.tasks[$0].id == state.cursorTask }) {
            place(&state, model, onRow: 0)
        }
    }

    /// What becomes of the tasks while a filter is typed, and after it.
    static func typeFilter(_ state: inout State, _ event: PromptEvent, _ model: Model) {
        // In the lists the cursor goes to the first that passes; in the graph it stays.
        if state.view != .graph { state.cursor = state.cursorBefore }
        switch event {
        case .changed(let text), .accepted(let text): setFilter(&state, text, model)
        case .dismissed: setFilter(&state, state.filterBefore, model)
        }
    }
}
