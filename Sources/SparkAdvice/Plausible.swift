import Domain
import SparkLog

// Logs may hold any number; sums and products of what rules look at must not overflow. What lies
// beyond these bounds is no figure of a real run, and the nearest bound says as much.
extension Int64 {
    /// A length of time in milliseconds: 0 to 35 years.
    var plausibleLength: Int64 { Swift.min(Swift.max(0, self), 1 << 40) }

    /// Milliseconds since 1970, up to the year 2248.
    var plausibleMoment: Int64 { Swift.min(Swift.max(0, self), 1 << 43) }

    /// Bytes or rows of a task: 0 to a quadrillion.
    var plausibleAmount: Int64 { Swift.min(Swift.max(0, self), 1 << 50) }

    /// The same of a whole stage or query.
    var plausibleTotal: Int64 { Swift.min(Swift.max(0, self), 1 << 53) }
}

extension Instant {
    /// Milliseconds since 1970, rounded towards zero.
    var milliseconds: Int64 { (microseconds / 1_000).plausibleMoment }
}

extension SparkStreamingQuery {
    /// Its batches with figures that can be added up.
    var plausibleProgress: [SparkStreamingProgress] {
        progress.map { batch in
            var batch = batch
            batch.inputRows = batch.inputRows.plausibleAmount
            batch.triggerMilliseconds = batch.triggerMilliseconds.plausibleLength
            batch.addBatchMilliseconds = batch.addBatchMilliseconds.plausibleLength
            batch.stateRows = batch.stateRows.plausibleAmount
            return batch
        }
    }
}
