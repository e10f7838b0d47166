import Glibc

/// Gathers rows and hands them on: the first at once, then when a batch is full or 20 ms old.
///
/// A source that may block calls ``deliverDue()`` before it waits, so that rows never lie here while
/// the engine works on the next.
final class RowDelivery {
    /// Cells that make a batch full.
    private static let fullCells = 16_384
    private static let fullBytes = 1 << 20
    private static let dueNanoseconds: UInt64 = 20_000_000

    var batch = RowBatch(columnCount: 0)
    private(set) var rows = 0
    /// What `receive` threw; nothing more is handed on then.
    private(set) var failure: (any Error)?
    private(set) var firstRowSeconds: Double?

    private let receive: (ResultEvent) throws -> Void
    private var began: UInt64 = 0
    private var lastDelivery: UInt64 = 0
    private var fullRows = 1

    init(_ receive: @escaping (ResultEvent) throws -> Void) { self.receive = receive }

    var elapsedSeconds: Double { Double(Self.now() - began) / 1e9 }

    func begin(_ place: StatementPlace) throws {
        began = Self.now()
        rows = 0
        firstRowSeconds = nil
        batch = RowBatch(columnCount: 0)
        try send(.began(place))
    }

    func begin(_ columns: [ResultColumn]) throws {
        batch = RowBatch(columnCount: columns.count)
        fullRows = max(1, min(1_024, Self.fullCells / max(1, columns.count)))
        lastDelivery = 0
        try send(.columns(columns))
    }

    /// Says that a row is complete in `batch`.
    func rowDone() throws {
        if firstRowSeconds == nil { firstRowSeconds = elapsedSeconds }
        // With nothing delivered yet `lastDelivery` is long ago.
        if batch.kinds.count >= fullRows * batch.columnCount || batch.byteCount >= Self.fullBytes
            || Self.coarseNow() >= lastDelivery + Self.dueNanoseconds
        {
            try deliver()
        }
    }

    func deliver() throws {
        guard !batch.isEmpty else { return }
        let full = batch
        batch = RowBatch(columnCount: full.columnCount)
        batch.reserve(rows: min(fullRows, full.rowCount * 4))
        rows += full.rowCount
        lastDelivery = Self.coarseNow()
        try send(.rows(full))
    }

    /// Delivers what is old enough; returns whether the source may go on.
    func deliverDue() -> Bool {
        guard failure == nil else { return false }
        let width = batch.columnCount
        guard width > 0, !batch.isEmpty, batch.kinds.count % width == 0,
            Self.coarseNow() >= lastDelivery + Self.dueNanoseconds
        else { return true }
        do { try deliver() } catch { return false }
        return true
    }

    func end(changes: Int?, counters: [StatementSummary.Counter] = []) throws {
        try deliver()
        try send(
            .ended(
                StatementSummary(
                    rows: rows, changes: changes, elapsedSeconds: elapsedSeconds,
                    firstRowSeconds: firstRowSeconds, counters: counters)))
    }

    private func send(_ event: ResultEvent) throws {
        if let failure { throw failure }
        do { try receive(event) } catch {
            failure = error
            throw error
        }
    }

    private static func now() -> UInt64 { read(CLOCK_MONOTONIC) }
    private static func coarseNow() -> UInt64 { read(CLOCK_MONOTONIC_COARSE) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
