import Glibc

/// Cells as bytes whose order is the order of the cells: nulls, booleans, numbers, texts, blobs.
///
/// Each key ends itself, so keys of several columns can stand one behind the other.
enum SortKey {
    static func append(
        _ view: ColumnView, _ row: Int, isNumeric: Bool, to out: inout [UInt8]
    ) {
        switch view.tag(row) {
        case .null: out.append(0)
        case .boolean:
            out.append(1)
            out.append(view.integer(row) == 0 ? 0 : 1)
        case .integer:
            let value = view.integer(row)
            append(number: Double(value), exact: value, to: &out)
        case .real: append(number: view.real(row), to: &out)
        case .text:
            let bytes = view.bytes(row)
            if isNumeric, let number = number(bytes) {
                append(number: number, to: &out)
                append(3, bytes, to: &out)
            } else {
                append(3, bytes, to: &out)
            }
        case .blob: append(4, view.bytes(row), to: &out)
        }
    }

    /// A number that a text is from its first to its last byte.
    static func number(_ bytes: UnsafeRawBufferPointer) -> Double? {
        guard !bytes.isEmpty, bytes.count < 400, bytes.first != 0x20 else { return nil }
        return Double(String(decoding: bytes, as: UTF8.self))
    }

    private static func append(number: Double, to out: inout [UInt8]) {
        let exact = number >= 9.3e18 ? Int64.max : number <= -9.3e18 ? Int64.min : nil
        let whole =
            exact
            ?? (number.isNaN
                ? Int64.max : Int64(exactly: number.rounded(.down)) ?? (number > 0 ? .max : .min))
        append(number: number, exact: whole, to: &out)
    }

    private static func append(number: Double, exact: Int64, to out: inout [UInt8]) {
        out.append(2)
        // No number stands behind all numbers; −0 is 0.
        var bits = number.isNaN ? UInt64.max : (number == 0 ? 0.0 : number).bitPattern
        if !number.isNaN { bits = bits >> 63 == 0 ? bits | 1 << 63 : ~bits }
        append(bigEndian: bits, to: &out)
        append(bigEndian: UInt64(bitPattern: exact) ^ 1 << 63, to: &out)
    }

    static func append(bigEndian value: UInt64, to out: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { out.append(contentsOf: $0) }
    }

    /// Bytes with their zeros marked, and two zeros at the end.
    private static func append(
        _ tag: UInt8, _ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]
    ) {
        out.append(tag)
        let zero = bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
        if !zero {
            out.append(contentsOf: bytes)
        } else {
            for byte in bytes {
                out.append(byte)
                if byte == 0 { out.append(0xFF) }
            }
        }
        out.append(0)
        out.append(0)
    }

    static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        let shared = min(left.count, right.count)
        if shared > 0, let a = left.baseAddress, let b = right.baseAddress {
            let order = Int(memcmp(a, b, shared))
            if order != 0 { return order }
        }
        return left.count - right.count
    }
}

/// Sorts any number of keyed records in bounded memory: runs sorted in memory, then merged.
struct ExternalSorter {
    /// One record as the merge gives it.
    struct Record {
        var key: [UInt8]
        var row: Int
        var extra: UInt64
    }

    private struct Item {
        var prefix: UInt64
        var start: Int
        var count: UInt32
        var row: UInt32
        var extra: UInt64
    }

    private let folder: String
    private let isDescending: Bool
    private let arenaLimit: Int
    private var arena: [UInt8] = []
    private var items: [Item] = []
    private var file: SpillFile?
    private var fileEnd = 0
    private var runs: [Range<Int>] = []

    /// `memory`: about how many bytes the records of a run take.
    init(folder: String, isDescending: Bool = false, memory: Int = 24 << 20) {
        self.folder = folder
        self.isDescending = isDescending
        arenaLimit = memory
    }

    mutating func add(row: Int, extra: UInt64 = 0, key: (inout [UInt8]) -> Void) throws {
        let start = arena.count
        key(&arena)
        let count = arena.count - start
        var prefix: UInt64 = 0
        for offset in 0..<8 {
            prefix = prefix << 8 | UInt64(offset < count ? arena[start + offset] : 0)
        }
        items.append(
            Item(
                prefix: prefix, start: start, count: UInt32(count),
                row: UInt32(truncatingIfNeeded: row), extra: extra))
        if arena.count + items.count * 40 >= arenaLimit { try spill() }
    }

    private mutating func sortItems() {
        let isDescending = isDescending
        arena.withUnsafeBytes { arena in
            items.sort { left, right in
                if left.prefix != right.prefix {
                    return (left.prefix < right.prefix) != isDescending
                }
                let order = SortKey.compare(
                    UnsafeRawBufferPointer(
                        rebasing: arena[left.start..<left.start + Int(left.count)]),
                    UnsafeRawBufferPointer(
                        rebasing: arena[right.start..<right.start + Int(right.count)]))
                if order != 0 { return (order < 0) != isDescending }
                return left.row < right.row
            }
        }
    }

    private mutating func spill() throws {
        sortItems()
        let target = try file ?? SpillFile(folder: folder)
        file = target
        let start = fileEnd
        var out: [UInt8] = []
        for item in items {
            withUnsafeBytes(of: item.count) { out.append(contentsOf: $0) }
            withUnsafeBytes(of: item.row) { out.append(contentsOf: $0) }
            withUnsafeBytes(of: item.extra) { out.append(contentsOf: $0) }
            out.append(contentsOf: arena[item.start..<item.start + Int(item.count)])
            if out.count >= 1 << 20 {
                try out.withUnsafeBytes { try target.write($0, at: fileEnd) }
                fileEnd += out.count
                out.removeAll(keepingCapacity: true)
            }
        }
        try out.withUnsafeBytes { try target.write($0, at: fileEnd) }
        fileEnd += out.count
        runs.append(start..<fileEnd)
        items.removeAll(keepingCapacity: true)
        arena.removeAll(keepingCapacity: true)
    }

    /// Gives all records in order; the sorter is empty then.
    mutating func merge(_ body: (Record) throws -> Void) throws {
        guard let file else {
            sortItems()
            for item in items {
                let key = Array(arena[item.start..<item.start + Int(item.count)])
                try body(Record(key: key, row: Int(item.row), extra: item.extra))
            }
            (items, arena) = ([], [])
            return
        }
        if !items.isEmpty { try spill() }
        (items, arena) = ([], [])
        var heap = MergeHeap(isDescending: isDescending)
        // All readers together take about as much as a run did.
        let piece = max(16 << 10, min(256 << 10, arenaLimit / max(1, runs.count)))
        for run in runs {
            var reader = RunReader(file: file, range: run, piece: piece)
            if try reader.advance() { heap.push(reader) }
        }
        while var reader = heap.pop() {
            try body(reader.record)
            if try reader.advance() { heap.push(reader) }
        }
    }
}

/// Reads the records of a sorted run.
private struct RunReader {
    let file: SpillFile
    private var next: Int
    private let end: Int
    private let piece: Int
    private var buffer: [UInt8] = []
    private var position = 0
    private(set) var record = ExternalSorter.Record(key: [], row: 0, extra: 0)

    init(file: SpillFile, range: Range<Int>, piece: Int) {
        self.file = file
        next = range.lowerBound
        end = range.upperBound
        self.piece = piece
    }

    private mutating func need(_ count: Int) throws -> Bool {
        if buffer.count - position >= count { return true }
        let rest = buffer.count - position
        let wanted = min(end - next, max(piece, count - rest))
        guard rest + wanted >= count, count > 0 else { return false }
        buffer = try buffer[position...] + file.read(wanted, at: next)
        position = 0
        next += wanted
        return true
    }

    /// Reads the next record; false at the end.
    mutating func advance() throws -> Bool {
        guard try need(16) else { return false }
        let (count, row, extra) = buffer.withUnsafeBytes { bytes in
            (
                Int(bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)),
                Int(bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)),
                bytes.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self)
            )
        }
        position += 16
        guard try need(count) || count == 0 else { return false }
        record.key.replaceSubrange(0..., with: buffer[position..<position + count])
        (record.row, record.extra) = (row, extra)
        position += count
        return true
    }
}

/// The run with the least record on top.
private struct MergeHeap {
    private var readers: [RunReader] = []
    private let isDescending: Bool

    init(isDescending: Bool) { self.isDescending = isDescending }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        let (a, b) = (readers[left].record, readers[right].record)
        let order = a.key.withUnsafeBytes { left in
            b.key.withUnsafeBytes { SortKey.compare(left, $0) }
        }
        if order != 0 { return (order < 0) != isDescending }
        return a.row < b.row
    }

    mutating func push(_ reader: RunReader) {
        readers.append(reader)
        var index = readers.count - 1
        while index > 0, isBefore(index, (index - 1) / 2) {
            readers.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func pop() -> RunReader? {
        guard !readers.isEmpty else { return nil }
        readers.swapAt(0, readers.count - 1)
        let top = readers.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < readers.count {
                if isBefore(child, least) { least = child }
            }
            guard least != index else { return top }
            readers.swapAt(index, least)
            index = least
        }
    }
}
