import Glibc
public import SparkLog
import WholeFiles

/// What was read of a whole event log.
public struct LoadedEventLog: Sendable {
    public var applications: [SparkApplication]
    public var facts: SparkLogFacts

    public init(applications: [SparkApplication], facts: SparkLogFacts) {
        self.applications = applications
        self.facts = facts
    }

    /// The application to look at where a log holds several: the last one with an ended task.
    public var mainApplication: SparkApplication? {
        applications.last { $0.tasks.count > 0 } ?? applications.last
    }
}

/// Sidecar files from which logs that were read once are opened again at once.
///
/// They lie in a folder of the user's cache, not beside the logs: those folders often belong to
/// somebody else and are listed by History Servers. A sidecar names the pieces of its log by path,
/// inode, size and time of change, and is passed over where any of these differs, where it is damaged,
/// of another version, or belongs to another user. Nothing is said where none can be written: a sidecar
/// only saves time.
public struct EventLogIndex: Sendable {
    /// Logs of fewer decoded bytes are read as quickly.
    public static let leastBytes: Int64 = 4 << 20
    /// The oldest sidecars go once all together are larger.
    private static let mostBytes: Int64 = 1 << 30

    private let folder: String

    /// - Parameter folder: made, with mode 0700, when a sidecar is written.
    public init(folder: String) { self.folder = folder }

    /// `$XDG_CACHE_HOME/spillway/spark` or `~/.cache/spillway/spark`; nil without a home.
    public static var ofUser: EventLogIndex? {
        func variable(_ name: String) -> String? {
            getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        if let cache = variable("XDG_CACHE_HOME") {
            return EventLogIndex(folder: cache + "/spillway/spark")
        }
        // A home that is not there is not made.
        guard let home = variable("HOME"), case .folder? = Listing.kind(of: home) else {
            return nil
        }
        return EventLogIndex(folder: home + "/.cache/spillway/spark")
    }

    /// What the log's sidecar holds; nil where there is none that fits.
    public func read(_ files: EventLogFiles) -> LoadedEventLog? {
        guard let key = Self.key(files), let bytes = PrivateFile.read(path(files)),
            bytes.starts(with: key),
            let found = SparkIndex.read(bytes, from: key.count)
        else { return nil }
        return LoadedEventLog(applications: found.applications, facts: found.facts)
    }

    /// Keeps what was read of `files`, which must not have changed meanwhile.
    ///
    /// - Returns: whether a sidecar was written.
    @discardableResult
    public func write(_ log: LoadedEventLog, of files: EventLogFiles) -> Bool {
        guard !files.isInProgress, let key = Self.key(files), PrivateFile.makeFolder(folder) else {
            return false
        }
        let bytes = key + SparkIndex.bytes(log.applications, log.facts)
        guard (try? DraftFile.write(bytes, to: path(files))) != nil else { return false }
        PrivateFile.prune(folder, suffix: ".index", to: Self.mostBytes)
        return true
    }

    private func path(_ files: EventLogFiles) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in Self.absolute(files.path).utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        return "\(folder)/\(String(hash, radix: 16)).index"
    }

    private static func absolute(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// The pieces as they are now; nil where one cannot be looked at.
    private static func key(_ files: EventLogFiles) -> [UInt8]? {
        var lines = ["spillway event log index"]
        for piece in files.pieces {
            var status = stat()
            guard stat(piece.path, &status) == 0, status.st_size == piece.bytes else { return nil }
            let time = status.st_mtim
            lines.append(
                "\(status.st_dev) \(status.st_ino) \(status.st_size) \(time.tv_sec) \(time.tv_nsec) "
                    + absolute(piece.path))
        }
        return Array((lines.joined(separator: "\n") + "\n\0").utf8)
    }
}

extension EventLogFiles {
    /// Reads the whole log, or its sidecar where one fits; writes one where none did.
    ///
    /// - Parameters:
    ///   - index: nil reads the log in any case.
    ///   - progress: told now and then how much was read, 0…1; false gives up.
    /// - Returns: nil where `progress` gave up.
    /// - Throws: ``EventLogError`` where a file cannot be opened or read.
    public func load(
        index: EventLogIndex? = .ofUser, progress: (Double) -> Bool = { _ in true }
    ) throws(EventLogError) -> LoadedEventLog? {
        if !isInProgress, let known = index?.read(self) { return known }
        let loader = EventLogLoader(self, portionBytes: 1 << 20)
        while try loader.readPortion() == .more {
            guard progress(loader.share) else { return nil }
        }
        return loader.keep(in: index)
    }
}

extension EventLogLoader {
    /// How much of the files was read, 0…1.
    public var share: Double { min(1, Double(bytesRead) / Double(max(1, files.bytes))) }

    /// Ends the log, and keeps a sidecar of one that has ended and takes a while to read.
    public func keep(in index: EventLogIndex?) -> LoadedEventLog {
        finish()
        let log = LoadedEventLog(applications: applications, facts: facts)
        if decodedBytes >= EventLogIndex.leastBytes { index?.write(log, of: files) }
        return log
    }
}
