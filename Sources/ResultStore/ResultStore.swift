import Synchronization

/// The rows of a query, kept in a file in blocks, with an index in memory.
///
/// One thread appends while others read: rows can be seen as soon as they are appended. Memory is
/// bounded by the block being filled, the few blocks read last and sixteen bytes a block, however
/// many rows there are; a row is found in one read.
public final class ResultStore: Sendable {
    public let columns: [StoredColumn]
    /// Where files for sorting and the like may be made as well.
    let folder: String

    private struct Entry {
        var firstRow: Int
        var offset: Int
    }

    private struct State {
        var builder: BlockBuilder
        var entries: [Entry] = []
        var fileEnd = 0
        var storedRows = 0
        var isComplete = false
        var problem: ResultStoreError?
        /// The blocks read last, newest last; the one being filled is made into one when read.
        var cache: [ResultBlock] = []
    }

    private static let cachedBlocks = 6

    private let file: SpillFile
    private let state: Mutex<State>

    /// An empty result. `folder` holds its file, which may take `limit` bytes.
    ///
    /// - Throws: ``ResultStoreError`` where no file can be made.
    public init(columns: [StoredColumn], folder: String, limit: Int = .max) throws {
        precondition(!columns.isEmpty, "a result has a column at least")
        self.columns = columns
        self.folder = folder
        file = try SpillFile(folder: folder, limit: limit)
        state = Mutex(State(builder: BlockBuilder(columnCount: columns.count)))
    }

    public var rowCount: Int { state.withLock { $0.storedRows + $0.builder.rowCount } }
    /// Whether no more rows come.
    public var isComplete: Bool { state.withLock { $0.isComplete } }
    /// Why rows are missing; nil where none is.
    public var problem: ResultStoreError? { state.withLock { $0.problem } }
    /// Bytes in the file.
    public var byteCount: Int { state.withLock { $0.fileEnd } }

    /// Says that all rows have come.
    public func finish() { state.withLock { $0.isComplete = true } }

    // MARK: Appending

    /// Takes the cells of whole rows, one by one.
    public struct Appender: ~Copyable {
        fileprivate var builder: BlockBuilder

        public mutating func appendNull() { builder.appendNull() }
        public mutating func append(_ value: Bool) { builder.append(value) }
        public mutating func append(_ value: Int64) { builder.append(value) }
        public mutating func append(_ value: Double) { builder.append(value) }
        public mutating func append(text bytes: UnsafeRawBufferPointer) {
            builder.append(.text, bytes)
        }
        public mutating func append(blob bytes: UnsafeRawBufferPointer) {
            builder.append(.blob, bytes)
        }
        public mutating func append(_ cell: ResultCell) { builder.append(cell) }
    }

    /// Appends rows: `body` appends the cells of one whole row each time it is called, and says
    /// whether it did.
    ///
    /// - Throws: ``ResultStoreError/spillFull(code:)`` where the disk is full. Rows appended before
    ///   stay readable, those of the block that could not be written from memory.
    public func append(rows body: (inout Appender) -> Bool) throws {
        try state.withLock { state in
            if let problem = state.problem { throw problem }
            var appender = Appender(builder: BlockBuilder(columnCount: 0))
            swap(&appender.builder, &state.builder)
            defer { swap(&appender.builder, &state.builder) }
            while body(&appender) {
                guard appender.builder.isFull else { continue }
                do {
                    try flush(&state, &appender.builder)
                } catch let error as ResultStoreError {
                    state.problem = error
                    throw error
                }
            }
            // What is being filled has changed: its copy is old.
            let stored = state.storedRows
            state.cache.removeAll { $0.firstRow >= stored }
        }
    }

    /// Appends rows given as cells.
    public func append(_ rows: some Sequence<[ResultCell]>) throws {
        var iterator = rows.makeIterator()
        try append { appender in
            guard let row = iterator.next() else { return false }
            precondition(row.count == columns.count, "a row of \(row.count) cells")
            for cell in row { appender.append(cell) }
            return true
        }
    }

    private func flush(_ state: inout State, _ builder: inout BlockBuilder) throws {
        let bytes = builder.encoded()
        let offset = state.fileEnd
        try bytes.withUnsafeBytes { try file.write($0, at: offset) }
        state.entries.append(Entry(firstRow: state.storedRows, offset: offset))
        state.fileEnd += bytes.count
        state.storedRows += builder.rowCount
        builder.removeAll()
    }

    // MARK: Reading

    /// The block that holds a row; nil behind the last one.
    func block(of row: Int) throws -> ResultBlock? {
        let found: (ResultBlock?, (Int, Int, Int, Int)?) = state.withLock { state in
            if let index = state.cache.lastIndex(where: {
                $0.firstRow <= row && row < $0.firstRow + $0.rowCount
            }) {
                let block = state.cache.remove(at: index)
                state.cache.append(block)
                return (block, nil)
            }
            guard row >= 0, row < state.storedRows else {
                let count = state.builder.rowCount
                guard row >= state.storedRows, row < state.storedRows + count else {
                    return (nil, nil)
                }
                let block = ResultBlock(
                    bytes: state.builder.encoded(), columnCount: columns.count,
                    firstRow: state.storedRows, rowCount: count)
                Self.keep(block, in: &state)
                return (block, nil)
            }
            let index = Self.entry(of: row, in: state.entries)
            let entry = state.entries[index]
            let isLast = index + 1 == state.entries.count
            let end = isLast ? state.fileEnd : state.entries[index + 1].offset
            let nextRow = isLast ? state.storedRows : state.entries[index + 1].firstRow
            return (nil, (entry.offset, end - entry.offset, entry.firstRow, nextRow))
        }
        guard let (offset, count, firstRow, nextRow) = found.1 else { return found.0 }
        let block = ResultBlock(
            bytes: try file.read(count, at: offset), columnCount: columns.count,
            firstRow: firstRow, rowCount: nextRow - firstRow)
        state.withLock { Self.keep(block, in: &$0) }
        return block
    }

    private static func keep(_ block: ResultBlock, in state: inout State) {
        // A block of huge cells is not kept: it would hold its memory.
        guard block.bytes.count <= 32 << 20 else { return }
        state.cache.append(block)
        if state.cache.count > cachedBlocks { state.cache.removeFirst() }
    }

    private static func entry(of row: Int, in entries: [Entry]) -> Int {
        var (low, high) = (0, entries.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if entries[middle].firstRow <= row { low = middle } else { high = middle }
        }
        return low
    }

    /// One cell, texts whole; nil where there is no such row.
    public func cell(row: Int, column: Int) throws -> ResultCell? {
        guard let block = try block(of: row) else { return nil }
        return block.cell(row: row - block.firstRow, column: column)
    }

    /// Cells of some columns of some rows, as a screen needs them: of each text at most `limit`
    /// bytes.
    public func cells(
        rows: some Sequence<Int>, columns: [Int], limit: Int = 2_000
    ) throws -> [[CellExcerpt]] {
        var result: [[CellExcerpt]] = []
        for row in rows {
            guard let block = try block(of: row) else { continue }
            let cells = block.bytes.withUnsafeBytes { bytes in
                columns.map { column in
                    ColumnView(block, bytes, column).excerpt(row - block.firstRow, limit: limit)
                }
            }
            result.append(cells)
        }
        return result
    }

    /// Calls `body` with each block in order.
    func forEachBlock(
        _ task: ResultTask?, _ body: (ResultBlock) throws -> Void
    ) throws {
        var row = 0
        while let block = try uncachedBlock(of: row) {
            try task?.check()
            try body(block)
            row = block.firstRow + block.rowCount
            task?.advance(to: row)
        }
    }

    /// A block that does not push those in sight out of the cache.
    private func uncachedBlock(of row: Int) throws -> ResultBlock? {
        let place: (Int, Int, Int, Int)? = state.withLock { state in
            guard row < state.storedRows else { return nil }
            let index = Self.entry(of: row, in: state.entries)
            let entry = state.entries[index]
            let isLast = index + 1 == state.entries.count
            let end = isLast ? state.fileEnd : state.entries[index + 1].offset
            let nextRow = isLast ? state.storedRows : state.entries[index + 1].firstRow
            return (entry.offset, end - entry.offset, entry.firstRow, nextRow)
        }
        guard let (offset, count, firstRow, nextRow) = place else { return try block(of: row) }
        return ResultBlock(
            bytes: try file.read(count, at: offset), columnCount: columns.count,
            firstRow: firstRow, rowCount: nextRow - firstRow)
    }
}

/// A cell as a screen shows it: long texts cut.
public struct CellExcerpt: Hashable, Sendable {
    /// Texts and blobs hold at most as many bytes as were asked for.
    public var cell: ResultCell
    /// Bytes of the whole text or blob; 0 for other kinds.
    public var byteCount: Int

    public init(cell: ResultCell, byteCount: Int) {
        self.cell = cell
        self.byteCount = byteCount
    }
}

extension ColumnView {
    func excerpt(_ row: Int, limit: Int) -> CellExcerpt {
        switch tag(row) {
        case .text:
            let all = bytes(row)
            return CellExcerpt(
                cell: .text(Array(all.prefix(limit))), byteCount: all.count)
        case .blob:
            let all = bytes(row)
            return CellExcerpt(
                cell: .blob(Array(all.prefix(limit))), byteCount: all.count)
        default: return CellExcerpt(cell: cell(row), byteCount: 0)
        }
    }
}

/// Something that takes a while: how far it has come, and whether it is to stop.
public final class ResultTask: Sendable {
    private let isCancelled = Atomic(false)
    private let rows = Atomic(0)
    private let onProgress: (@Sendable (Int) -> Void)?

    /// `onProgress` hears of the rows done, often and on the thread that works.
    public init(onProgress: (@Sendable (Int) -> Void)? = nil) { self.onProgress = onProgress }

    public func cancel() { isCancelled.store(true, ordering: .relaxed) }
    /// Rows done.
    public var rowsDone: Int { rows.load(ordering: .relaxed) }

    func advance(to row: Int) {
        rows.store(row, ordering: .relaxed)
        onProgress?(row)
    }

    func check() throws {
        if isCancelled.load(ordering: .relaxed) { throw ResultStoreError.cancelled }
    }
}
