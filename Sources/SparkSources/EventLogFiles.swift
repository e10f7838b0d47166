public import Domain

/// The files of one event log, in the order in which they are to be read.
public struct EventLogFiles: Hashable, Sendable {
    public enum Layout: String, Sendable {
        /// One file.
        case single
        /// A folder `eventlog_v2_…` of numbered pieces (Spark 3, default from 4.0).
        case rolling
        /// A folder with `EVENT_LOG_1` (Spark 1.0 to 1.2).
        case oldDirectory = "directory-1.2"
        /// A folder of `eventlog-….gz` pieces and a plain `eventlog` (Databricks).
        case dated = "databricks"
    }

    public struct Piece: Hashable, Sendable {
        public var path: String
        /// Size on disk when it was listed.
        public var bytes: Int64
    }

    /// The file or folder that is the log.
    public var path: String
    public var layout: Layout
    public var pieces: [Piece]
    /// Whether no clean end was written: it runs, or was killed.
    public var isInProgress: Bool
    /// Whether a History Server has dropped finished jobs from it: figures are lower bounds.
    public var isCompacted: Bool

    /// The bytes of all pieces on disk.
    public var bytes: Int64 { pieces.reduce(0) { $0 + $1.bytes } }

    /// Files of a folder that are looked into to find those that are logs.
    private static let mostCandidates = 200

    /// Finds the files of the log at `path`: a file, the folder of a log, or a folder that holds one
    /// log and no other.
    ///
    /// - Throws: ``EventLogError`` where nothing is there or the folder is no log.
    public init(path: String) throws(EventLogError) {
        guard let kind = Listing.kind(of: path) else { throw .notFound(path: path) }
        switch kind {
        case .file(let bytes):
            self.init(file: path, bytes: bytes)
        case .folder:
            guard let log = Self(folder: path) else {
                let logs = Self.logs(in: path).prefix(Self.mostCandidates).filter {
                    EventLogSummary($0) != nil
                }
                guard logs.count == 1 else {
                    throw .noLog(path: path, candidates: logs.map(\.path))
                }
                self = logs[0]
                return
            }
            self = log
        }
    }

    /// Refuses what is no folder that can be listed.
    ///
    /// - Throws: ``EventLogError``.
    public static func checkFolder(_ path: String) throws(EventLogError) {
        switch Listing.kind(of: path) {
        case nil: throw .notFound(path: path)
        case .file: throw .noFolder(path: path)
        case .folder:
            guard Listing.isReadable(path) else {
                throw .unreadable(path: path, reason: "its names may not be listed")
            }
        }
    }

    /// The logs that a folder holds, each a file or a folder of its own, by name.
    ///
    /// Hidden files, checksum files and empty folders are left out; that a file really is an event
    /// log shows only when it is read.
    public static func logs(in folder: String) -> [EventLogFiles] {
        Listing.names(in: folder).compactMap { name in
            let path = folder + "/" + name
            switch Listing.kind(of: path) {
            case .file(let bytes): return Self(file: path, bytes: bytes)
            case .folder: return Self(folder: path)
            case nil: return nil
            }
        }
    }

    private init(file path: String, bytes: Int64) {
        self.path = path
        layout = .single
        pieces = [Piece(path: path, bytes: bytes)]
        isInProgress = path.hasSuffix(".inprogress")
        isCompacted = path.hasSuffix(".compact")
    }

    private init?(folder path: String) {
        let files = Listing.names(in: path).compactMap { name -> (name: String, bytes: Int64)? in
            guard case .file(let bytes) = Listing.kind(of: path + "/" + name) else { return nil }
            return (name, bytes)
        }
        self.path = path
        if let rolling = Self.rollingPieces(files) {
            layout = .rolling
            pieces = rolling.pieces.map { Piece(path: path + "/" + $0.name, bytes: $0.bytes) }
            isCompacted = rolling.isCompacted
            let status = files.filter { $0.name.hasPrefix("appstatus_") }
            isInProgress =
                status.isEmpty || status.allSatisfy { $0.name.hasSuffix(".inprogress") }
        } else if files.contains(where: { $0.name.hasPrefix("EVENT_LOG_") }) {
            layout = .oldDirectory
            pieces = files.filter { $0.name.hasPrefix("EVENT_LOG_") }.map {
                Piece(path: path + "/" + $0.name, bytes: $0.bytes)
            }
            isInProgress = !files.contains { $0.name == "APPLICATION_COMPLETE" }
            isCompacted = false
        } else if files.contains(where: { $0.name == "eventlog" || $0.name.isDatedPiece }) {
            layout = .dated
            // Names carry the time, so they sort by it; the plain one is the newest.
            let dated = files.filter { $0.name.isDatedPiece }.sorted { $0.name < $1.name }
            pieces = (dated + files.filter { $0.name == "eventlog" }).map {
                Piece(path: path + "/" + $0.name, bytes: $0.bytes)
            }
            isInProgress = false
            isCompacted = false
        } else {
            return nil
        }
    }

    /// Pieces by number; a compacted one stands for all up to its own.
    private static func rollingPieces(
        _ files: [(name: String, bytes: Int64)]
    ) -> (pieces: [(name: String, bytes: Int64)], isCompacted: Bool)? {
        let numbered = files.compactMap { file in
            number(ofPiece: file.name).map { (number: $0, file: file) }
        }
        guard !numbered.isEmpty else { return nil }
        let compact = numbered.filter { $0.file.name.isCompactPiece }.map(\.number).max()
        let kept = numbered.filter { piece in
            guard let compact else { return true }
            return piece.number > compact
                || (piece.number == compact && piece.file.name.isCompactPiece)
        }
        return (kept.sorted { $0.number < $1.number }.map(\.file), compact != nil)
    }

    /// `7` of `events_7_app-1.zstd`; nil for names that no piece of a rolled log has.
    private static func number(ofPiece name: some StringProtocol) -> Int64? {
        guard name.hasPrefix("events_") else { return nil }
        return Int64(name.dropFirst("events_".count).prefix { $0 != "_" })
    }

    /// Files that change when the log grows: the last piece, and the next one of a rolled log.
    public var growingPaths: [String] {
        guard let last = pieces.last?.path else { return [] }
        let name = last.lastPathPart
        guard layout == .rolling, let number = Self.number(ofPiece: name), number < .max else {
            return [last]
        }
        let rest = name.dropFirst("events_\(number)".count)
        return [last, path + "/events_\(number + 1)" + rest]
    }

    /// What a later listing has behind the last piece of this one.
    enum Continuation {
        case pieces([Piece])
        /// A History Server has put pieces that are not known here into one with earlier ones:
        /// nothing tells what of it is known.
        case unknowable
    }

    /// What `now`, listed later, has behind the last piece of this listing.
    func continuation(in now: EventLogFiles) -> Continuation {
        guard let last = pieces.last?.path else { return .pieces(now.pieces) }
        let number = Self.number(ofPiece: last.lastPathPart)
        guard layout == .rolling, now.layout == .rolling, let number else {
            let place = now.pieces.firstIndex { $0.path == last }
            return .pieces(place.map { Array(now.pieces[($0 + 1)...]) } ?? [])
        }
        let added = now.pieces.filter {
            Self.number(ofPiece: $0.path.lastPathPart).map { $0 > number } ?? false
        }
        return added.contains(where: \.path.isCompactPiece) ? .unknowable : .pieces(added)
    }
}

extension String {
    fileprivate var isDatedPiece: Bool { hasPrefix("eventlog-") }
    fileprivate var isCompactPiece: Bool { hasSuffix(".compact") }
    fileprivate var lastPathPart: Substring {
        self[(lastIndex(of: "/").map(index(after:)) ?? startIndex)...]
    }
}

/// Why a log cannot be read.
public enum EventLogError: UserFacingError, Hashable {
    case notFound(path: String)
    /// The folder is not the folder of one log; some that it holds.
    case noLog(path: String, candidates: [String])
    case unreadable(path: String, reason: String)
    /// A folder was wanted.
    case noFolder(path: String)

    public var problem: String {
        switch self {
        case .notFound(let path): "There is no file or folder '\(path)'."
        case .noLog(let path, let candidates) where candidates.isEmpty:
            "The folder '\(path)' holds no Spark event log."
        case .noLog(let path, let candidates):
            "The folder '\(path)' is not one event log; it holds \(candidates.count)."
        case .unreadable(let path, let reason): "'\(path)' cannot be read: \(reason)."
        case .noFolder(let path): "'\(path)' is a file, and no folder of event logs."
        }
    }

    public var remedy: String {
        switch self {
        case .notFound(let path) where path.hasPrefix("http://") || path.hasPrefix("https://"):
            "A live driver or a History Server is opened with 'spillway spark open \(path)'."
        case .notFound:
            "Name an event log; Spark writes them to the folder of spark.eventLog.dir."
        case .noLog(_, let candidates):
            candidates.first.map { "Name one of them, for example '\($0)'." }
                ?? "Switch spark.eventLog.enabled on, run the job, and name what it wrote."
        case .unreadable:
            "Check its permissions, or copy it to a place where you may read it."
        case .noFolder(let path): "Read it with 'spillway spark report \(path)'."
        }
    }
}
