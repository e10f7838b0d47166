/// Some rows of a result, packed: nine bytes a cell, and the bytes of texts behind each other.
///
/// No cell is an object, so a batch of a thousand rows costs three allocations whatever its
/// columns. Cells lie row by row in the order of the columns.
public struct RowBatch: Sendable {
    public let columnCount: Int
    private(set) var kinds: [UInt8] = []
    /// The number itself, or where the text begins (upper half) and its length (lower half).
    private var words: [UInt64] = []
    private var heap: [UInt8] = []

    public init(columnCount: Int) { self.columnCount = columnCount }

    /// Complete rows.
    public var rowCount: Int { columnCount == 0 ? 0 : kinds.count / columnCount }
    public var isEmpty: Bool { kinds.isEmpty }
    /// What the batch takes in memory, about.
    public var byteCount: Int { kinds.count * 9 + heap.count }

    /// Whether texts of `count` bytes more can be addressed.
    func hasRoom(for count: Int) -> Bool { heap.count + count <= Int(UInt32.max) }

    mutating func reserve(rows: Int) {
        kinds.reserveCapacity(rows * columnCount)
        words.reserveCapacity(rows * columnCount)
    }

    public mutating func appendNull() { append(.null, 0) }
    public mutating func append(_ value: Bool) { append(.boolean, value ? 1 : 0) }
    public mutating func append(_ value: Int64) { append(.integer, UInt64(bitPattern: value)) }
    public mutating func append(_ value: Double) { append(.real, value.bitPattern) }

    /// Appends a text, UTF-8 or not; at most 4 GiB a batch.
    public mutating func append(text bytes: UnsafeRawBufferPointer) { append(bytes, .text) }
    public mutating func append(blob bytes: UnsafeRawBufferPointer) { append(bytes, .blob) }

    public mutating func append(_ value: CellValue) {
        switch value {
        case .null: appendNull()
        case .boolean(let value): append(value)
        case .integer(let value): append(value)
        case .real(let value): append(value)
        case .text(var text): text.withUTF8 { append(text: UnsafeRawBufferPointer($0)) }
        case .blob(let bytes): bytes.withUnsafeBytes { append(blob: $0) }
        }
    }

    private mutating func append(_ kind: CellKind, _ word: UInt64) {
        kinds.append(kind.rawValue)
        words.append(word)
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer, _ kind: CellKind) {
        precondition(hasRoom(for: bytes.count), "a batch holds 4 GiB: \(bytes.count) bytes more")
        append(kind, UInt64(heap.count) << 32 | UInt64(bytes.count))
        heap.append(contentsOf: bytes)
    }

    public func kind(row: Int, column: Int) -> CellKind {
        CellKind(rawValue: kinds[row * columnCount + column]) ?? .null
    }

    public subscript(row: Int, column: Int) -> CellValue {
        let cell = row * columnCount + column
        let word = words[cell]
        switch CellKind(rawValue: kinds[cell]) ?? .null {
        case .null: return .null
        case .boolean: return .boolean(word != 0)
        case .integer: return .integer(Int64(bitPattern: word))
        case .real: return .real(Double(bitPattern: word))
        case .text: return .text(String(decoding: heap[Self.range(word)], as: UTF8.self))
        case .blob: return .blob(Array(heap[Self.range(word)]))
        }
    }

    /// The values of one row.
    public func row(_ row: Int) -> [CellValue] { (0..<columnCount).map { self[row, $0] } }

    /// The bytes of a text or blob as the engine gave them; nil for other kinds.
    public func withBytes<Result>(
        row: Int, column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result? {
        let cell = row * columnCount + column
        guard kinds[cell] >= CellKind.text.rawValue else { return nil }
        return try heap.withUnsafeBytes {
            try body(UnsafeRawBufferPointer(rebasing: $0[Self.range(words[cell])]))
        }
    }

    private static func range(_ word: UInt64) -> Range<Int> {
        let start = Int(word >> 32)
        return start..<(start + Int(word & 0xFFFF_FFFF))
    }

    /// The cells for those who read all of them, by their place: row × columns + column.
    struct Cells {
        fileprivate let kinds: UnsafeBufferPointer<UInt8>
        fileprivate let words: UnsafeBufferPointer<UInt64>
        fileprivate let heap: UnsafeRawBufferPointer

        func kind(_ place: Int) -> CellKind { CellKind(rawValue: kinds[place]) ?? .null }
        /// Of an integer, and zero or one of a boolean.
        func integer(_ place: Int) -> Int64 { Int64(bitPattern: words[place]) }
        func real(_ place: Int) -> Double { Double(bitPattern: words[place]) }
        /// Of a text or blob.
        func bytes(_ place: Int) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: heap[RowBatch.range(words[place])])
        }
    }

    /// Lends the cells without a copy; they must not be kept.
    func withCells(_ body: (Cells) -> Void) {
        kinds.withUnsafeBufferPointer { kinds in
            words.withUnsafeBufferPointer { words in
                heap.withUnsafeBytes { heap in
                    body(Cells(kinds: kinds, words: words, heap: heap))
                }
            }
        }
    }
}
