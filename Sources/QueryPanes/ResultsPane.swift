public import PaneKit
import ResultStore
import Screen

/// The rows that a query gave, as a grid of cells.
public enum ResultsPane {
    public enum Action: String, NamedAction {
        case down = "grid-down"
        case up = "grid-up"
        case left = "grid-left"
        case right = "grid-right"
        case firstColumn = "first-column"
        case lastColumn = "last-column"
        case top = "grid-top"
        case bottom = "grid-bottom"
        case pageDown = "grid-page-down"
        case pageUp = "grid-page-up"
        case halfPageDown = "grid-half-page-down"
        case halfPageUp = "grid-half-page-up"
        case openCell = "open-cell"
        case openRow = "open-row"
        case mark = "mark-rows"
        case sortAscending = "sort-ascending"
        case sortDescending = "sort-descending"
        case filter = "filter-rows"
        case search = "search-results"
        case nextHit = "next-result-hit"
        case previousHit = "previous-result-hit"
        case nextNull = "next-null"
        case previousNull = "previous-null"
        case group = "group-by-column"
        case describe = "describe-columns"
        case difference = "diff-results"
        case transpose
        case bars = "plot-bars"
        case line = "plot-line"
        case humanise = "humanise-numbers"
        case wider = "wider-column"
        case narrower = "narrower-column"
        case fit = "fit-column"
        case hide = "hide-column"
        case showAll = "show-all-columns"
        case moveLeft = "move-column-left"
        case moveRight = "move-column-right"
        case freeze = "freeze-columns"
        case copyCell = "copy-cell"
        case copyAs = "copy-as"
        case export = "export-result"
        case previousResult = "previous-result"
        case nextResult = "next-result"
        case cancel = "cancel-result-query"
        case closeResult = "close-result"
    }

    public static let keymap = Keymap<Action>([
        Binding(["j", "down"], .down, "row down"),
        Binding(["k", "up"], .up, "row up"),
        Binding(["h", "left"], .left, "column left"),
        Binding(["l", "right"], .right, "column right"),
        Binding(["^", "home"], .firstColumn, "first column"),
        Binding(["$", "end"], .lastColumn, "last column"),
        Binding(["g g"], .top, "first row"),
        Binding(["G"], .bottom, "last row", inKeyBar: true),
        Binding(["pgdn", "^f"], .pageDown, "page down"),
        Binding(["pgup", "^b"], .pageUp, "page up"),
        Binding(["^d"], .halfPageDown, "half a page down"),
        Binding(["^u"], .halfPageUp, "half a page up"),
        Binding(["enter"], .openCell, "cell", inKeyBar: true),
        Binding(["space"], .openRow, "row", inKeyBar: true),
        Binding(["v"], .mark, "mark rows"),
        Binding(["s"], .sortAscending, "sort", inKeyBar: true),
        Binding(["S"], .sortDescending, "sort down"),
        Binding(["&"], .filter, "filter", inKeyBar: true),
        Binding(["/"], .search, "search"),
        Binding(["n"], .nextHit, "next hit"),
        Binding(["N"], .previousHit, "previous hit"),
        Binding(["e"], .nextNull, "next null"),
        Binding(["E"], .previousNull, "previous null"),
        Binding(["c"], .group, "count by column", inKeyBar: true),
        Binding(["d"], .describe, "describe columns", inKeyBar: true),
        Binding(["D"], .difference, "diff with the result before"),
        Binding(["t"], .transpose, "transpose"),
        Binding(["b"], .bars, "plot bars"),
        Binding(["B"], .line, "plot line"),
        Binding(["#"], .humanise, "short numbers"),
        Binding([">"], .wider, "wider"),
        Binding(["<"], .narrower, "narrower"),
        Binding(["w"], .fit, "fit or widen column"),
        Binding(["-"], .hide, "hide column"),
        Binding(["="], .showAll, "show all columns"),
        Binding(["H", "shift-left"], .moveLeft, "move column left"),
        Binding(["L", "shift-right"], .moveRight, "move column right"),
        Binding(["f"], .freeze, "freeze up to here"),
        Binding(["y"], .copyCell, "copy cell or marked rows"),
        Binding(["Y"], .copyAs, "copy as TSV, Markdown, …"),
        Binding(["o"], .export, "export", inKeyBar: true),
        Binding(["["], .previousResult, "previous result"),
        Binding(["]"], .nextResult, "next result"),
        Binding(["x"], .cancel, "cancel the query"),
        Binding(["X"], .closeResult, "close result"),
    ])

    static let pane = Pane<QueryDesk.State, QueryDesk.Effect>(
        "results", digit: "4", title: "Results", keymap: keymap,
        update: { update(&$0, $1, $2) },
        draw: { draw($0, in: $1, $2, on: &$3) },
        caption: { caption($0, $1) },
        press: { state, key, _ in state.viewer == nil ? nil : press(&state, viewer: key) },
        mouse: { mouse(&$0, $1, $2) },
        resized: { state, size, _ in
            state.gridSize = size
            return settle(&state)
        },
        back: { back(&$0, $1) })

    /// Brings the cursor into sight, and asks for cells that are missing there.
    static func settle(_ state: inout QueryDesk.State) -> QueryDesk.Requests {
        guard state.grids.indices.contains(state.gridIndex) else { return [] }
        let size = state.gridSize
        state.grids[state.gridIndex].scroll(to: size)
        guard let request = state.grids[state.gridIndex].needed(size) else { return [] }
        return [.perform(.window(request))]
    }

    private static func change(
        _ state: inout QueryDesk.State, _ body: (inout GridState) -> Void
    ) -> QueryDesk.Requests {
        guard state.grids.indices.contains(state.gridIndex) else { return [] }
        body(&state.grids[state.gridIndex])
        return settle(&state)
    }

    static func update(
        _ state: inout QueryDesk.State, _ action: Action, _ context: PaneContext
    ) -> QueryDesk.Requests {
        if action == .cancel {
            return QueryDesk.interrupt(&state, context)
                ?? [.notice(Notice(.info, "No query is running."))]
        }
        guard let grid = state.grid else {
            return [.notice(Notice(.info, "There is no result yet: run a query first."))]
        }
        let page = max(1, state.gridSize.height - 2)
        switch action {
        case .down: return move(&state, rows: 1)
        case .up: return move(&state, rows: -1)
        case .left: return move(&state, columns: -1)
        case .right: return move(&state, columns: 1)
        case .firstColumn: return move(&state, columns: -grid.order.count)
        case .lastColumn: return move(&state, columns: grid.order.count)
        case .top: return move(&state, rows: -grid.rowCount)
        case .bottom: return move(&state, rows: grid.rowCount)
        case .pageDown: return move(&state, rows: page)
        case .pageUp: return move(&state, rows: -page)
        case .halfPageDown: return move(&state, rows: max(1, page / 2))
        case .halfPageUp: return move(&state, rows: -max(1, page / 2))
        case .openCell: return openCell(&state, grid)
        case .openRow: return openRow(&state, grid)
        case .mark:
            return change(&state) { $0.anchor = $0.anchor == nil ? $0.cursorRow : nil }
        case .sortAscending, .sortDescending:
            let isDescending = action == .sortDescending
            let words = "by \(grid.columns[grid.column].name) " + (isDescending ? "▼" : "▲")
            return derive(&state, .sort(column: grid.column, isDescending: isDescending), words)
        case .filter:
            let name = grid.columns.isEmpty ? "" : grid.columns[grid.column].name
            return [.prompt(Prompt("filter-results", sign: "&", text: name + " = "))]
        case .search: return [.prompt(Prompt("search-results", sign: "/"))]
        case .nextHit, .previousHit:
            guard let text = grid.lastSearch else { return [] }
            return find(grid, text, isForward: action == .nextHit)
        case .nextNull, .previousNull:
            let name = grid.columns[grid.column].name
            return find(grid, "\(name) = null", isForward: action == .nextNull)
        case .group:
            return derive(
                &state, .group(columns: [grid.column]), "count by \(grid.columns[grid.column].name)"
            )
        case .describe: return derive(&state, .describe, "described")
        case .difference: return difference(&state, grid)
        case .copyCell: return copyCell(&state, grid)
        case .copyAs:
            return [
                .prompt(
                    Prompt(
                        "copy-as", sign: "copy as ", text: "markdown",
                        candidates: ["tsv", "csv", "markdown", "jsonl", "sql"]))
            ]
        case .export:
            return [.prompt(Prompt("export-results", sign: "export to ", text: "result.csv"))]
        case .previousResult, .nextResult:
            let step = action == .nextResult ? 1 : state.grids.count - 1
            state.gridIndex = (state.gridIndex + step) % state.grids.count
            return settle(&state)
        case .closeResult:
            let gone = state.grids.remove(at: state.gridIndex)
            state.gridIndex = min(state.gridIndex, max(0, state.grids.count - 1))
            let dropped = [gone.id] + gone.parents.map(\.id)
            return [.perform(.drop(dropped))] + settle(&state)
        case .bars, .line: return plot(&state, grid, isLine: action == .line)
        default: return arrange(&state, action)
        }
    }

    private static func move(
        _ state: inout QueryDesk.State, rows: Int = 0, columns: Int = 0
    ) -> QueryDesk.Requests {
        change(&state) { grid in
            // Transposed, rows lie side by side.
            let (rows, columns) =
                grid.isTransposed && abs(rows) + abs(columns) == 1
                ? (columns, rows) : (rows, columns)
            grid.cursorRow = min(max(0, grid.cursorRow + rows), max(0, grid.rowCount - 1))
            grid.cursorColumn = min(
                max(0, grid.cursorColumn + columns), max(0, grid.order.count - 1))
        }
    }

    /// Widths, order and what is shown of the columns.
    private static func arrange(
        _ state: inout QueryDesk.State, _ action: Action
    ) -> QueryDesk.Requests {
        change(&state) { grid in
            let column = grid.column
            let index = grid.cursorColumn
            switch action {
            case .wider: grid.widths[column] = min(500, grid.width(of: column) + 4)
            case .narrower: grid.widths[column] = max(3, grid.width(of: column) - 4)
            case .fit:
                let longest = grid.window.map { window in
                    window.places[column].map { place in
                        window.cells.map {
                            GridText.width(
                                GridText.bytes(of: $0[place], isHumanised: false).prefix(400))
                        }.max() ?? 3
                    } ?? 3
                }
                let wanted = min(400, max(3, longest ?? 3, grid.columns[column].name.count + 1))
                grid.widths[column] = grid.widths[column] == wanted ? min(36, wanted) : wanted
            case .hide where grid.order.count > 1:
                grid.order.remove(at: index)
                if index < grid.frozenCount { grid.frozenCount -= 1 }
            case .showAll:
                grid.order = Array(grid.columns.indices)
                (grid.frozenCount, grid.leftColumn) = (0, 0)
            case .moveLeft where index > 0:
                grid.order.swapAt(index, index - 1)
                grid.cursorColumn -= 1
            case .moveRight where index + 1 < grid.order.count:
                grid.order.swapAt(index, index + 1)
                grid.cursorColumn += 1
            case .freeze:
                grid.frozenCount = grid.frozenCount == index + 1 ? 0 : index + 1
                grid.leftColumn = grid.frozenCount
            case .humanise:
                if grid.humanised.remove(column) == nil { grid.humanised.insert(column) }
            case .transpose: grid.isTransposed.toggle()
            default: break
            }
        }
    }

    /// Esc: out of the marks, then back to what the result was made from, then to the editor.
    private static func back(
        _ state: inout QueryDesk.State, _ context: PaneContext
    ) -> QueryDesk.Requests? {
        guard let grid = state.grid else { return [.focus("query")] }
        if grid.anchor != nil { return change(&state) { $0.anchor = nil } }
        guard var parent = grid.parents.last else { return [.focus("query")] }
        parent.parents = grid.parents.dropLast()
        parent.deriving = nil
        state.grids[state.gridIndex] = parent
        return [.perform(.drop([grid.id]))] + settle(&state)
    }

    // MARK: Making results from results

    private static func derive(
        _ state: inout QueryDesk.State, _ kind: DeriveRequest.Kind, _ note: String
    ) -> QueryDesk.Requests {
        guard let grid = state.grid, grid.deriving == nil else { return [] }
        let request = DeriveRequest(id: state.number(), source: grid.id, kind: kind)
        state.grids[state.gridIndex].deriving = request.id
        state.derivedNotes[request.id] = note
        state.working = QueryDesk.Working(
            id: request.id, words: words(kind), done: 0, total: grid.rowCount)
        return [.perform(.derive(request))]
    }

    private static func words(_ kind: DeriveRequest.Kind) -> String {
        switch kind {
        case .sort: "sorting"
        case .filter: "filtering"
        case .group: "counting"
        case .describe: "describing"
        case .difference: "comparing"
        }
    }

    static func filter(_ state: inout QueryDesk.State, _ text: String) -> QueryDesk.Requests {
        guard !text.isEmpty else { return [] }
        return derive(&state, .filter(text), "& " + text)
    }

    private static func difference(
        _ state: inout QueryDesk.State, _ grid: GridState
    ) -> QueryDesk.Requests {
        guard state.gridIndex > 0 else {
            return [
                .notice(Notice(.info, "Run another query first: D compares with the one before."))
            ]
        }
        let old = state.grids[state.gridIndex - 1]
        let keys = grid.frozenCount == 0 ? nil : grid.frozenCount
        let words = keys.map { " by \($0) frozen column(s)" } ?? ""
        return derive(&state, .difference(from: old.id, keyCount: keys), "diff" + words)
    }

    static func take(
        _ state: inout QueryDesk.State, _ request: DeriveRequest, _ columns: [StoredColumn],
        _ rowCount: Int
    ) -> QueryDesk.Requests {
        QueryDesk.ended(&state, work: request.id)
        let note = state.derivedNotes.removeValue(forKey: request.id) ?? ""
        guard let index = state.grids.firstIndex(where: { $0.deriving == request.id }) else {
            return [.perform(.drop([request.id]))]
        }
        let source = state.grids[index]
        var grid = GridState(id: request.id, title: source.title, columns: columns)
        (grid.rowCount, grid.isComplete) = (rowCount, true)
        if case .difference = request.kind { grid.isDifference = true }
        grid.note = source.note.isEmpty ? note : source.note + " · " + note
        if columns == source.columns {
            // The same columns: they keep their places.
            (grid.order, grid.widths) = (source.order, source.widths)
            grid.measured = source.measured
            (grid.frozenCount, grid.humanised) = (source.frozenCount, source.humanised)
            (grid.cursorColumn, grid.leftColumn) = (source.cursorColumn, source.leftColumn)
        }
        var parent = source
        (parent.deriving, parent.window, parent.request) = (nil, nil, nil)
        grid.parents = parent.parents + [parent]
        state.grids[index] = grid
        return settle(&state)
    }

    /// Gives up waiting for cells that could not be read.
    static func giveUp(_ state: inout QueryDesk.State, _ request: WindowRequest) {
        for index in state.grids.indices where state.grids[index].request == request {
            state.grids[index].request = nil
        }
        if state.viewer?.windowRequest == request { state.viewer = nil }
    }

    // MARK: Searching

    static func search(_ state: inout QueryDesk.State, _ text: String) -> QueryDesk.Requests {
        guard !text.isEmpty, state.grids.indices.contains(state.gridIndex) else { return [] }
        state.grids[state.gridIndex].lastSearch = text
        return find(state.grids[state.gridIndex], text, isForward: true)
    }

    private static func find(
        _ grid: GridState, _ text: String, isForward: Bool
    ) -> QueryDesk.Requests {
        [
            .perform(
                .search(
                    SearchRequest(
                        result: grid.id, text: text, from: grid.cursorRow + (isForward ? 1 : -1),
                        isForward: isForward)))
        ]
    }

    // MARK: Leaving

    private static func copyCell(
        _ state: inout QueryDesk.State, _ grid: GridState
    ) -> QueryDesk.Requests {
        if grid.anchor != nil { return copy(&state, as: "tsv") }
        return [
            .perform(
                .cell(CellRequest(result: grid.id, row: grid.cursorRow, column: grid.column)))
        ]
    }

    static func copy(_ state: inout QueryDesk.State, as text: String) -> QueryDesk.Requests {
        guard let grid = state.grid else { return [] }
        let word = text.lowercased().filter { $0 != " " }
        let format: ExportFormat?
        switch word {
        case "json": format = .jsonLines
        case "insert": format = .insert
        default:
            format =
                ExportFormat(rawValue: word) ?? ExportFormat.allCases.first { "\($0)" == word }
        }
        guard let format else {
            return [
                .notice(Notice(.error, "'\(text)' is none of tsv, csv, markdown, jsonl, sql."))
            ]
        }
        let request = CopyRequest(
            result: grid.id, format: format, rows: grid.chosenRows, columns: grid.order)
        return [.perform(.copy(request))]
    }

    static func export(_ state: inout QueryDesk.State, to path: String) -> QueryDesk.Requests {
        guard let grid = state.grid else {
            return [.notice(Notice(.info, "There is no result yet: run a query first."))]
        }
        guard !path.isEmpty else { return [] }
        let isParquet = path.lowercased().hasSuffix(".parquet")
        guard isParquet || ExportFormat(fileName: path) != nil else {
            return [
                .notice(
                    Notice(
                        .error,
                        "'\(path)' names no form: end it in .csv, .tsv, .jsonl, .md, .sql or .parquet."
                    ))
            ]
        }
        guard state.working == nil else {
            return [.notice(Notice(.info, "Still \(state.working?.words ?? ""): ^C cancels it."))]
        }
        let request = ExportRequest(
            id: state.number(), result: grid.id, columns: grid.order, path: path)
        state.working = QueryDesk.Working(
            id: request.id, words: "writing \(path)", done: 0, total: grid.rowCount)
        return [.perform(.export(request))]
    }

    // MARK: Mouse

    private static func mouse(
        _ state: inout QueryDesk.State, _ event: MouseEvent, _ context: PaneContext
    ) -> QueryDesk.Requests {
        let width = state.gridSize.width
        switch event.action {
        case .press(.left):
            return change(&state) { grid in
                if event.at.y > 0 { grid.cursorRow = grid.topRow + event.at.y - 1 }
                let hit = grid.visibleColumns(width: width).last { $0.x <= event.at.x }
                if let hit { grid.cursorColumn = hit.index }
            }
        case .wheelDown: return move(&state, rows: 3)
        case .wheelUp: return move(&state, rows: -3)
        case .wheelRight: return move(&state, columns: 1)
        case .wheelLeft: return move(&state, columns: -1)
        default: return []
        }
    }
}
