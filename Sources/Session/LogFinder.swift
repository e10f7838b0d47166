import Domain
import LogFiles
import MonitorPanes
import TextSearch

/// Finds lines in log files for the log pane.
enum LogFinder {
    static func find(_ search: LogSearch, in file: LogFile) async throws -> LogSearchResult {
        // A search from a line that counts itself starts at the byte before it.
        let from = search.includesStart ? search.from - 1 : search.from
        switch search.wanted {
        case .text(let text):
            let pattern: TextPattern
            do {
                pattern = try TextPattern(text)
            } catch {
                return .refused(problem: error.problem)
            }
            return try await around(search, from: from) { start, direction in
                try await file.firstMatch(of: pattern, from: start, direction: direction)
            }
        case .problem:
            return try await around(search, from: from) { start, direction in
                try await file.problem(from: start, direction: direction)
            }
        }
    }

    /// Looks from the place to the end, and if nothing is there once more from the other end.
    private static func around(
        _ search: LogSearch, from: Int64,
        _ look: (Int64, LogDirection) async throws -> Int64?
    ) async throws -> LogSearchResult {
        let direction: LogDirection = search.direction == .forward ? .forward : .backward
        if let hit = try await look(from, direction) { return .found(offset: hit) }
        let otherEnd: Int64 = search.direction == .forward ? -1 : .max
        if let hit = try await look(otherEnd, direction) { return .wrapped(offset: hit) }
        return .notFound
    }
}
