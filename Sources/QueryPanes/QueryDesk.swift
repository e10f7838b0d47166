public import Domain
public import PaneKit
import ResultStore
public import SQLText
import EditorText
import Screen

/// The desk for queries: an editor of SQL and the grid of what it gave.
public enum QueryDesk: PaneModule {
    /// What both panes show.
    public struct State: Sendable {
        /// Connections that can be chosen, in the order of the settings.
        public internal(set) var connections: [ConnectionChoice] = []
        /// The one that queries go to; nil where there is none.
        public internal(set) var connection: String?
        public internal(set) var buffers: [QueryBuffer] = [QueryBuffer(name: "1")]
        public internal(set) var bufferIndex = 0
        /// What was run, newest last.
        public internal(set) var history: [HistoryEntry] = []
        public internal(set) var schemas: [String: SchemaIndex] = [:]
        /// Connections whose schema has been asked for.
        var askedSchemas: Set<String> = []
        /// What a connection is doing, where it is not simply open.
        public internal(set) var connectionNotes: [String: String] = [:]
        public internal(set) var running: Running?
        /// A run that waits for the answer to a question.
        var waiting: Running?
        var picker: Picker?
        var completion: Completion?
        /// Parameters that are being asked for.
        var asking: Asking?
        /// Values given last, by name.
        var parameterValues: [String: String] = [:]
        public internal(set) var grids: [GridState] = []
        public internal(set) var gridIndex = 0
        var viewer: Viewer?
        /// What to say of results that are being made, by their numbers.
        var derivedNotes: [Int: String] = [:]
        var editorSize = Size(width: 80, height: 20)
        var gridSize = Size(width: 80, height: 20)
        /// Whether the editor has been in sight: names are read from then on.
        var wasShown = false
        /// A file that is being read into a buffer; what is run then would be another text.
        var readingFile: String?
        var nextNumber = 1
        /// Changes to buffers since they were last handed out to be kept.
        var unsavedChanges = 0
        /// What takes a while beside queries: sorting, writing a file.
        public internal(set) var working: Working?

        public init() {}

        /// The buffers as they are to be kept; nil where they are kept already.
        public var unsavedBuffers: [KeptBuffer]? {
            unsavedChanges == 0
                ? nil : buffers.map { KeptBuffer($0) }
        }

        var buffer: QueryBuffer {
            get { buffers[bufferIndex] }
            set { buffers[bufferIndex] = newValue }
        }

        var grid: GridState? { grids.indices.contains(gridIndex) ? grids[gridIndex] : nil }

        var dialect: SQLDialect {
            connections.first { $0.name == connection }?.dialect ?? .sqlite
        }

        mutating func number() -> Int {
            defer { nextNumber += 1 }
            return nextNumber
        }
    }

    /// A query under way.
    public struct Running: Hashable, Sendable {
        public var id: Int
        public var startedAt: Instant
        public var isCancelling = false
        /// Statements that gave rows so far.
        var resultCount = 0
        /// Where its text begins in the buffer, in bytes, and which buffer: for errors.
        var offset: Int
        var bufferName: String
        var connection: String
        /// Whether tables may be others afterwards.
        var changesSchema: Bool
    }

    /// Something under way that is no query.
    public struct Working: Hashable, Sendable {
        public var id: Int
        /// `sorting`, `writing a.csv`.
        public var words: String
        public var done: Int
        public var total: Int

        var text: String {
            total > 0 && done > 0 ? "\(words) \(min(99, done * 100 / total)) %" : words
        }
    }

    /// Parameters that are asked for before a text is run.
    struct Asking: Hashable, Sendable {
        /// What is done once all have a value.
        enum Purpose: Hashable, Sendable {
            case run, plan
        }
        var request: RunRequest
        var offset: Int
        var missing: [String]
        var purpose = Purpose.run
    }

    public static let panes: [Pane<State, Effect>] = [QueryPane.pane, ResultsPane.pane]

    public static func start(_ state: inout State, _ context: PaneContext) -> Requests {
        [.perform(.open)]
    }

    public static func isTyping(_ state: State, in pane: PaneName) -> Bool {
        pane == "query" && (state.picker != nil || state.buffer.editor.isTyping)
    }

    public static func isTicking(_ state: State) -> Bool { state.running != nil }

    public static func summary(_ state: State) -> String {
        state.running == nil ? "" : "query running"
    }

    public static func unfinishedWork(_ state: State) -> String? {
        if let working = state.working { return "Still \(working.words)" }
        return state.running == nil ? nil : "A query is still running"
    }

    public static func interrupt(_ state: inout State, _ context: PaneContext) -> Requests? {
        if let running = state.running {
            state.running?.isCancelling = true
            return [.perform(.cancel(running.id))]
        }
        return state.working.map { [.perform(.cancel($0.id))] }
    }

    public static func crumbs(
        _ state: State, in pane: PaneName, _ context: PaneContext
    ) -> [String] { [state.connection ?? "no connection", "buffer " + state.buffer.name] }

    public static func open(
        _ state: inout State, _ link: Link, _ context: PaneContext
    ) -> Requests? {
        guard case .statement(let connection, let sql) = link else { return nil }
        if state.connections.contains(where: { $0.name == connection }) {
            state.connection = connection
        }
        state.buffers.append(QueryBuffer(name: freshName(state), text: sql))
        state.bufferIndex = state.buffers.count - 1
        QueryPane.settle(&state)
        return [.focus("query")] + loadSchema(&state)
    }

    static func ended(_ state: inout State, work id: Int) {
        if state.working?.id == id { state.working = nil }
    }

    static func freshName(_ state: State) -> String {
        let taken = Set(state.buffers.map(\.name))
        var number = state.buffers.count + 1
        while taken.contains(String(number)) { number += 1 }
        return String(number)
    }

    static func loadSchema(_ state: inout State) -> Requests {
        guard let connection = state.connection,
            state.askedSchemas.insert(connection).inserted
        else { return [] }
        return [.perform(.loadSchema(connection: connection))]
    }

    public static let words: [CommandWord] = [
        CommandWord("connect", "NAME", "choose the connection of the editor"),
        CommandWord("export", "FILE", "write the result: csv, tsv, jsonl, md, sql or parquet"),
        CommandWord("buffer", "NAME", "go to a buffer, or make it"),
        CommandWord("read", "FILE", "read a file of SQL into a buffer of its own"),
    ]

    public static func run(
        _ state: inout State, word: String, _ arguments: [String], _ context: PaneContext
    ) -> Requests {
        guard let argument = arguments.first else {
            return [.notice(Notice(.info, "Say which: '\(word) …'."))]
        }
        switch word {
        case "connect": return QueryPane.choose(&state, connection: argument) + [.focus("query")]
        case "export": return ResultsPane.export(&state, to: arguments.joined(separator: " "))
        case "read":
            let path = arguments.joined(separator: " ")
            state.readingFile = path
            return [.perform(.readFile(path: path))]
        default:
            if let index = state.buffers.firstIndex(where: { $0.name == argument }) {
                state.bufferIndex = index
            } else {
                state.buffers.append(QueryBuffer(name: argument))
                state.bufferIndex = state.buffers.count - 1
            }
            QueryPane.settle(&state)
            return [.focus("query")]
        }
    }

    public static func candidates(
        _ state: State, word: String, _ arguments: [String]
    ) -> [String] {
        switch word {
        case "connect": state.connections.map(\.name)
        case "buffer": state.buffers.map(\.name)
        default: []
        }
    }

    public static func typed(
        _ state: inout State, _ purpose: String, _ event: PromptEvent, _ context: PaneContext
    ) -> Requests {
        switch (purpose, event) {
        case ("parameter", .accepted(let text)):
            return QueryPane.takeParameter(&state, text, context)
        case ("parameter", .dismissed):
            state.asking = nil
            return [.notice(Notice(.info, "Not run: a parameter has no value."))]
        case ("search-results", .accepted(let text)): return ResultsPane.search(&state, text)
        case ("filter-results", .accepted(let text)): return ResultsPane.filter(&state, text)
        case ("export-results", .accepted(let text)): return ResultsPane.export(&state, to: text)
        case ("copy-as", .accepted(let text)): return ResultsPane.copy(&state, as: text)
        default: return []
        }
    }

    public static func failed(
        _ state: inout State, _ effect: Effect, problem: String, _ context: PaneContext
    ) -> Requests {
        switch effect {
        case .run(let request) where state.running?.id == request.id: state.running = nil
        case .window(let request): ResultsPane.giveUp(&state, request)
        case .derive(let request):
            ended(&state, work: request.id)
            for index in state.grids.indices where state.grids[index].deriving == request.id {
                state.grids[index].deriving = nil
            }
        case .export(let request): ended(&state, work: request.id)
        case .readFile(let path) where state.readingFile == path: state.readingFile = nil
        default: break
        }
        return []
    }

    public static func paletteEntries(
        _ state: State, _ context: PaneContext
    ) -> [PaletteEntry] {
        guard let connection = state.connection, let schema = state.schemas[connection] else {
            return []
        }
        let columns = SQLLexer(state.dialect)
        return schema.tables.prefix(2_000).map { table in
            let name = columns.quoted(table.name)
            return PaletteEntry(
                .statement(connection: connection, sql: "SELECT * FROM \(name) LIMIT 1000;\n"),
                name: table.name, note: "\(table.kind) of \(connection)")
        }
    }
}

extension SQLLexer {
    /// A name as SQL needs it: in quotes where it is no plain word.
    public func quoted(_ name: String) -> String {
        let isPlain =
            tokens(of: name).count == 1 && tokens(of: name)[0].kind == .word
            && name == name.lowercased() && !SQLWords.keywords.contains(name)
        return isPlain ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
}
