public import Domain
import EditorText
import PaneKit
public import ResultStore
public import SQLText

extension QueryDesk {
    /// What the desk wants done; answered by an ``Answer`` with the request's number.
    public enum Effect: Hashable, Sendable {
        /// Tell of connections, kept buffers and history.
        case open
        case loadSchema(connection: String)
        case run(RunRequest)
        case cancel(Int)
        case window(WindowRequest)
        case cell(CellRequest)
        case derive(DeriveRequest)
        case search(SearchRequest)
        case copy(CopyRequest)
        case export(ExportRequest)
        /// Results that nobody looks at any more.
        case drop([Int])
        case keep([KeptBuffer])
        case remember(HistoryEntry)
        /// Reads a file of SQL; relative paths count from the project's folder.
        case readFile(path: String)
        /// Opens the text in `$EDITOR`; the terminal is the program's meanwhile.
        case editOutside(text: String, buffer: String)
    }

    /// What becomes of effects.
    public enum Answer: Sendable {
        case opened(
            connections: [ConnectionChoice], buffers: [KeptBuffer], history: [HistoryEntry],
            chosen: String?)
        /// All connections that can be chosen, where there are more than were told at first.
        case connectionsFound([ConnectionChoice])
        case schemaLoaded(connection: String, SchemaIndex)
        /// What a connection is doing; nil: it is open.
        case connectionChanged(String, note: String?)
        /// The run of this number has begun.
        case runBegan(Int)
        /// A statement gives rows: a result of this number, with no row yet.
        case resultBegan(run: Int, result: Int, columns: [StoredColumn], statement: String)
        /// So many rows have come.
        case resultGrew(result: Int, rowCount: Int, isComplete: Bool, problem: String?)
        /// A statement without rows has ended.
        case statementEnded(run: Int, words: String)
        case runEnded(run: Int, RunEnd)
        case windowLoaded(WindowRequest, [[CellExcerpt]])
        case cellLoaded(CellRequest, ResultCell)
        case derived(DeriveRequest, columns: [StoredColumn], rowCount: Int)
        case found(SearchRequest, place: Int?)
        case copied(String, rows: Int)
        /// How many rows of a work are done.
        case progressed(Int, rows: Int)
        case exported(Int, words: String)
        case edited(buffer: String, text: String)
        case fileRead(path: String, text: String)
    }

    /// How a run ended.
    public enum RunEnd: Hashable, Sendable {
        case done(seconds: Double)
        /// `losesSession`: the engine did not obey and its session was ended; the next query opens
        /// another one.
        case cancelled(losesSession: Bool)
        /// `offset` is a byte of the text that was run.
        case failed(problem: String, remedy: String, offset: Int?)
    }
}

/// A connection as the chooser shows it.
public struct ConnectionChoice: Hashable, Sendable {
    public var name: String
    /// Its address, without secrets.
    public var address: String
    public var dialect: SQLDialect
    public var isReadOnly: Bool

    public init(name: String, address: String, dialect: SQLDialect, isReadOnly: Bool = false) {
        self.name = name
        self.address = address
        self.dialect = dialect
        self.isReadOnly = isReadOnly
    }
}

/// A text to be run.
public struct RunRequest: Hashable, Sendable {
    public var id: Int
    public var connection: String
    public var text: String
    /// Values by the parameters' names, signs included.
    public var parameters: [String: String]
}

/// Cells that a screen needs.
public struct WindowRequest: Hashable, Sendable {
    public var result: Int
    public var rows: Range<Int>
    public var columns: [Int]
}

/// One whole cell.
public struct CellRequest: Hashable, Sendable {
    public var result: Int
    public var row: Int
    public var column: Int
}

/// A result made from another one.
public struct DeriveRequest: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case sort(column: Int, isDescending: Bool)
        case filter(String)
        case group(columns: [Int])
        case describe
        /// `keyCount` nil: by the first column where it is a key, else by all.
        case difference(from: Int, keyCount: Int?)
    }
    /// The number of the new result.
    public var id: Int
    public var source: Int
    public var kind: Kind
}

/// The next place of a text.
public struct SearchRequest: Hashable, Sendable {
    public var result: Int
    public var text: String
    public var from: Int
    public var isForward: Bool
}

/// Rows as text for the clipboard.
public struct CopyRequest: Hashable, Sendable {
    public var result: Int
    public var format: ExportFormat
    public var rows: Range<Int>
    public var columns: [Int]
}

/// A result to be written to a file.
public struct ExportRequest: Hashable, Sendable {
    public var id: Int
    public var result: Int
    public var columns: [Int]
    public var path: String
}

/// A buffer as it is kept between sessions.
///
/// Made of an editor's lines it holds these alone: who writes them down joins them, not the one
/// who types.
public struct KeptBuffer: Hashable, Sendable {
    public var name: String
    private var content: Content

    private enum Content: Sendable {
        case text(String)
        case lines([TextBuffer.Line])
    }

    public init(name: String, text: String) {
        self.name = name
        content = .text(text)
    }

    init(_ buffer: QueryBuffer) {
        name = buffer.name
        content = .lines(buffer.editor.buffer.lines)
    }

    /// The whole text. O(its length) where it is an editor's.
    public var text: String {
        switch content {
        case .text(let text): text
        case .lines(let lines): TextBuffer.text(of: lines)
        }
    }

    public static func == (left: KeptBuffer, right: KeptBuffer) -> Bool {
        guard left.name == right.name else { return false }
        if case .lines(let old) = left.content, case .lines(let new) = right.content {
            // Lines that nobody touched are the same storage.
            return old == new
        }
        return left.text == right.text
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// A text that was run.
public struct HistoryEntry: Hashable, Sendable {
    public var at: Instant
    public var connection: String
    public var sql: String

    public init(at: Instant, connection: String, sql: String) {
        self.at = at
        self.connection = connection
        self.sql = sql
    }
}
