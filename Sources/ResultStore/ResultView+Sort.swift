extension ResultView {
    /// The rows by the values of columns, equal ones as they stood.
    ///
    /// Memory is bounded by about `memory` bytes whatever the number of rows; n·log n.
    ///
    /// - Throws: ``ResultStoreError``: cancelled, or the disk is full.
    public func sorted(
        by columns: [Int], isDescending: Bool = false, memory: Int = 24 << 20,
        _ task: ResultTask? = nil
    ) throws -> ResultView {
        var sorter = ExternalSorter(
            folder: store.folder, isDescending: isDescending, memory: memory)
        try forEachRow(task) { block, row in
            try sorter.add(row: block.firstRow + row) { key in
                store.appendKey(of: columns, block, row, to: &key)
            }
        }
        var writer = try RowOrderWriter(folder: store.folder)
        var count = 0
        try sorter.merge { record in
            count += 1
            if count % 4_096 == 0 { try task?.check() }
            try writer.append(record.row)
        }
        return ResultView(store, order: try writer.finished())
    }

    /// How often each combination of values of some columns occurs, most often first.
    ///
    /// The new result has those columns, `count` and `share` (of 1). Memory is bounded: beyond
    /// `tableLimit` combinations they are counted by sorting.
    public func grouped(
        by columns: [Int], tableLimit: Int = 100_000, _ task: ResultTask? = nil
    ) throws -> ResultView {
        var counts: [[UInt8]: (first: Int, count: Int)] = [:]
        var sorter: ExternalSorter?
        var key: [UInt8] = []
        var total = 0
        try forEachRow(task) { block, row in
            total += 1
            key.removeAll(keepingCapacity: true)
            store.appendKey(of: columns, block, row, to: &key)
            if sorter == nil, let entry = counts[key] {
                counts[key] = (entry.first, entry.count + 1)
                return
            }
            if sorter == nil, counts.count >= tableLimit {
                sorter = ExternalSorter(folder: store.folder)
                for (key, entry) in counts {
                    try sorter?.add(row: entry.first, extra: UInt64(entry.count)) { $0 += key }
                }
                counts = [:]
            }
            if sorter != nil {
                try sorter?.add(row: block.firstRow + row, extra: 1) { $0 += key }
            } else {
                counts[key] = (block.firstRow + row, 1)
            }
        }
        let kept = columns.map { store.columns[$0] }
        let result = try ResultStore(
            columns: kept + [
                StoredColumn(name: "count", type: "integer", isNumeric: true),
                StoredColumn(name: "share", type: "real", isNumeric: true),
            ], folder: store.folder)
        func write(_ row: Int, _ count: Int) throws {
            let cells = try columns.map { try store.cell(row: row, column: $0) ?? .null }
            try result.append([
                cells + [.integer(Int64(count)), .real(Double(count) / Double(max(1, total)))]
            ])
        }
        if sorter != nil {
            var open: (key: [UInt8], row: Int, count: Int)?
            try sorter?.merge { record in
                try task?.check()
                if open?.key == record.key {
                    open?.count += Int(record.extra)
                } else {
                    if let open { try write(open.row, open.count) }
                    open = (record.key, record.row, Int(record.extra))
                }
            }
            if let open { try write(open.row, open.count) }
        } else {
            for entry in counts.values.sorted(by: { $0.first < $1.first }) {
                try write(entry.first, entry.count)
            }
        }
        result.finish()
        return try ResultView(result).sorted(by: [columns.count], isDescending: true, task)
    }
}

extension ResultStore {
    func appendKey(of columns: [Int], _ block: ResultBlock, _ row: Int, to key: inout [UInt8]) {
        block.bytes.withUnsafeBytes { bytes in
            for column in columns {
                SortKey.append(
                    ColumnView(block, bytes, column), row,
                    isNumeric: self.columns[column].isNumeric, to: &key)
            }
        }
    }
}
