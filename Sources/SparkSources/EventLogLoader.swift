public import Codecs
import Glibc
public import SparkLog

/// Reads the files of one event log into an ``EventLogReader``, a portion at a time.
///
/// Between two portions ``applications`` is what was read so far, some portions that are being
/// decoded left out. At the end of the files the same
/// loader waits for more: ``readPortion()`` then looks for bytes appended and pieces added, which is
/// how the log of a running application is followed.
public final class EventLogLoader {
    /// What a call of ``readPortion()`` brought.
    public enum Progress: Hashable, Sendable {
        /// There is more to read at once.
        case more
        /// Everything there was is read; a later call may find more.
        case atEnd
    }

    /// The files as they were listed last.
    public private(set) var files: EventLogFiles
    private var reader = EventLogReader()
    private var ahead = DecodingAhead()
    /// The piece being read, and how far.
    private var pieceIndex = 0
    private var offset: Int64 = 0
    private var descriptor: Int32 = -1
    /// The first bytes of the piece, by which it is known again: times differ in them.
    private var head: [UInt8] = []
    private static let headBytes = 4_096
    private var decompressor = Decompressor()
    private let buffer: UnsafeMutableRawBufferPointer

    /// The codec of the first piece; nil before anything was read.
    public private(set) var codec: Codec?
    /// Places in compressed pieces that could not be decoded and were passed over.
    public private(set) var damagedPlaces = 0
    /// Bytes of the files that were read.
    public private(set) var bytesRead: Int64 = 0
    /// Whether no file was found at the last look for more.
    public private(set) var isGone = false

    /// Opens nothing yet.
    ///
    /// - Parameter portionBytes: how much a call of ``readPortion()`` reads at most.
    public init(_ files: EventLogFiles, portionBytes: Int = 256 << 10) {
        self.files = files
        buffer = .allocate(byteCount: max(4096, portionBytes), alignment: 4096)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        buffer.deallocate()
    }

    /// The applications of the log so far; mostly one.
    public var applications: [SparkApplication] { reader.applications }

    /// Bytes of text that were read, after decompression.
    public var decodedBytes: Int64 { reader.bytesRead }

    /// Reads everything there is, and counts a cut end.
    ///
    /// - Throws: ``EventLogError`` where a file cannot be opened or read.
    public func readAll() throws(EventLogError) {
        while try readPortion() == .more {}
        finish()
    }

    /// Reads the next bytes, at most one portion.
    ///
    /// - Throws: ``EventLogError`` where a file cannot be opened or read.
    public func readPortion() throws(EventLogError) -> Progress {
        guard pieceIndex < files.pieces.count else { return .atEnd }
        let path = files.pieces[pieceIndex].path
        if descriptor < 0 {
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                let isMissing = errno == ENOENT
                let failure = Self.failure(path)
                // A History Server may have compacted the log since it was listed.
                guard isMissing, let now = filesNow(), now.pieces != files.pieces else {
                    throw failure
                }
                beginAnew(now)
                return .more
            }
        }
        let descriptor = descriptor
        // The head of a file is looked at here first: what its codec is, and whether it stays.
        let ahead =
            decompressor.codec == Codec.none && offset >= Self.headBytes
            ? ahead.feed(upTo: buffer.count, to: &reader) { Self.read(descriptor, $0) } : nil
        let count = ahead ?? Self.read(descriptor, buffer)
        guard count >= 0 else { throw Self.failure(path) }
        guard count > 0 else { return try endOfPiece() }
        if offset < Self.headBytes {
            let missing = Self.headBytes - head.count
            head += UnsafeRawBufferPointer(rebasing: buffer[..<min(count, missing)])
        }
        offset += Int64(count)
        bytesRead += Int64(count)
        if ahead == nil { take(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        return .more
    }

    private static func read(_ descriptor: Int32, _ room: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = Glibc.read(descriptor, room.baseAddress, room.count)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    /// Says that no more will come now: the last line is read, a cut end is counted.
    public func finish() {
        let isCut = drain()
        reader.finish(isCut: isCut)
    }

    /// What was read so far, as if the log ended here; more may be read afterwards.
    public func snapshot() -> LoadedEventLog {
        let isCut = drain()
        // The last line may go on: only a copy takes it for whole.
        var ended = reader
        ended.finish(isCut: isCut)
        return LoadedEventLog(applications: ended.applications, facts: facts)
    }

    /// Hands the reader all that was read; whether the log breaks off in a block or frame.
    private func drain() -> Bool {
        let isCut = decompressor.finish { ahead.feed($0, to: &reader) }
        ahead.drain(to: &reader)
        noteCodec()
        damagedPlaces = earlierDamage + decompressor.damagedPlaces
        return isCut || isCutPiece
    }

    private var earlierDamage = 0
    private var isCutPiece = false

    private func take(_ bytes: UnsafeRawBufferPointer) {
        decompressor.feed(bytes) { ahead.feed($0, to: &reader) }
        noteCodec()
        damagedPlaces = earlierDamage + decompressor.damagedPlaces
    }

    private func noteCodec() {
        if codec == nil { codec = decompressor.codec }
    }

    /// At the end of the last piece new ones are looked for; at the end of others the next begins.
    private func endOfPiece() throws(EventLogError) -> Progress {
        ahead.drain(to: &reader)
        if pieceIndex == files.pieces.count - 1 {
            let now = filesNow()
            isGone = now == nil
            guard let now else { return .atEnd }
            if wasWrittenAnew() {
                beginAnew(now)
                return .more
            }
            files.isInProgress = now.isInProgress
            if now.layout == .single { files = now }
            switch files.continuation(in: now) {
            case .pieces([]): return .atEnd
            case .pieces(let added):
                // This piece may have grown between its end and the listing: it is looked at again
                // before the next one begins.
                files.pieces.append(contentsOf: added)
            case .unknowable: beginAnew(now)
            }
            return .more
        }
        isCutPiece = drain()
        earlierDamage = damagedPlaces
        reader.beginPiece()
        leavePiece()
        pieceIndex += 1
        return .more
    }

    private func leavePiece() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        offset = 0
        head = []
        decompressor = Decompressor()
    }

    /// Whether the piece that was read to its end is another one by now: shorter, replaced, or with
    /// another beginning.
    private func wasWrittenAnew() -> Bool {
        var opened = stat()
        guard descriptor >= 0, fstat(descriptor, &opened) == 0 else { return false }
        if opened.st_size < offset { return true }
        var named = stat()
        if stat(files.pieces[pieceIndex].path, &named) == 0,
            named.st_dev != opened.st_dev || named.st_ino != opened.st_ino
        {
            return true
        }
        var first = [UInt8](repeating: 0, count: head.count)
        return pread(descriptor, &first, first.count, 0) == first.count && first != head
    }

    /// Forgets everything that was read and starts with the files as they are listed now.
    private func beginAnew(_ now: EventLogFiles) {
        ahead.drain(to: &reader)
        leavePiece()
        files = now
        reader = EventLogReader()
        // What was decoded ahead knew the texts of the reader before by their numbers.
        ahead = DecodingAhead()
        pieceIndex = 0
        bytesRead = 0
        codec = nil
        (damagedPlaces, earlierDamage, isCutPiece) = (0, 0, false)
    }

    /// The files as they stand now; Spark drops `.inprogress` from the name at the end.
    private func filesNow() -> EventLogFiles? {
        let suffix = ".inprogress"
        var paths = [files.path]
        if files.path.hasSuffix(suffix) { paths.append(String(files.path.dropLast(suffix.count))) }
        for path in paths {
            do throws(EventLogError) {
                return try EventLogFiles(path: path)
            } catch {
                // Not there, or not yet: the next name, and at last what was known.
                continue
            }
        }
        return nil
    }

    private static func failure(_ path: String) -> EventLogError {
        .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
}

extension EventLogLoader {
    /// What the files tell about the log, for reports.
    public var facts: SparkLogFacts {
        SparkLogFacts(
            layout: files.layout.rawValue, isInProgress: files.isInProgress,
            isCompacted: files.isCompacted, files: files.pieces.count, bytes: files.bytes,
            codec: (codec ?? .none).rawValue, damagedPlaces: damagedPlaces)
    }
}

extension EventLogLoader {
    /// The application to look at where a log holds several: the last one with an ended task.
    public var mainApplication: SparkApplication? {
        applications.last { $0.tasks.count > 0 } ?? applications.last
    }
}
