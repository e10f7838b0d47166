import Connections

/// Everything that one call of `run` told, in order.
struct Recording {
    var statements: [StatementPlace] = []
    var columns: [[ResultColumn]] = []
    var batches: [RowBatch] = []
    var summaries: [StatementSummary] = []
    var error: DatabaseError?

    var rows: [[CellValue]] {
        batches.flatMap { batch in (0..<batch.rowCount).map { batch.row($0) } }
    }

    init(
        _ connection: any DatabaseConnection, _ text: String,
        _ parameters: [String: CellValue] = [:], cancellation: Cancellation = Cancellation(),
        whenBegun: () -> Void = {}
    ) throws {
        do {
            try connection.run(text, parameters: parameters, cancellation: cancellation) { event in
                switch event {
                case .began(let place):
                    statements.append(place)
                    whenBegun()
                case .columns(let found): columns.append(found)
                case .rows(let batch): batches.append(batch)
                case .ended(let summary): summaries.append(summary)
                }
            }
        } catch let failure as DatabaseError {
            error = failure
        }
    }
}
