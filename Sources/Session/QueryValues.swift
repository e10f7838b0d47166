import Connections
import QueryPanes
import ResultStore

/// Between what connections give, results keep and panes show.
enum QueryValues {
    static func columns(_ columns: [ResultColumn]) -> [StoredColumn] {
        columns.map {
            StoredColumn(
                name: $0.name, type: $0.type, isNumeric: $0.kind.isNumeric,
                isJSON: $0.kind == .json)
        }
    }

    /// Values that were typed: `null`, numbers, `'text'`, or the text itself; names without signs.
    static func parameters(_ typed: [String: String]) -> [String: CellValue] {
        var result: [String: CellValue] = [:]
        for (name, text) in typed { result[String(name.dropFirst())] = CellValue(typed: text) }
        return result
    }

    /// What a statement without rows did: `3 rows changed in 12 ms.`
    static func words(_ summary: StatementSummary, _ statement: String) -> String {
        let first = statement.prefix { !$0.isWhitespace }.uppercased()
        let took = "\(Int((summary.elapsedSeconds * 1_000).rounded())) ms"
        let changing: Set = ["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "COPY", "WITH"]
        guard let changes = summary.changes, changing.contains(first) else {
            return "\(first) done in \(took)."
        }
        return "\(first): \(changes) row\(changes == 1 ? "" : "s") changed in \(took)."
    }

    /// What two results came to: `By id: 2 added, …`.
    static func words(_ diff: ResultDiff, _ columns: [StoredColumn]) -> String {
        let keys =
            diff.keyCount >= columns.count
            ? "all columns" : columns.prefix(diff.keyCount).map(\.name).joined(separator: ", ")
        return "By \(keys): \(diff.added) added, \(diff.removed) removed, "
            + "\(diff.changed) changed, \(diff.same) the same."
    }

    /// Descriptions of columns as a result of their own.
    static func table(of summaries: [ColumnSummary], folder: String) throws -> ResultView {
        let names = [
            "column", "type", "rows", "nulls", "distinct", "histogram", "min", "median", "max",
            "mean", "p5", "p25", "p75", "p95", "longest",
        ]
        let numeric: Set = [
            "rows", "nulls", "mean", "p5", "p25", "median", "p75", "p95", "longest",
        ]
        let store = try ResultStore(
            columns: names.map { StoredColumn(name: $0, isNumeric: numeric.contains($0)) },
            folder: folder)
        try store.append(
            summaries.map { summary in
                let numbers = summary.numbers
                // What a column of texts has not is left blank: NULL would be a finding.
                let blank = ResultCell.text("")
                func real(_ value: Double?) -> ResultCell { value.map { .real($0) } ?? blank }
                let distinct = (summary.isDistinctExact ? "" : "≈") + String(summary.distinct)
                return [
                    .text(summary.name), .text(summary.type), .integer(Int64(summary.rows)),
                    .integer(Int64(summary.nulls)), .text(distinct),
                    numbers.map { .text(histogram($0.histogram)) } ?? blank,
                    summary.least ?? blank, real(numbers?.quantiles.median),
                    summary.greatest ?? blank, real(numbers?.mean),
                    real(numbers?.quantiles.p5), real(numbers?.quantiles.p25),
                    real(numbers?.quantiles.p75), real(numbers?.quantiles.p95),
                    .integer(Int64(summary.longestText)),
                ]
            })
        store.finish()
        return ResultView(store)
    }

    private static func histogram(_ counts: [Int]) -> String {
        let most = max(1, counts.max() ?? 1)
        let parts = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        return counts.map { parts[$0 == 0 ? 0 : max(1, $0 * 8 / most)] }.joined()
    }
}

extension ResultStore {
    /// Appends the rows of a batch.
    func append(_ batch: RowBatch) throws {
        var row = 0
        let (rows, width) = (batch.rowCount, batch.columnCount)
        try append { appender in
            guard row < rows else { return false }
            for column in 0..<width {
                switch batch.kind(row: row, column: column) {
                case .null: appender.appendNull()
                case .text: batch.withBytes(row: row, column: column) { appender.append(text: $0) }
                case .blob: batch.withBytes(row: row, column: column) { appender.append(blob: $0) }
                case .boolean, .integer, .real:
                    switch batch[row, column] {
                    case .boolean(let value): appender.append(value)
                    case .integer(let value): appender.append(value)
                    case .real(let value): appender.append(value)
                    default: appender.appendNull()
                    }
                }
            }
            row += 1
            return true
        }
    }
}

extension SchemaIndex {
    /// What a database holds, as the desk shows it.
    init(_ catalogue: Catalogue) { self.init(Self.tables(of: catalogue)) }

    static func tables(of catalogue: Catalogue) -> [Table] {
        catalogue.tables.map { table in
            Table(
                schema: table.schema, name: table.name, kind: table.kind.rawValue,
                rows: table.rows, bytes: table.bytes,
                columns: table.columns.map { Column($0.name, $0.type) })
        }
    }
}
