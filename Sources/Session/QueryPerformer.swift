public import Connections
import Domain
import PaneKit
import PipelineFiles
import QueryPanes
import ResultStore
import Synchronization
import Workbench
import Workspace

/// Performs the effects of the query desk: connections, results and what is kept of them.
final class QueryPerformer: Sendable {
    private struct State {
        var runs: [Int: Cancellation] = [:]
        /// Cancelled before they began.
        var cancelled: Set<Int> = []
        var views: [Int: ResultView] = [:]
        var tasks: [Int: ResultTask] = [:]
        var lastResult = 0
        /// The names that were told last, by connection.
        var schemas: [String: SchemaIndex] = [:]
        /// Sizes of tables that are being read, by connection.
        var measuring: [String: Cancellation] = [:]
        /// Connections where a query came between.
        var unmeasured: Set<String> = []
    }

    let keeping: QueryKeeping
    private let host: WorkspaceHost
    private let mailbox: Mailbox
    private let connections: ConnectionDesk
    private let chosen: String?
    private let state = Mutex(State())

    /// - Parameter chosen: The connection of the command line, chosen at first.
    init(host: WorkspaceHost, mailbox: Mailbox, connections: ConnectionDesk, chosen: String?) {
        self.host = host
        keeping = QueryKeeping(stateFolder: host.stateFolder)
        self.mailbox = mailbox
        self.connections = connections
        self.chosen = chosen
    }

    private func complain(_ problems: [any UserFacingError]) {
        for problem in problems {
            mailbox.post(.failed(problem: problem.problem, remedy: problem.remedy))
        }
    }

    /// Tells of the connections of pipelines that are still to be read.
    private func addConnections(to known: ConnectionDesk.Known) {
        Task.detached { [self] in
            let all = await connections.allKnown()
            guard all.choices != known.choices else { return }
            complain(Array(all.problems.dropFirst(known.problems.count)))
            mailbox.post(.query(.connectionsFound(all.choices)))
        }
    }

    func answer(to effect: QueryDesk.Effect) async throws -> QueryDesk.Answer? {
        switch effect {
        case .open:
            // The desk is seldom the first thing looked at.
            await host.pipelines.settle(atMost: 500)
            let isWhole = host.pipelines.isWhole
            let known = connections.known
            complain(known.problems)
            if !isWhole { addConnections(to: known) }
            return .opened(
                connections: known.choices, buffers: keeping.buffers(),
                history: keeping.history(),
                chosen: chosen)
        case .loadSchema(let connection): return try await loadSchema(connection)
        case .run(let request): return await run(request)
        case .cancel(let run):
            state.withLock { state in
                if let cancellation = state.runs[run] {
                    // A second time: whatever it costs.
                    if cancellation.isRequested {
                        cancellation.insist()
                    } else {
                        cancellation.cancel()
                    }
                } else if let task = state.tasks[run] {
                    task.cancel()
                } else {
                    state.cancelled.insert(run)
                }
            }
            return nil
        case .window(let request):
            guard let view = view(request.result) else { return nil }
            return .windowLoaded(
                request, try view.window(request.rows, columns: request.columns))
        case .cell(let request):
            guard let view = view(request.result),
                let cell = try view.cell(row: request.row, column: request.column)
            else { return nil }
            return .cellLoaded(request, cell)
        case .derive(let request):
            return try working(request.id) { try derive(request, $0) }
        case .search(let request): return try search(request)
        case .copy(let request):
            guard let view = view(request.result) else { return nil }
            let text = try view.exported(
                request.format, columns: request.columns, rows: request.rows)
            return .copied(text, rows: request.rows.count)
        case .export(let request):
            guard let view = view(request.result) else { return nil }
            let words = try working(request.id) { task in
                try QueryExport.perform(
                    request, view, root: host.outline.root, folder: keeping.resultsFolder(), task)
            }
            return .exported(request.id, words: words)
        case .drop(let results):
            state.withLock { state in
                for result in results { state.views[result] = nil }
            }
            return nil
        case .keep(let buffers):
            try keeping.keep(buffers)
            return nil
        case .remember(let entry):
            try keeping.remember(entry)
            return nil
        case .readFile(let path):
            let whole = path.hasPrefix("/") ? path : host.outline.root + "/" + path
            return .fileRead(path: path, text: try SQLFile.read(whole))
        case .editOutside: preconditionFailure("the editor belongs to the loop")
        }
    }

    private func view(_ result: Int) -> ResultView? { state.withLock { $0.views[result] } }

    private func keep(_ view: ResultView, as result: Int) {
        state.withLock { $0.views[result] = view }
    }

    private func nextResult() -> Int {
        // Below zero: the desk counts its own upwards.
        state.withLock { state in
            state.lastResult -= 1
            return state.lastResult
        }
    }

    // MARK: Names

    /// Tells of the names: those kept from the last session at once, those of today when the
    /// database has given them, and last the sizes, for which nothing waits.
    private func loadSchema(_ connection: String) async throws -> QueryDesk.Answer? {
        let address = try await connections.keptAddress(connection)
        var last = state.withLock { $0.schemas[connection] }
        if last == nil, let address, let kept = keeping.schema(at: address) {
            tell(kept, of: connection)
            last = kept
        }
        let cancellation = Cancellation()
        let names = try await connections.perform(on: connection, cancellation) {
            try $0.names(cancellation: cancellation)
        }
        let index = SchemaIndex(names)
        // Sizes of before, until those of today are there.
        let dated = last.map { index.withSizes(of: $0.tables) } ?? index
        tell(dated, of: connection)
        if let address { keeping.keep(dated, at: address) }
        guard let sizes = try await sizes(names, of: connection) else { return nil }
        let measured = index.withSizes(of: SchemaIndex.tables(of: sizes))
        if let address { keeping.keep(measured, at: address) }
        tell(measured, of: connection)
        return nil
    }

    private func tell(_ schema: SchemaIndex, of connection: String) {
        state.withLock { $0.schemas[connection] = schema }
        mailbox.post(.query(.schemaLoaded(connection: connection, schema)))
    }

    /// The names with sizes; nil where a query wanted the connection meanwhile.
    private func sizes(_ names: Catalogue, of connection: String) async throws -> Catalogue? {
        let cancellation = Cancellation()
        // DuckDB has them at hand, and may lose its session over a query that is cancelled.
        if try await connections.address(connection).engine != .duckdb {
            state.withLock { $0.measuring[connection] = cancellation }
        }
        defer { state.withLock { _ = $0.measuring.removeValue(forKey: connection) } }
        do {
            return try await connections.perform(on: connection, cancellation) {
                var catalogue = names
                try $0.addSizes(to: &catalogue, cancellation: cancellation)
                return catalogue
            }
        } catch let error as DatabaseError where error.kind == .cancelled {
            return nil
        }
    }

    // MARK: Running

    private func run(_ request: RunRequest) async -> QueryDesk.Answer? {
        let cancellation = Cancellation()
        let isCancelled = state.withLock { state in
            state.runs[request.id] = cancellation
            return state.cancelled.remove(request.id) != nil
        }
        if isCancelled { cancellation.cancel() }
        // Sizes can wait; they are read again behind this.
        state.withLock { state in
            guard let measuring = state.measuring[request.connection] else { return }
            measuring.cancel()
            state.unmeasured.insert(request.connection)
        }
        mailbox.post(.query(.runBegan(request.id)))
        let began = Clock.milliseconds()
        let end: QueryDesk.RunEnd
        let session = SessionEnd()
        do {
            try await connections.perform(on: request.connection, cancellation) {
                [self] connection in
                defer { if !connection.isOpen { session.isLost.store(true, ordering: .relaxed) } }
                try perform(request, on: connection, cancellation)
            }
            end = .done(seconds: Double(Clock.milliseconds() - began) / 1_000)
        } catch let error as DatabaseError where error.kind == .cancelled {
            end = .cancelled(losesSession: session.isLost.load(ordering: .relaxed))
        } catch let error as DatabaseError {
            end = .failed(problem: error.problem, remedy: error.remedy, offset: error.offset)
        } catch let error as any UserFacingError {
            end = .failed(problem: error.problem, remedy: error.remedy, offset: nil)
        } catch {
            end = .failed(problem: "\(error)", remedy: "", offset: nil)
        }
        state.withLock { $0.runs[request.id] = nil }
        mailbox.post(.query(.runEnded(run: request.id, end)))
        let isUnmeasured = state.withLock { $0.unmeasured.remove(request.connection) != nil }
        // What is wrong with the connection was told by the run.
        return isUnmeasured ? try? await loadSchema(request.connection) : nil
    }

    /// Runs the text on the connection's thread and keeps what it gives.
    private func perform(
        _ request: RunRequest, on connection: any DatabaseConnection, _ cancellation: Cancellation
    ) throws {
        var statement = request.text
        var store: ResultStore?
        var result = 0
        var lastTold: Int64 = 0
        defer { store?.finish() }
        func tell(_ store: ResultStore, isComplete: Bool) {
            lastTold = Clock.milliseconds()
            mailbox.post(
                .query(
                    .resultGrew(
                        result: result, rowCount: store.rowCount, isComplete: isComplete,
                        problem: store.problem?.problem)))
        }
        let text = Array(request.text.utf8)
        try connection.run(
            request.text, parameters: QueryValues.parameters(request.parameters),
            cancellation: cancellation
        ) { event in
            switch event {
            case .began(let place): statement = String(decoding: text[place.range], as: UTF8.self)
            case .columns(let columns):
                let made = try ResultStore(
                    columns: QueryValues.columns(columns), folder: keeping.resultsFolder())
                (store, result) = (made, nextResult())
                keep(ResultView(made), as: result)
                mailbox.post(
                    .query(
                        .resultBegan(
                            run: request.id, result: result, columns: made.columns,
                            statement: statement)))
            case .rows(let batch):
                guard let store else { return }
                let isFirst = store.rowCount == 0
                defer { if store.problem != nil { tell(store, isComplete: true) } }
                try store.append(batch)
                if isFirst || Clock.milliseconds() - lastTold >= 100 {
                    tell(store, isComplete: false)
                }
            case .ended(let summary):
                if let ended = store {
                    ended.finish()
                    tell(ended, isComplete: true)
                } else {
                    mailbox.post(
                        .query(
                            .statementEnded(
                                run: request.id, words: QueryValues.words(summary, statement))))
                }
                store = nil
            }
        }
    }

    // MARK: Results from results

    /// Does what takes a while, tells how far it has come ten times a second at most, and lets it
    /// be cancelled by its number.
    private func working<Result>(_ id: Int, _ body: (ResultTask) throws -> Result) throws -> Result
    {
        let told = TimeOfTelling()
        let task = ResultTask { [mailbox] rows in
            if told.isDue() { mailbox.post(.query(.progressed(id, rows: rows))) }
        }
        state.withLock { $0.tasks[id] = task }
        defer { state.withLock { $0.tasks[id] = nil } }
        return try body(task)
    }

    private func derive(
        _ request: DeriveRequest, _ task: ResultTask
    ) throws -> QueryDesk.Answer? {
        guard let view = view(request.source) else { return nil }
        let derived: ResultView
        switch request.kind {
        case .sort(let column, let isDescending):
            derived = try view.sorted(by: [column], isDescending: isDescending, task)
        case .filter(let text):
            derived = try view.filtered(
                RowFilter(typed: text, columns: view.store.columns), task)
        case .group(let columns): derived = try view.grouped(by: columns, task)
        case .describe:
            derived = try QueryValues.table(
                of: try view.described(task), folder: keeping.resultsFolder())
        case .difference(let old, let keyCount):
            guard let other = self.view(old) else { return nil }
            let diff = try view.difference(from: other, keyCount: keyCount, task)
            mailbox.post(.notice(Notice(.info, QueryValues.words(diff, view.store.columns))))
            derived = diff.rows
        }
        keep(derived, as: request.id)
        return .derived(
            request, columns: derived.store.columns, rowCount: derived.rowCount)
    }

    private func search(_ request: SearchRequest) throws -> QueryDesk.Answer? {
        guard let view = view(request.result) else { return nil }
        let filter = RowFilter(typed: request.text, columns: view.store.columns)
        let place = try view.place(
            matching: filter, from: request.from, isForward: request.isForward)
        guard place == nil else { return .found(request, place: place) }
        // Once around.
        let start = request.isForward ? 0 : view.rowCount - 1
        return .found(
            request,
            place: try view.place(matching: filter, from: start, isForward: request.isForward))
    }
}

/// Whether a session ended with the work that was done on it.
private final class SessionEnd: Sendable {
    let isLost = Atomic(false)
}

/// When something was last told, so that it is not told too often.
private final class TimeOfTelling: Sendable {
    private let last = Mutex(Clock.milliseconds())

    func isDue() -> Bool {
        let now = Clock.milliseconds()
        return last.withLock { last in
            guard now - last >= 100 else { return false }
            last = now
            return true
        }
    }
}

/// A connection to open the workbench with.
public struct QueryOpening: Sendable {
    public var name: String
    public var address: ConnectionAddress
    public var isReadOnly: Bool
    /// Make a database file that does not exist.
    public var makesFile: Bool

    public init(
        name: String, address: ConnectionAddress, isReadOnly: Bool, makesFile: Bool = false
    ) {
        self.name = name
        self.address = address
        self.isReadOnly = isReadOnly
        self.makesFile = makesFile
    }
}
