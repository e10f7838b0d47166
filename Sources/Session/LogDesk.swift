import Domain
import Glibc
import LogFiles
import LogText
import MonitorPanes
import PaneKit
import Synchronization
import TextSearch
import Workbench

/// The log files that the workbench reads: the last ones stay open, those in sight are watched.
final class LogDesk: Sendable {
    /// Most logs that are read as one: each holds a descriptor.
    static let mergeLimit = 200

    private let mailbox: Mailbox
    private let files = Mutex<[(path: String, file: LogFile)]>([])
    private let watch: LogWatch
    private let tickets = Mutex<[LogWatch.Ticket]>([])
    private let merge = Mutex<(sources: [LogSource], merge: LogMerge)?>(nil)
    private let count = Mutex<Task<Void, Never>?>(nil)

    init(mailbox: Mailbox) throws {
        self.mailbox = mailbox
        watch = try LogWatch()
    }

    func slice(_ request: LogRequest) async throws -> LogSlice {
        let file = try file(request.path)
        guard !request.filter.isEmpty else {
            return try file.slice(
                anchor: request.anchor, linesBefore: request.linesBefore,
                linesAfter: request.linesAfter)
        }
        return try await file.filteredSlice(
            request.filter.logFilter(), anchor: request.anchor, linesBefore: request.linesBefore,
            linesAfter: request.linesAfter)
    }

    func slice(_ request: MergedLogRequest) async throws -> MergedLogSlice {
        try await MergedLogFinder(merge: merge(of: request.sources)).slice(request)
    }

    /// Tells of growth of the logs at `paths` from now on, and of no others.
    func watch(_ paths: [String]) throws {
        try tickets.withLock { tickets in
            tickets.forEach(watch.cancel)
            tickets = []
            for path in paths {
                // The folder of a run's logs comes with its first process; until then it is ours to
                // make, so that the log is seen when it appears.
                Self.makeFolder(of: path)
                let ticket = try watch.watch(path: path) { [mailbox] in
                    mailbox.post(.monitor(.logGrew(path: path)))
                }
                tickets.append(ticket)
            }
        }
    }

    /// Makes the missing folders above `path` (0700); what fails shows when the log is watched.
    private static func makeFolder(of path: String) {
        var made = ""
        for part in path.split(separator: "/").dropLast() {
            made += "/" + part
            _ = mkdir(made, 0o700)
        }
    }

    func find(_ search: LogSearch) async throws -> LogSearchResult {
        try await LogFinder.find(search, in: file(search.path))
    }

    func find(_ search: MergedLogSearch) async throws -> LogSearchResult {
        try await MergedLogFinder(merge: merge(of: search.sources)).find(search)
    }

    /// Where the first line of that time or a later one begins; nil where there is none.
    func firstLine(at time: Instant, in path: String) async throws -> Int64? {
        try await file(path).firstLine(at: time)
    }

    /// Counts the lines that match, telling how far it has come; ends the count before.
    func countHits(of pattern: String, in path: String) throws {
        let pattern = try TextPattern(pattern)
        let file = try file(path)
        let task = Task.detached(executorPreference: ElasticExecutor.shared) { [mailbox] in
            @Sendable func tell(_ count: LogCount) {
                let percent = count.fileSize > 0 ? count.searchedBytes * 100 / count.fileSize : 100
                mailbox.post(
                    .monitor(
                        .hitsCounted(
                            path: path, pattern: pattern.text,
                            HitCount(lines: count.matchingLines, percent: Int(percent)))))
            }
            // A count that was ended, or whose file is gone, has nothing more to say.
            if let whole = try? await file.countMatches(of: pattern, progress: tell) { tell(whole) }
        }
        count.withLock { count in
            count?.cancel()
            count = task
        }
    }

    /// Opens the log, or takes it from the eight used last.
    private func file(_ path: String) throws -> LogFile {
        try files.withLock { files in
            if let index = files.firstIndex(where: { $0.path == path }) {
                let entry = files.remove(at: index)
                files.append(entry)
                return entry.file
            }
            let file = try LogFile.open(path: path, clock: Self.clock(of: path))
            files.append((path, file))
            if files.count > 8 { files.removeFirst() }
            return file
        }
    }

    /// What times without a zone or a date mean: the user's zone, near the log's last change.
    private static func clock(of path: String) -> LogClock {
        var status = stat()
        let local = Clock.local()
        let changed =
            stat(path, &status) == 0
            ? Instant(seconds: Int64(status.st_mtim.tv_sec)) : local.now
        return LogClock(secondsEastOfUTC: local.offset, reference: changed)
    }

    /// The logs read as one; those of the last request stay open.
    private func merge(of sources: [LogSource]) throws -> LogMerge {
        try merge.withLock { kept in
            if let kept, kept.sources == sources { return kept.merge }
            let made = LogMerge(
                try sources.map {
                    try LogFile.open(path: $0.path, clock: Self.clock(of: $0.path))
                }, beginnings: sources.map(\.startedAt))
            kept = (sources, made)
            return made
        }
    }
}

extension LineFilter {
    /// The filter with its patterns read.
    func logFilter() throws -> LogFilter {
        LogFilter(
            include: try include.map { try TextPattern($0) },
            exclude: try exclude.map { try TextPattern($0) }, minimumLevel: minimumLevel)
    }
}
