public import Codecs
public import Domain
import Glibc
import SparkLog

/// What the first and the last bytes of an event log tell, without reading what lies between.
///
/// Costs some hundred kilobytes a log whatever its size, so that a folder of a thousand logs is
/// listed at once. The end is known where the log has one and its codec lets the last block be
/// read alone (all but snappy, lzf and gzip).
public struct EventLogSummary: Sendable {
    public var files: EventLogFiles
    /// Nil where the head holds no start of an application: then it is no event log.
    public var id: String?
    public var name: String?
    public var sparkVersion: String?
    public var user: String?
    public var startedAt: Instant?
    public var endedAt: Instant?
    public var codec: Codec
    /// When the newest file was changed last, for logs without an end.
    public var changedAt: Instant?

    /// Whether it runs or was killed, as far as names and last bytes tell: an end that lies in a
    /// compressed block that cannot be read alone is taken for there.
    public var isWithoutEnd: Bool {
        files.isInProgress || endedAt == nil && codec == .none
    }

    /// As commands print it.
    public var codecName: String { codec.rawValue }

    private static let headBytes = 64 << 10
    private static let tailBytes = 128 << 10
    /// A few bytes of a codec can stand for gigabytes; no head of an event log does.
    private static let decodedBytes = 16 << 20

    /// Nil for files that cannot be read or are no event log.
    public init?(_ files: EventLogFiles) {
        self.files = files
        guard let first = files.pieces.first, let last = files.pieces.last else { return nil }
        let descriptor = open(first.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var reader = EventLogReader(maximumLineBytes: Self.decodedBytes)
        let decompressor = Decompressor()
        var decoded = 0
        // The environment comes before the start of the application and may be large.
        for _ in 0..<8 {
            guard let bytes = Self.read(descriptor, Self.headBytes), !bytes.isEmpty else { break }
            bytes.withUnsafeBytes { raw in
                decompressor.feed(raw) { part in
                    decoded += part.count
                    if decoded <= Self.decodedBytes { reader.feed(part) }
                }
            }
            if reader.currentApplication.startedAt != nil || decoded > Self.decodedBytes { break }
            // A file of lines that are no events is something else.
            if reader.currentApplication.reading.badLines > 20 { break }
        }
        _ = decompressor.finish { reader.feed($0) }
        reader.finish()
        codec = decompressor.codec ?? .none
        guard let application = reader.applications.first,
            application.startedAt != nil || application.sparkVersion != nil
                || application.reading.events > application.reading.badLines
        else { return nil }
        id = application.id
        name = application.name
        sparkVersion = application.sparkVersion
        user = application.user
        startedAt = application.startedAt
        endedAt = application.endedAt ?? Self.end(of: last, codec: codec)
        changedAt = Self.changed(last.path)
    }

    /// The applications of all logs in a folder, the newest first; what is no event log is left out.
    public static func all(in folder: String) -> [EventLogSummary] {
        EventLogFiles.logs(in: folder).compactMap { EventLogSummary($0) }.sorted {
            ($0.startedAt?.microseconds ?? .min) > ($1.startedAt?.microseconds ?? .min)
        }
    }

    private static func read(_ descriptor: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = Glibc.read(descriptor, &bytes, count)
        guard got >= 0 else { return nil }
        bytes.removeLast(count - got)
        return bytes
    }

    /// The end of the application, where the last block of the last file holds it.
    private static func end(of piece: EventLogFiles.Piece, codec: Codec) -> Instant? {
        let descriptor = open(piece.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let start = max(0, piece.bytes - Int64(tailBytes))
        guard lseek(descriptor, off_t(start), SEEK_SET) >= 0,
            let bytes = read(descriptor, tailBytes)
        else { return nil }
        let starts: [Int]
        switch codec {
        case .none: starts = [start == 0 ? 0 : (bytes.firstIndex(of: 0x0A) ?? 0) + 1]
        case .zstd: starts = places(of: [0x28, 0xB5, 0x2F, 0xFD], in: bytes)
        case .lz4: starts = places(of: Array("LZ4Block".utf8), in: bytes)
        case .snappy, .lzf, .gzip: starts = start == 0 ? [0] : []
        }
        // Spark closes a frame at every flush: the end of the application is in one of the last.
        for place in starts.suffix(6).reversed() + starts.prefix(1) {
            var reader = EventLogReader(maximumLineBytes: decodedBytes)
            let decompressor = Decompressor(codec: codec)
            bytes[place...].withUnsafeBytes { decompressor.feed($0) { reader.feed($0) } }
            _ = decompressor.finish { reader.feed($0) }
            reader.finish()
            if let end = reader.applications.last?.endedAt { return end }
        }
        return nil
    }

    private static func places(of magic: [UInt8], in bytes: [UInt8]) -> [Int] {
        var found: [Int] = []
        guard bytes.count >= magic.count else { return [] }
        for place in 0...(bytes.count - magic.count)
        where bytes[place] == magic[0] && bytes[place..<(place + magic.count)].elementsEqual(magic)
        {
            found.append(place)
        }
        return found
    }

    private static func changed(_ path: String) -> Instant? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Instant(seconds: Int64(status.st_mtim.tv_sec))
    }
}
