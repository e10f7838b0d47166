/// Some rows of a result as they lie in the spill: column by column.
///
/// Layout: for each column its offset (UInt32) and encoding (a byte), then the columns one after
/// the other. See ``ColumnEncoding``.
struct ResultBlock: Sendable {
    let bytes: [UInt8]
    let columnCount: Int
    let firstRow: Int
    let rowCount: Int

    /// The cell of a row counted from the block's first.
    func cell(row: Int, column: Int) -> ResultCell {
        bytes.withUnsafeBytes { ColumnView(self, $0, column).cell(row) }
    }
}

/// How the cells of a column lie in a block.
enum ColumnEncoding: UInt8 {
    /// All null: nothing.
    case nulls
    /// All integers: eight bytes each, or four where all fit.
    case integers, shortIntegers
    /// All reals: eight bytes each.
    case reals
    /// All texts: where each ends (UInt32), then the texts.
    case texts
    /// A ``CellTag`` each, then eight bytes each (the value, or where a text ends), then the texts.
    case mixed
}

/// Where a block keeps the cells of one column.
struct ColumnView {
    let encoding: ColumnEncoding
    private let base: UnsafeRawPointer?
    private let rowCount: Int

    init(_ block: ResultBlock, _ bytes: UnsafeRawBufferPointer, _ column: Int) {
        let entry = column * 5
        let offset = Int(bytes.loadUnaligned(fromByteOffset: entry, as: UInt32.self))
        encoding = ColumnEncoding(rawValue: bytes[entry + 4]) ?? .nulls
        base = bytes.baseAddress.map { $0 + offset }
        rowCount = block.rowCount
    }

    @inline(__always) func tag(_ row: Int) -> CellTag {
        switch encoding {
        case .nulls: .null
        case .integers, .shortIntegers: .integer
        case .reals: .real
        case .texts: .text
        case .mixed:
            CellTag(rawValue: base?.loadUnaligned(fromByteOffset: row, as: UInt8.self) ?? 0)
                ?? .null
        }
    }

    @inline(__always) private func word(_ row: Int) -> UInt64 {
        base?.loadUnaligned(fromByteOffset: rowCount + row * 8, as: UInt64.self) ?? 0
    }

    @inline(__always) func integer(_ row: Int) -> Int64 {
        switch encoding {
        case .shortIntegers:
            Int64(base?.loadUnaligned(fromByteOffset: row * 4, as: Int32.self) ?? 0)
        case .integers: base?.loadUnaligned(fromByteOffset: row * 8, as: Int64.self) ?? 0
        default: Int64(bitPattern: word(row))
        }
    }

    @inline(__always) func real(_ row: Int) -> Double {
        let bits =
            encoding == .reals
            ? base?.loadUnaligned(fromByteOffset: row * 8, as: UInt64.self) ?? 0 : word(row)
        return Double(bitPattern: bits)
    }

    /// The bytes of a text or blob.
    @inline(__always) func bytes(_ row: Int) -> UnsafeRawBufferPointer {
        guard let base else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let (start, end, heap): (Int, Int, Int)
        if encoding == .texts {
            start =
                row == 0 ? 0 : Int(base.loadUnaligned(fromByteOffset: row * 4 - 4, as: UInt32.self))
            end = Int(base.loadUnaligned(fromByteOffset: row * 4, as: UInt32.self))
            heap = rowCount * 4
        } else {
            // The upper half is the length, the lower one where it ends.
            let word = word(row)
            end = Int(word & 0xFFFF_FFFF)
            start = end - Int(word >> 32)
            heap = rowCount * 9
        }
        return UnsafeRawBufferPointer(start: base + heap + start, count: end - start)
    }

    func cell(_ row: Int) -> ResultCell {
        switch tag(row) {
        case .null: .null
        case .boolean: .boolean(integer(row) != 0)
        case .integer: .integer(integer(row))
        case .real: .real(real(row))
        case .text: .text(Array(bytes(row)))
        case .blob: .blob(Array(bytes(row)))
        }
    }
}

/// Gathers rows until they are a block.
struct BlockBuilder: Sendable {
    private struct Column: Sendable {
        var tags: [UInt8] = []
        var words: [UInt64] = []
        var heap: [UInt8] = []
    }

    private var columns: [Column]
    private var nextColumn = 0
    private(set) var rowCount = 0
    private(set) var byteCount = 0

    init(columnCount: Int) {
        columns = [Column](repeating: Column(), count: columnCount)
    }

    /// Blocks are about this large, and hold one row at least.
    static let fullBytes = 256 << 10

    /// A block is written when it is large, or holds some rows and is large for wide rows too.
    var isFull: Bool {
        byteCount >= 16 * Self.fullBytes || (byteCount >= Self.fullBytes && rowCount >= 16)
            || rowCount >= 1 << 16
    }

    var isEmpty: Bool { rowCount == 0 }

    private mutating func append(_ tag: CellTag, _ word: UInt64) {
        columns[nextColumn].tags.append(tag.rawValue)
        columns[nextColumn].words.append(word)
        byteCount += 9
        nextColumn += 1
        if nextColumn == columns.count {
            nextColumn = 0
            rowCount += 1
        }
    }

    mutating func appendNull() { append(.null, 0) }
    mutating func append(_ value: Bool) { append(.boolean, value ? 1 : 0) }
    mutating func append(_ value: Int64) { append(.integer, UInt64(bitPattern: value)) }
    mutating func append(_ value: Double) { append(.real, value.bitPattern) }

    mutating func append(_ tag: CellTag, _ bytes: UnsafeRawBufferPointer) {
        columns[nextColumn].heap.append(contentsOf: bytes)
        byteCount += bytes.count
        let end = UInt64(columns[nextColumn].heap.count)
        append(tag, UInt64(bytes.count) << 32 | end)
    }

    mutating func append(_ cell: ResultCell) {
        switch cell {
        case .null: appendNull()
        case .boolean(let value): append(value)
        case .integer(let value): append(value)
        case .real(let value): append(value)
        case .text(let bytes): bytes.withUnsafeBytes { append(.text, $0) }
        case .blob(let bytes): bytes.withUnsafeBytes { append(.blob, $0) }
        }
    }

    /// Whether a text of `count` bytes still fits into the next cell's column.
    func hasRoom(for count: Int) -> Bool {
        columns[nextColumn].heap.count + count < Int(UInt32.max)
    }

    /// The rows so far as a block's bytes.
    func encoded() -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(byteCount + columns.count * 5)
        out.append(contentsOf: repeatElement(0, count: columns.count * 5))
        for (index, column) in columns.enumerated() {
            let encoding = Self.encoding(of: column.tags, column.words, rowCount)
            let offset = UInt32(out.count)
            withUnsafeBytes(of: offset) { bytes in
                for (position, byte) in bytes.enumerated() { out[index * 5 + position] = byte }
            }
            out[index * 5 + 4] = encoding.rawValue
            Self.append(column, encoding, rowCount, to: &out)
        }
        return out
    }

    private static func append(
        _ column: Column, _ encoding: ColumnEncoding, _ rowCount: Int, to out: inout [UInt8]
    ) {
        let words = column.words[..<rowCount]
        switch encoding {
        case .nulls: break
        case .integers, .reals: words.withUnsafeBytes { out.append(contentsOf: $0) }
        case .shortIntegers:
            words.map { Int32(truncatingIfNeeded: $0) }
                .withUnsafeBytes { out.append(contentsOf: $0) }
        case .texts:
            words.map { UInt32(truncatingIfNeeded: $0) }
                .withUnsafeBytes { out.append(contentsOf: $0) }
            out.append(contentsOf: column.heap)
        case .mixed:
            out.append(contentsOf: column.tags[..<rowCount])
            words.withUnsafeBytes { out.append(contentsOf: $0) }
            out.append(contentsOf: column.heap)
        }
    }

    private static func encoding(
        of tags: [UInt8], _ words: [UInt64], _ rowCount: Int
    ) -> ColumnEncoding {
        guard let first = tags.first, tags[..<rowCount].allSatisfy({ $0 == first }) else {
            return .mixed
        }
        switch CellTag(rawValue: first) {
        case .null: return .nulls
        case .integer:
            let fits = words[..<rowCount].allSatisfy {
                Int32(exactly: Int64(bitPattern: $0)) != nil
            }
            return fits ? .shortIntegers : .integers
        case .real: return .reals
        case .text: return .texts
        default: return .mixed
        }
    }

    mutating func removeAll() {
        for index in columns.indices {
            columns[index].tags.removeAll(keepingCapacity: true)
            columns[index].words.removeAll(keepingCapacity: true)
            // One huge cell must not hold its memory for ever.
            let keeps = columns[index].heap.count <= 1 << 20
            columns[index].heap.removeAll(keepingCapacity: keeps)
        }
        (rowCount, byteCount, nextColumn) = (0, 0, 0)
    }
}
