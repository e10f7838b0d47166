import LogFiles
import Store

/// What the owner wants people told, for one who looks on, from now on.
final class NoticeWatch: Sendable {
    private let reader: NoticeBoard.Reader
    private let watch: LogWatch
    private let ticket: LogWatch.Ticket

    /// - Parameter notify: called when there may be news.
    init(_ folder: StateFolder, notify: @escaping @Sendable () -> Void) throws {
        let board = NoticeBoard(folder)
        reader = board.reader()
        watch = try LogWatch()
        ticket = try watch.watch(path: board.path, notify: notify)
    }

    /// What is new since the last call, in order.
    func news() -> [NoticeBoard.Notice] { reader.news() }

    func stop() { watch.cancel(ticket) }
}
