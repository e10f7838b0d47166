public import PaneKit
import EditorText
import ResultStore
import SQLText
import Screen

/// The editor: SQL in several buffers, run against a connection.
public enum QueryPane {
    public enum Action: String, NamedAction {
        case run = "run-statement"
        case runAll = "run-all"
        case cancel = "cancel-query"
        case explain = "explain-statement"
        case complete
        case format = "format-sql"
        case toggleVi = "toggle-vi"
        case history = "query-history"
        case connections = "choose-connection"
        case tables = "browse-tables"
        case snippets
        case editOutside = "edit-outside"
        case newBuffer = "new-buffer"
        case closeBuffer = "close-buffer"
        case previousBuffer = "previous-buffer"
        case nextBuffer = "next-buffer"
        case goToError = "go-to-error"
        case copyStatement = "copy-statement"
        case leave = "leave-editor"
    }

    // Keys that type nothing, so that they work in every mode of the editor.
    public static let keymap = Keymap<Action>([
        Binding(["f5", "^j"], .run, "run", inKeyBar: true),
        Binding(["f6"], .runAll, "run all"),
        Binding(["^space"], .complete, "complete (Tab)", inKeyBar: true),
        Binding(["f2"], .format, "format", inKeyBar: true),
        Binding(["f3"], .tables, "tables", inKeyBar: true),
        Binding(["f4"], .toggleVi, "vi keys on/off"),
        Binding(["f7"], .explain, "plan"),
        Binding(["f8"], .history, "history", inKeyBar: true),
        Binding(["f9"], .connections, "connection", inKeyBar: true),
        Binding(["f10", "alt-s"], .snippets, "snippets"),
        Binding(["^e"], .editOutside, "edit in $EDITOR"),
        Binding(["alt-n"], .newBuffer, "new buffer"),
        Binding(["alt-k"], .closeBuffer, "close buffer"),
        Binding(["alt-,"], .previousBuffer, "previous buffer ([ in vi)"),
        Binding(["alt-."], .nextBuffer, "next buffer (] in vi)"),
        Binding(["alt-e"], .goToError, "go to the error"),
        Binding(["alt-y"], .copyStatement, "copy statement"),
        Binding(["alt-x"], .cancel, "cancel the query"),
        Binding(["esc"], .leave, "to the results"),
    ])

    static let pane = Pane<QueryDesk.State, QueryDesk.Effect>(
        "query", digit: "3", title: "Query", keymap: keymap,
        update: { update(&$0, $1, $2) },
        draw: { draw($0, in: $1, $2, on: &$3) },
        caption: { caption($0, $1) },
        press: { press(&$0, $1, $2) },
        mouse: { mouse(&$0, $1, $2) },
        resized: { state, size, _ in
            state.editorSize = size
            state.wasShown = true
            settle(&state)
            return QueryDesk.loadSchema(&state)
        })

    /// Keeps cursor, colours and what is kept up to date after anything that changed the editor.
    static func settle(_ state: inout QueryDesk.State) {
        let dialect = state.dialect
        let height = state.editorSize.height - messageLines(state, state.editorSize).count
        state.buffers[state.bufferIndex].settle(height: height, dialect: dialect)
        let left = leftColumn(state.buffer, width: textWidth(state))
        state.buffers[state.bufferIndex].leftColumn = left
    }

    static func update(
        _ state: inout QueryDesk.State, _ action: Action, _ context: PaneContext
    ) -> QueryDesk.Requests {
        state.completion = nil
        switch action {
        case .run: return run(&state, isAll: false, context)
        case .runAll: return run(&state, isAll: true, context)
        case .cancel:
            return QueryDesk.interrupt(&state, context)
                ?? [.notice(Notice(.info, "No query is running."))]
        case .explain: return explain(&state)
        case .complete: complete(&state)
        case .format: return format(&state)
        case .toggleVi:
            let isOn = !state.buffer.editor.usesVi
            for index in state.buffers.indices { state.buffers[index].editor.setVi(isOn) }
        case .history: state.picker = Picker(kind: .history)
        case .connections: state.picker = Picker(kind: .connections)
        case .tables: state.picker = Picker(kind: .tables)
        case .snippets: state.picker = Picker(kind: .snippets)
        case .editOutside:
            return [
                .perform(
                    .editOutside(text: state.buffer.editor.text, buffer: state.buffer.name))
            ]
        case .newBuffer:
            let usesVi = state.buffer.editor.usesVi
            state.buffers.append(QueryBuffer(name: QueryDesk.freshName(state), usesVi: usesVi))
            state.bufferIndex = state.buffers.count - 1
        case .closeBuffer: return closeBuffer(&state)
        case .previousBuffer, .nextBuffer:
            let step = action == .nextBuffer ? 1 : state.buffers.count - 1
            state.bufferIndex = (state.bufferIndex + step) % state.buffers.count
        case .goToError:
            guard let error = state.buffer.error else {
                return [.notice(Notice(.info, "The last query had no error."))]
            }
            if let position = error.position { state.buffer.editor.moveCursor(to: position) }
            settle(&state)
            return [.notice(Notice(.error, error.message))]
        case .copyStatement:
            guard let (text, _) = target(state, isAll: false) else { return [] }
            return [.copy(text)]
        case .leave: return [.focus("results")]
        }
        settle(&state)
        guard action == .tables, let connection = state.connection else { return [] }
        // Seen anew each time it is looked at.
        state.askedSchemas.remove(connection)
        return QueryDesk.loadSchema(&state)
    }

    private static func closeBuffer(_ state: inout QueryDesk.State) -> QueryDesk.Requests {
        let usesVi = state.buffer.editor.usesVi
        state.buffers.remove(at: state.bufferIndex)
        if state.buffers.isEmpty { state.buffers = [QueryBuffer(name: "1", usesVi: usesVi)] }
        state.bufferIndex = min(state.bufferIndex, state.buffers.count - 1)
        settle(&state)
        return [keep(&state)]
    }

    static func keep(_ state: inout QueryDesk.State) -> PaneRequest<QueryDesk.Effect> {
        state.unsavedChanges = 0
        return .perform(.keep(state.buffers.map { KeptBuffer($0) }))
    }

    static func choose(
        _ state: inout QueryDesk.State, connection: String
    ) -> QueryDesk.Requests {
        guard state.connections.contains(where: { $0.name == connection }) else {
            let known = state.connections.map(\.name).joined(separator: ", ")
            return [
                .notice(
                    Notice(.error, "There is no connection '\(connection)'. There are: \(known)."))
            ]
        }
        state.connection = connection
        settle(&state)
        return QueryDesk.loadSchema(&state)
    }

    private static func format(_ state: inout QueryDesk.State) -> QueryDesk.Requests {
        let formatter = SQLFormatter(state.dialect)
        if let (start, end) = state.buffer.editor.selection {
            let text = formatter.format(state.buffer.editor.selectedText ?? "")
            state.buffer.editor.replace(start, end, with: text)
        } else {
            let text = state.buffer.editor.text
            let formatted = formatter.format(text)
            if formatted != text {
                let cursor = state.buffer.editor.buffer.byteOffset(of: state.buffer.editor.cursor)
                state.buffer.editor.setText(formatted)
                let place = samePlace(as: cursor, of: text, in: formatted)
                let position = state.buffer.editor.buffer.position(ofByte: place)
                state.buffer.editor.moveCursor(to: position)
            }
        }
        settle(&state)
        return []
    }

    /// The byte of `formatted` with as much before it, blanks apart, as before `offset` of `text`.
    private static func samePlace(as offset: Int, of text: String, in formatted: String) -> Int {
        func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }
        var left = text.utf8.prefix(offset).count { !isBlank($0) }
        for (place, byte) in formatted.utf8.enumerated() where !isBlank(byte) {
            if left == 0 { return place }
            left -= 1
        }
        return formatted.utf8.count
    }

    // MARK: Running

    /// What is to be run, and where in the buffer it begins: the selection, everything, or the
    /// statement at the cursor.
    static func target(
        _ state: QueryDesk.State, isAll: Bool
    ) -> (text: String, offset: Int)? {
        let editor = state.buffer.editor
        if !isAll, let (start, _) = editor.selection, let text = editor.selectedText {
            return (text, editor.buffer.byteOffset(of: start))
        }
        let text = editor.text
        if isAll { return text.allSatisfy(\.isWhitespace) ? nil : (text, 0) }
        let script = SQLScript(text, state.dialect)
        let cursor = editor.buffer.byteOffset(of: editor.cursor)
        guard let statement = script.statement(at: cursor) else { return nil }
        return (script.text(of: statement), statement.range.lowerBound)
    }

    /// What is said instead of running the text before, while a file is read.
    private static func stillReading(_ state: QueryDesk.State) -> QueryDesk.Requests? {
        state.readingFile.map {
            [.notice(Notice(.info, "\($0) is still being read: nothing was run."))]
        }
    }

    private static func run(
        _ state: inout QueryDesk.State, isAll: Bool, _ context: PaneContext
    ) -> QueryDesk.Requests {
        guard state.running == nil else {
            return [.notice(Notice(.info, "A query is running: ^C cancels it."))]
        }
        if let refusal = stillReading(state) { return refusal }
        guard let connection = state.connection else {
            return [
                .notice(
                    Notice(
                        .error,
                        "There is no connection. Name one under 'connections:' in spillway.yml, or start 'spillway query sqlite:FILE'."
                    ))
            ]
        }
        guard let (text, offset) = target(state, isAll: isAll) else {
            return [.notice(Notice(.info, "There is no statement here to run."))]
        }
        let names = parameterNames(SQLScript(text, state.dialect))
        let request = RunRequest(
            id: state.number(), connection: connection, text: text, parameters: [:])
        guard names.isEmpty else {
            state.asking = QueryDesk.Asking(request: request, offset: offset, missing: names)
            return askNext(state)
        }
        return begin(&state, request, offset, context)
    }

    /// The parameters of all statements, signs included, in their order.
    private static func parameterNames(_ script: SQLScript) -> [String] {
        var names: [String] = []
        for statement in script.statements {
            for parameter in script.parameters(of: statement) where !names.contains(parameter.name)
            {
                names.append(parameter.name)
            }
        }
        return names
    }

    private static func askNext(_ state: QueryDesk.State) -> QueryDesk.Requests {
        guard let name = state.asking?.missing.first else { return [] }
        return [
            .prompt(
                Prompt(
                    "parameter", sign: name + " = ", text: state.parameterValues[name] ?? "",
                    isLive: true))
        ]
    }

    static func takeParameter(
        _ state: inout QueryDesk.State, _ text: String, _ context: PaneContext
    ) -> QueryDesk.Requests {
        guard var asking = state.asking, let name = asking.missing.first else { return [] }
        asking.request.parameters[name] = text
        asking.missing.removeFirst()
        state.parameterValues[name] = text
        guard asking.missing.isEmpty else {
            state.asking = asking
            return askNext(state)
        }
        state.asking = nil
        switch asking.purpose {
        case .run: return begin(&state, asking.request, asking.offset, context)
        case .plan: return [open(asking.request)]
        }
    }

    /// Runs a text at once, or asks first where it destroys.
    private static func begin(
        _ state: inout QueryDesk.State, _ request: RunRequest, _ offset: Int,
        _ context: PaneContext
    ) -> QueryDesk.Requests {
        let script = SQLScript(request.text, state.dialect)
        let isReadOnly = state.connections.first { $0.name == request.connection }?.isReadOnly
        if isReadOnly == true, script.statements.contains(where: { script.writes($0) }) {
            return [
                .notice(
                    Notice(
                        .error,
                        "\(request.connection) is read-only, and this changes data: nothing was run."
                    ))
            ]
        }
        state.buffer.error = nil
        let entry = HistoryEntry(
            at: context.clock.now, connection: request.connection, sql: request.text)
        if state.history.last?.sql != entry.sql { state.history.append(entry) }
        if state.history.count > 2_000 { state.history.removeFirst(state.history.count - 2_000) }
        let hazards = script.statements.flatMap { script.hazards(of: $0) }
        let running = QueryDesk.Running(
            id: request.id, startedAt: context.clock.now, offset: offset,
            bufferName: state.buffer.name, connection: request.connection,
            changesSchema: script.statements.contains { script.changesSchema($0) })
        guard hazards.isEmpty else {
            state.waiting = running
            let words = hazards.map(\.words).joined(separator: "; ")
            return [
                .confirm(
                    "On \(request.connection) this would \(words). Run it?",
                    [.run(request), .remember(entry)])
            ]
        }
        state.running = running
        return [.perform(.run(request)), .perform(.remember(entry)), keep(&state)]
    }

    /// The plan of the statement under the cursor; values that its parameters had last are taken
    /// again, others asked for.
    private static func explain(_ state: inout QueryDesk.State) -> QueryDesk.Requests {
        if let refusal = stillReading(state) { return refusal }
        guard let connection = state.connection, let (text, offset) = target(state, isAll: false)
        else { return [.notice(Notice(.info, "There is no statement here to explain."))] }
        let names = parameterNames(SQLScript(text, state.dialect))
        var request = RunRequest(
            id: state.number(), connection: connection, text: text, parameters: [:])
        for name in names { request.parameters[name] = state.parameterValues[name] }
        let missing = names.filter { state.parameterValues[$0] == nil }
        guard missing.isEmpty else {
            state.asking = QueryDesk.Asking(
                request: request, offset: offset, missing: missing, purpose: .plan)
            return askNext(state)
        }
        return [open(request)]
    }

    private static func open(_ request: RunRequest) -> PaneRequest<QueryDesk.Effect> {
        .open(
            .plan(
                connection: request.connection, sql: request.text, analyzes: false,
                parameters: request.parameters))
    }

    // MARK: Completion

    /// Offers what fits at the cursor; where it was asked for, the only one that fits is taken.
    static func complete(_ state: inout QueryDesk.State, takesOnlyOne: Bool = true) {
        let (text, cursor, _) = state.buffer.surroundings()
        let schema = state.connection.flatMap { state.schemas[$0] }
        let completion = Completion(
            text: text, cursor: cursor, dialect: state.dialect, schema: schema)
        state.completion = completion.items.isEmpty ? nil : completion
        if takesOnlyOne, completion.items.count == 1 { accept(&state) }
    }

    static func accept(_ state: inout QueryDesk.State) {
        guard let completion = state.completion,
            completion.items.indices.contains(completion.cursor)
        else { return }
        let end = state.buffer.editor.cursor
        let start = TextPosition(end.line, max(0, end.column - completion.prefixLength))
        state.buffer.editor.replace(start, end, with: completion.items[completion.cursor].text)
        state.completion = nil
    }
}
