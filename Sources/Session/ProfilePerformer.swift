import Domain
import Glibc
import ProfilePanes
import SparkLog
import SparkSources
import Synchronization
import Workbench

/// Performs the effects of the profiler: lists event logs and reads them.
final class ProfilePerformer: Sendable {
    private let mailbox: Mailbox
    /// The folder that relative paths count from.
    private let root: String
    /// Counts loads: an older one gives up when a newer has begun.
    private let newest = Mutex(0)

    init(root: String, mailbox: Mailbox) {
        self.root = root
        self.mailbox = mailbox
    }

    /// The answer. Throws a `UserFacingError` where it could not be done.
    func answer(to effect: Profile.Effect) throws -> Profile.Answer? {
        switch effect {
        case .list(let folder):
            return .listed(folder: folder, rows(in: folder))
        case .load(let path):
            return try load(path)
        }
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : path == "." ? root : root + "/" + path
    }

    /// Logs of the workspace's folder, of `spark-events` in it, and of the runs' own folders.
    private func rows(in folder: String) -> [ApplicationRow] {
        var folders = [absolute(folder)]
        if folder == "." {
            folders += ["spark-events", "logs/spark"].map(absolute)
            folders += Self.runFolders(below: absolute(".spillway/logs"))
        }
        return folders.flatMap { EventLogSummary.all(in: $0) }.map { log in
            ApplicationRow(
                path: log.files.path, id: log.id ?? "-", name: log.name ?? "-",
                version: log.sparkVersion ?? "-",
                start: log.startedAt.map { $0.microseconds / 1_000 },
                end: log.endedAt.map { $0.microseconds / 1_000 },
                isInProgress: log.endedAt == nil, bytes: log.files.bytes)
        }
    }

    /// `<pipeline>/<run>/spark/<task>.<attempt>`, the newest hundred runs of each pipeline.
    private static func runFolders(below logs: String) -> [String] {
        names(in: logs).flatMap { pipeline in
            names(in: logs + "/" + pipeline).suffix(100).flatMap { run -> [String] in
                let spark = "\(logs)/\(pipeline)/\(run)/spark"
                return names(in: spark).map { spark + "/" + $0 }
            }
        }
    }

    private static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Reads a log, telling how far it is, and analyses it; nil where another one is wanted by now.
    private func load(_ path: String) throws -> Profile.Answer? {
        let number = newest.withLock { count in
            count += 1
            return count
        }
        let files = try EventLogFiles(path: absolute(path))
        let loader = EventLogLoader(files, portionBytes: 1 << 20)
        var told = 0.0
        while try loader.readPortion() == .more {
            guard newest.withLock({ $0 }) == number else { return nil }
            let share = Double(loader.bytesRead) / Double(max(1, files.bytes))
            if share - told >= 0.05 {
                told = share
                mailbox.post(.profile(.progress(path: path, share)))
            }
        }
        loader.finish()
        guard let application = loader.mainApplication else { return nil }
        return .loaded(ProfiledApplication(path: path, application, facts: loader.facts))
    }
}
