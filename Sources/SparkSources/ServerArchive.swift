import Codecs
import Glibc

/// The whole event log of an application, as a History Server hands it out in a zip archive.
struct ServerArchive {
    /// A log can be forty times its packed size.
    private static let mostBytes: Int64 = 64 << 30

    private let archive: ZipArchive

    /// Nil where the bytes are no archive with an event log.
    init?(_ bytes: [UInt8]) {
        guard let archive = ZipArchive(bytes), !archive.entries.isEmpty else { return nil }
        self.archive = archive
    }

    /// Unpacks the log into a folder of its own, reads it, and takes the folder away.
    func load() throws(EventLogError) -> LoadedEventLog? {
        var template = Array((Self.temporaryFolder + "/spillway-log-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .unreadable(path: Self.temporaryFolder, reason: String(cString: strerror(errno)))
        }
        let folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { Self.remove(folder) }
        var log = folder
        for entry in archive.entries {
            // `name` or `eventlog_v2_…/name`: nothing above, nothing deeper.
            let parts = entry.name.split(separator: "/").map(String.init)
            guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.hasPrefix(".") }) else {
                continue
            }
            let place = folder + "/" + parts[0]
            if parts.count == 2 { _ = mkdir(place, 0o700) }
            log = place
            try write(entry, to: folder + "/" + parts.joined(separator: "/"))
        }
        return try EventLogFiles(path: log).load(index: nil)
    }

    private func write(_ entry: ZipArchive.Entry, to path: String) throws(EventLogError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var written: Int64 = 0
        var reason = "its part of the archive is damaged"
        let isWhole = archive.read(entry) { part in
            var done = 0
            while let base = part.baseAddress, done < part.count {
                let count = Glibc.write(descriptor, base + done, part.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    reason = String(cString: strerror(errno))
                    return false
                }
                done += count
            }
            written += Int64(part.count)
            if written > Self.mostBytes { reason = "it is larger than 64 GB" }
            return written <= Self.mostBytes
        }
        guard isWhole else { throw .unreadable(path: entry.name, reason: reason) }
    }

    private static var temporaryFolder: String {
        getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? "/tmp"
    }

    private static func remove(_ folder: String) {
        for name in Listing.names(in: folder) {
            let path = folder + "/" + name
            for inner in Listing.names(in: path) { unlink(path + "/" + inner) }
            if unlink(path) != 0 { rmdir(path) }
        }
        rmdir(folder)
    }
}
