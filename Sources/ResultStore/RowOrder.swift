/// Rows of a result in another order, or some of them: four bytes each, in a file.
public final class RowOrder: Sendable {
    public let count: Int
    private let file: SpillFile

    fileprivate init(file: SpillFile, count: Int) {
        self.file = file
        self.count = count
    }

    /// The rows at some places.
    func rows(_ range: Range<Int>) throws -> [Int] {
        let range = range.clamped(to: 0..<count)
        guard !range.isEmpty else { return [] }
        let bytes = try file.read(range.count * 4, at: range.lowerBound * 4)
        return bytes.withUnsafeBytes { bytes in
            range.indices.map {
                Int(
                    bytes.loadUnaligned(
                        fromByteOffset: ($0 - range.lowerBound) * 4, as: UInt32.self))
            }
        }
    }
}

/// Writes an order row by row.
struct RowOrderWriter {
    private let file: SpillFile
    private var buffer: [UInt32] = []
    private var written = 0

    init(folder: String) throws {
        file = try SpillFile(folder: folder)
        buffer.reserveCapacity(1 << 16)
    }

    mutating func append(_ row: Int) throws {
        buffer.append(UInt32(truncatingIfNeeded: row))
        if buffer.count == 1 << 16 { try flush() }
    }

    private mutating func flush() throws {
        try buffer.withUnsafeBytes { try file.write($0, at: written * 4) }
        written += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }

    consuming func finished() throws -> RowOrder {
        try flush()
        return RowOrder(file: file, count: written)
    }
}

/// A result as it is looked at: all rows as they came, or some in an order.
public struct ResultView: Sendable {
    public let store: ResultStore
    /// Nil: all, as they came.
    public let order: RowOrder?

    public init(_ store: ResultStore, order: RowOrder? = nil) {
        self.store = store
        self.order = order
    }

    public var rowCount: Int { order?.count ?? store.rowCount }

    /// The rows of the store at some places of the view.
    public func rows(_ range: Range<Int>) throws -> [Int] {
        if let order { return try order.rows(range) }
        return Array(range.clamped(to: 0..<max(0, store.rowCount)))
    }

    /// What a screen shows of some places: at most `limit` bytes of a text.
    public func window(
        _ range: Range<Int>, columns: [Int], limit: Int = 2_000
    ) throws -> [[CellExcerpt]] {
        try store.cells(rows: rows(range), columns: columns, limit: limit)
    }

    /// One cell, whole.
    public func cell(row: Int, column: Int) throws -> ResultCell? {
        guard let place = try rows(row..<row + 1).first else { return nil }
        return try store.cell(row: place, column: column)
    }

    /// Calls `body` with every row of the view, in its order: the block and the row within it.
    func forEachRow(
        _ task: ResultTask?, _ body: (ResultBlock, Int) throws -> Void
    ) throws {
        guard let order else {
            return try store.forEachBlock(task) { block in
                for row in 0..<block.rowCount { try body(block, row) }
            }
        }
        var start = 0
        while start < order.count {
            try task?.check()
            let end = min(order.count, start + 4_096)
            for row in try order.rows(start..<end) {
                guard let block = try store.block(of: row) else { continue }
                try body(block, row - block.firstRow)
            }
            start = end
            task?.advance(to: start)
        }
    }
}
