import ByteText
import Glibc
import WholeFiles

extension ResultView {
    /// Writes the view to a file in the order and with the columns given; returns its bytes.
    ///
    /// The file appears whole under its name, or not at all: it is written beside it first. Its mode
    /// is 0600, unless it replaces one of another mode.
    ///
    /// - Throws: ``ResultStoreError``: cancelled, or the file cannot be written.
    public func export(
        _ format: ExportFormat, columns: [Int]? = nil, toFile path: String,
        table: String = "result", _ task: ResultTask? = nil
    ) throws -> Int {
        do {
            let file = try DraftFile(for: path)
            var total = 0
            try export(format, columns: columns, table: table, task) { bytes in
                try file.write(bytes)
                total += bytes.count
            }
            file.takeMode()
            try file.place()
            return total
        } catch let failure as FileFailure {
            throw ResultStoreError.cannotExport(path: path, code: failure.code)
        }
    }

    /// The view as text in memory, at most `rows` rows from `start` on: for the clipboard.
    public func exported(
        _ format: ExportFormat, columns: [Int]? = nil, rows range: Range<Int>,
        table: String = "result"
    ) throws -> String {
        let writer = RowWriter(
            format, store.columns, columns: columns ?? Array(store.columns.indices), table: table)
        var out = ByteSink(capacity: 4_096)
        writer.writeHead(to: &out)
        for row in try rows(range) {
            guard let block = try store.block(of: row) else { continue }
            writer.write(block, CollectionOfOne(row - block.firstRow), to: &out)
        }
        return out.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Hands the view on piece by piece, about a megabyte each.
    func export(
        _ format: ExportFormat, columns: [Int]?, table: String, _ task: ResultTask?,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let writer = RowWriter(
            format, store.columns, columns: columns ?? Array(store.columns.indices), table: table)
        var out = ByteSink(capacity: 2 << 20)
        writer.writeHead(to: &out)
        func flush(atLeast limit: Int, _ out: inout ByteSink) throws {
            guard out.count >= limit else { return }
            try out.withBytes { try body($0) }
            out.removeAll()
        }
        if order == nil {
            try store.forEachBlock(task) { block in
                // A few rows at a time, so that rows of huge cells do not pile up.
                let step = max(1, block.rowCount * (1 << 20) / max(1 << 20, block.bytes.count))
                for start in stride(from: 0, to: block.rowCount, by: step) {
                    writer.write(block, start..<min(block.rowCount, start + step), to: &out)
                    try flush(atLeast: 1 << 20, &out)
                }
            }
        } else {
            try forEachRow(task) { block, row in
                writer.write(block, CollectionOfOne(row), to: &out)
                try flush(atLeast: 1 << 20, &out)
            }
        }
        try flush(atLeast: 1, &out)
    }
}

/// What all cells of a column can be kept as.
public enum StoredKind: Hashable, Sendable {
    case boolean, integer, real, text
}

extension ResultView {
    /// The narrowest kind that holds every cell of each column; nulls fit everywhere. One pass over
    /// the store.
    public func kinds(of columns: [Int], _ task: ResultTask? = nil) throws -> [StoredKind] {
        var seen = [Set<CellTag>](repeating: [], count: columns.count)
        try store.forEachBlock(task) { block in
            block.bytes.withUnsafeBytes { bytes in
                for (index, column) in columns.enumerated() {
                    let view = ColumnView(block, bytes, column)
                    switch view.encoding {
                    case .mixed: for row in 0..<block.rowCount { seen[index].insert(view.tag(row)) }
                    default: if block.rowCount > 0 { seen[index].insert(view.tag(0)) }
                    }
                }
            }
        }
        return seen.map { tags in
            let tags = tags.subtracting([.null])
            if tags.isSubset(of: [.integer]) { return tags.isEmpty ? .text : .integer }
            if tags.isSubset(of: [.integer, .real]) { return .real }
            return tags == [.boolean] ? .boolean : .text
        }
    }
}
