/// What differs between two results.
public struct ResultDiff: Sendable {
    public var added: Int
    public var removed: Int
    /// Rows with the same key whose other cells differ.
    public var changed: Int
    public var same: Int
    /// How many leading columns rows were matched by.
    public var keyCount: Int
    /// The rows that differ: `diff` (`+`, `-`, or `~` for the new side of a changed one, `·` for the
    /// old) and the columns of the new result.
    public var rows: ResultView
}

extension ResultView {
    /// Compares with an older result: rows are matched by the first `keyCount` columns; of rows
    /// with equal keys the first is matched with the first. Nil: by the first column where it has
    /// the same name in both and no value twice in either, else by all columns.
    ///
    /// Both are sorted by key on the way; memory is bounded.
    ///
    /// - Throws: ``ResultStoreError``.
    public func difference(
        from old: ResultView, keyCount: Int? = nil, _ task: ResultTask? = nil
    ) throws -> ResultDiff {
        let shared = min(store.columns.count, old.store.columns.count)
        if let keyCount {
            return try compare(with: old, keys: min(keyCount, shared), mayRepeat: true, task)
        }
        if shared > 1, store.columns[0].name == old.store.columns[0].name {
            do {
                return try compare(with: old, keys: 1, mayRepeat: false, task)
            } catch is RepeatedKey {}
        }
        return try compare(with: old, keys: shared, mayRepeat: true, task)
    }

    private struct RepeatedKey: Error {}

    private func compare(
        with old: ResultView, keys: Int, mayRepeat: Bool, _ task: ResultTask?
    ) throws -> ResultDiff {
        let columns = store.columns
        let shared = min(columns.count, old.store.columns.count)
        let result = try ResultStore(
            columns: [StoredColumn(name: "diff", type: "")] + columns, folder: store.folder)
        var diff = ResultDiff(
            added: 0, removed: 0, changed: 0, same: 0, keyCount: keys, rows: ResultView(result))
        var sorter = ExternalSorter(folder: store.folder)
        var body: [UInt8] = []
        // Both sides in one sort: the old side first among equal keys, by the lowest bit of `row`.
        for (side, view) in [(0, old), (1, self)] {
            try view.forEachRow(task) { block, row in
                body.removeAll(keepingCapacity: true)
                view.store.appendKey(of: Array(keys..<max(keys, shared)), block, row, to: &body)
                let hash = Self.hash(body)
                try sorter.add(row: (block.firstRow + row) << 1 | side, extra: hash) { key in
                    view.store.appendKey(of: Array(0..<keys), block, row, to: &key)
                }
            }
        }
        func write(_ mark: String, _ view: ResultView, _ row: Int) throws {
            let cells = try columns.indices.map { column in
                column < view.store.columns.count
                    ? try view.store.cell(row: row, column: column) ?? .null : .null
            }
            try result.append([[.text(mark)] + cells])
        }
        func settle(_ olds: [(Int, UInt64)], _ news: [(Int, UInt64)]) throws {
            guard mayRepeat || max(olds.count, news.count) < 2 else { throw RepeatedKey() }
            for index in 0..<max(olds.count, news.count) {
                if index >= olds.count {
                    diff.added += 1
                    try write("+", self, news[index].0)
                } else if index >= news.count {
                    diff.removed += 1
                    try write("-", old, olds[index].0)
                } else if olds[index].1 == news[index].1 {
                    diff.same += 1
                } else {
                    diff.changed += 1
                    try write("·", old, olds[index].0)
                    try write("~", self, news[index].0)
                }
            }
        }
        var key: [UInt8]?
        var olds: [(Int, UInt64)] = []
        var news: [(Int, UInt64)] = []
        try sorter.merge { record in
            try task?.check()
            if record.key != key {
                try settle(olds, news)
                (key, olds, news) = (record.key, [], [])
            }
            if record.row & 1 == 0 {
                olds.append((record.row >> 1, record.extra))
            } else {
                news.append((record.row >> 1, record.extra))
            }
        }
        try settle(olds, news)
        result.finish()
        return diff
    }

    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash ^ (hash >> 29)
    }
}
