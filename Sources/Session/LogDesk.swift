import Domain
import LogFiles
import MonitorPanes
import Synchronization
import TextSearch
import Workbench

/// The log files that the workbench reads: the last ones stay open, one is watched.
final class LogDesk: Sendable {
    private let mailbox: Mailbox
    private let files = Mutex<[(path: String, file: LogFile)]>([])
    private let watch: LogWatch
    private let ticket = Mutex<LogWatch.Ticket?>(nil)

    init(mailbox: Mailbox) throws {
        self.mailbox = mailbox
        watch = try LogWatch()
    }

    func slice(_ request: LogRequest) async throws -> LogSlice {
        let file = try file(request.path)
        guard let filter = request.filter else {
            return try file.slice(
                anchor: request.anchor, linesBefore: request.linesBefore,
                linesAfter: request.linesAfter)
        }
        let pattern = try TextPattern(filter.pattern)
        return try await file.filteredSlice(
            LogFilter(
                include: filter.isInverted ? [] : [pattern],
                exclude: filter.isInverted ? [pattern] : []),
            anchor: request.anchor, linesBefore: request.linesBefore,
            linesAfter: request.linesAfter)
    }

    /// Tells of growth of the log at `path` from now on, and of no other.
    func watch(_ path: String?) throws {
        try ticket.withLock { ticket in
            if let ticket { watch.cancel(ticket) }
            ticket = nil
            guard let path else { return }
            ticket = try watch.watch(path: path) { [mailbox] in
                mailbox.post(.monitor(.logGrew(path: path)))
            }
        }
    }

    func find(_ search: LogSearch) async throws -> LogSearchResult {
        try await LogFinder.find(search, in: file(search.path))
    }

    /// Opens the log, or takes it from the eight used last.
    private func file(_ path: String) throws -> LogFile {
        try files.withLock { files in
            if let index = files.firstIndex(where: { $0.path == path }) {
                let entry = files.remove(at: index)
                files.append(entry)
                return entry.file
            }
            let file = try LogFile.open(path: path)
            files.append((path, file))
            if files.count > 8 { files.removeFirst() }
            return file
        }
    }
}
