import EditorText
public import PaneKit
import ResultStore

// What the answers to effects change.
extension QueryDesk {
    public static func take(
        _ state: inout State, _ answer: Answer, _ context: PaneContext
    ) -> Requests {
        switch answer {
        case .opened(let connections, let buffers, let history, let chosen):
            return opened(&state, connections, buffers, history, chosen)
        case .connectionsFound(let connections):
            state.connections = connections
            state.connection = state.connection ?? connections.first?.name
            QueryPane.settle(&state)
            return state.wasShown ? loadSchema(&state) : []
        case .schemaLoaded(let connection, let schema):
            state.schemas[connection] = schema
            return []
        case .connectionChanged(let connection, let note):
            state.connectionNotes[connection] = note
            return []
        case .runBegan(let run):
            if state.waiting?.id == run {
                state.running = state.waiting
                state.waiting = nil
            }
            return []
        case .resultBegan(let run, let result, let columns, let statement):
            return began(&state, run, result, columns, statement)
        case .resultGrew(let result, let rowCount, let isComplete, let problem):
            return grew(&state, result, rowCount, isComplete, problem)
        case .statementEnded(let run, let words):
            guard state.running?.id == run else { return [] }
            return [.notice(Notice(.success, words))]
        case .runEnded(let run, let end): return ended(&state, run, end)
        case .windowLoaded(let request, let cells):
            if ResultsPane.takeIntoViewer(&state, request, cells) { return [] }
            return windowLoaded(&state, request, cells)
        case .cellLoaded(let request, let cell):
            if state.viewer?.cellRequest == request {
                state.viewer?.cellRequest = nil
                state.viewer?.content = .text(FoldedText(CellText.bytes(of: cell)))
                return []
            }
            return [.copy(String(decoding: CellText.bytes(of: cell), as: UTF8.self))]
        case .derived(let request, let columns, let rowCount):
            return ResultsPane.take(&state, request, columns, rowCount)
        case .found(let request, let place):
            guard let place else {
                return [.notice(Notice(.info, "'\(request.text)' is not there."))]
            }
            guard state.grid?.id == request.result else { return [] }
            state.grids[state.gridIndex].cursorRow = place
            return ResultsPane.settle(&state)
        case .copied(let text, let rows):
            return [.copy(text), .notice(Notice(.info, "Copied \(rows) row(s)."))]
        case .progressed(let id, let rows):
            if state.working?.id == id { state.working?.done = rows }
            return []
        case .exported(let id, let words):
            ended(&state, work: id)
            return [.notice(Notice(.success, words))]
        case .fileRead(let path, let text):
            if state.readingFile == path { state.readingFile = nil }
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let usesVi = state.buffer.editor.usesVi
            if let index = state.buffers.firstIndex(where: { $0.name == name }) {
                // A second time: an edit that can be undone.
                state.bufferIndex = index
                if state.buffer.editor.text != text { state.buffer.editor.setText(text) }
            } else {
                state.buffers.append(QueryBuffer(name: name, text: text, usesVi: usesVi))
                state.bufferIndex = state.buffers.count - 1
            }
            QueryPane.settle(&state)
            return [.focus("query"), QueryPane.keep(&state)]
        case .edited(let name, let text):
            guard let index = state.buffers.firstIndex(where: { $0.name == name }) else {
                return []
            }
            if state.buffers[index].editor.text != text {
                state.buffers[index].editor.setText(text)
            }
            QueryPane.settle(&state)
            return [QueryPane.keep(&state)]
        }
    }

    private static func opened(
        _ state: inout State, _ connections: [ConnectionChoice], _ buffers: [KeptBuffer],
        _ history: [HistoryEntry], _ chosen: String?
    ) -> Requests {
        state.connections = connections
        state.history = history + state.history
        state.connection = chosen ?? state.connection ?? connections.first?.name
        // What was typed before the answer came stays.
        let isUntouched = state.buffers.count == 1 && state.buffer.editor.buffer.isEmpty
        if isUntouched, !buffers.isEmpty {
            state.buffers = buffers.map { QueryBuffer(name: $0.name, text: $0.text) }
            state.bufferIndex = 0
        }
        QueryPane.settle(&state)
        return state.wasShown ? loadSchema(&state) : []
    }

    /// How many results are kept; older ones go.
    private static let keptResults = 12

    private static func began(
        _ state: inout State, _ run: Int, _ result: Int, _ columns: [StoredColumn],
        _ statement: String
    ) -> Requests {
        guard state.running?.id == run else { return [.perform(.drop([result]))] }
        state.running?.resultCount += 1
        state.viewer = nil
        state.grids.append(GridState(id: result, title: statement, columns: columns))
        var requests: Requests = []
        if state.grids.count > keptResults {
            let gone = state.grids.removeFirst()
            requests.append(.perform(.drop([gone.id] + gone.parents.map(\.id))))
        }
        state.gridIndex = state.grids.count - 1
        return requests + ResultsPane.settle(&state)
    }

    private static func grew(
        _ state: inout State, _ result: Int, _ rowCount: Int, _ isComplete: Bool,
        _ problem: String?
    ) -> Requests {
        for index in state.grids.indices {
            func update(_ grid: inout GridState) {
                (grid.rowCount, grid.isComplete, grid.problem) = (rowCount, isComplete, problem)
            }
            if state.grids[index].id == result { update(&state.grids[index]) }
            for parent in state.grids[index].parents.indices
            where state.grids[index].parents[parent].id == result {
                update(&state.grids[index].parents[parent])
            }
        }
        return ResultsPane.settle(&state)
    }

    private static func windowLoaded(
        _ state: inout State, _ request: WindowRequest, _ cells: [[CellExcerpt]]
    ) -> Requests {
        for index in state.grids.indices where state.grids[index].id == request.result {
            guard state.grids[index].request == request else { continue }
            var places: [Int: Int] = [:]
            for (place, column) in request.columns.enumerated() { places[column] = place }
            state.grids[index].window = GridState.Window(
                rows: request.rows.lowerBound..<request.rows.lowerBound + cells.count,
                columns: request.columns, cells: cells, places: places)
            state.grids[index].request = nil
            state.grids[index].measure()
        }
        return ResultsPane.settle(&state)
    }

    private static func ended(_ state: inout State, _ run: Int, _ end: RunEnd) -> Requests {
        guard let running = state.running, running.id == run else { return [] }
        state.running = nil
        for index in state.grids.indices where !state.grids[index].isComplete {
            state.grids[index].isComplete = true
        }
        let requests = tell(&state, running, end)
        guard running.changesSchema, state.connection == running.connection else { return requests }
        state.askedSchemas.remove(running.connection)
        return requests + loadSchema(&state)
    }

    private static func tell(
        _ state: inout State, _ running: Running, _ end: RunEnd
    ) -> Requests {
        switch end {
        case .done(let seconds):
            guard running.resultCount > 0 else { return [] }
            let rows = state.grid.map { GridText.grouped($0.rowCount) } ?? "0"
            return [.notice(Notice(.success, "\(rows) rows in \(duration(seconds))."))]
        case .cancelled(losesSession: false):
            return [.notice(Notice(.info, "Cancelled; the rows that came are kept."))]
        case .cancelled(losesSession: true):
            return [
                .notice(
                    Notice(
                        .info,
                        "Cancelled. The engine did not obey, so its session was ended, with its temporary tables and its open transaction; the next query opens another."
                    ))
            ]
        case .failed(let problem, let remedy, let offset):
            let notice = Notice.failure(problem: problem, remedy: remedy)
            if let index = state.buffers.firstIndex(where: { $0.name == running.bufferName }) {
                let place = offset.map {
                    state.buffers[index].editor.buffer.position(ofByte: running.offset + $0)
                }
                if let place { state.buffers[index].editor.moveCursor(to: place) }
                state.buffers[index].error = QueryBuffer.Failure(
                    position: place, message: notice.text,
                    revision: state.buffers[index].editor.buffer.revision)
                QueryPane.settle(&state)
            }
            return [.notice(notice)]
        }
    }

    private static func duration(_ seconds: Double) -> String {
        seconds < 1
            ? "\(Int((seconds * 1_000).rounded())) ms"
            : "\((seconds * 10).rounded() / 10) s"
    }
}
