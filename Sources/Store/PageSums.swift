import CPageSums
import Glibc
import WholeFiles

/// The sums of a state file's pages, and the mark of how far its history goes, in a file beside it.
///
/// Connections that write keep the sums (see CPageSums.h); this is what makes, compares and renews
/// them. The mark is the newest record's sequence number, noted after its commit: a history that
/// ends before it has lost its end, as where its write-ahead log was cut.
struct PageSums {
    private static let pageSize = 4_096
    private static let header = Int(SPILLWAY_SUMS_HEADER)
    /// Read at a time.
    private static let portion = 256 * pageSize

    private let databasePath: String
    private var path: String { databasePath + "-sums" }

    init(of databasePath: String) { self.databasePath = databasePath }

    var exists: Bool { access(path, F_OK) == 0 }

    /// Takes the sums of all pages as they are now, and the mark given. Nobody may have the database
    /// open for writing. Without room for them there are none.
    func make(mark: Int64) {
        unlink(path)
        var bytes = Array(SPILLWAY_SUMS_MAGIC.utf8) + [UInt8](repeating: 0, count: Self.header - 8)
        bytes.replaceSubrange(8..<16, with: withUnsafeBytes(of: mark) { Array($0) })
        forEachPage { _, sum in bytes += withUnsafeBytes(of: sum) { Array($0) } }
        try? DraftFile.write(bytes, to: path)
    }

    /// Forgets them: of a database that is gone, or was written past them.
    func remove() { unlink(path) }

    /// Numbers of pages that are not as they were written, from 1 on; at most `limit`.
    ///
    /// Cost: reading the file, about 5 ms for 32 MiB that are in memory.
    func strangePages(limit: Int = 20) -> [Int] {
        var strange = differences()
        // One that was just being written differs once.
        if !strange.isEmpty { strange.formIntersection(differences()) }
        return Array(strange.sorted().prefix(limit))
    }

    private func differences() -> Set<Int> {
        guard let known = sums() else { return [] }
        var found: Set<Int> = []
        forEachPage { page, sum in
            guard page <= known.count, known[page - 1] != 0 else { return }
            if known[page - 1] != sum { found.insert(page) }
        }
        return found
    }

    /// A page as it was written, where a single byte of it differs; nil otherwise.
    func mended(_ page: Int) -> [UInt8]? {
        guard let known = sums(), page <= known.count, known[page - 1] != 0,
            var bytes = self.bytes(ofPage: page)
        else { return nil }
        let place = bytes.withUnsafeMutableBytes { buffer in
            spillway_page_mend(
                buffer.baseAddress, Self.pageSize, UInt32(page), known[page - 1])
        }
        return place < 0 ? nil : bytes
    }

    /// A page as it is now; nil where the database has none of that number.
    func bytes(ofPage page: Int) -> [UInt8]? {
        let file = open(databasePath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: Self.pageSize)
        let count = bytes.withUnsafeMutableBytes {
            pread(file, $0.baseAddress, Self.pageSize, off_t((page - 1) * Self.pageSize))
        }
        return count == Self.pageSize ? bytes : nil
    }

    /// Takes pages as they are from now on: their sums are unknown until they are written again.
    func forgive(_ pages: [Int]) {
        let file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return }
        defer { close(file) }
        for page in pages {
            let place = off_t(Self.header + 8 * (page - 1))
            _ = withUnsafeBytes(of: UInt64(0)) { pwrite(file, $0.baseAddress, 8, place) }
        }
    }

    /// The mark; nil where there are no sums.
    var mark: Int64? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var mark: Int64 = 0
        let count = withUnsafeMutableBytes(of: &mark) { pread(file, $0.baseAddress, 8, 8) }
        return count == 8 ? mark : nil
    }

    private func sums() -> [UInt64]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { return nil }
        let count = max(0, Int(status.st_size) - Self.header) / 8
        return [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
            let got = pread(file, buffer.baseAddress, count * 8, off_t(Self.header))
            initialized = max(0, got) / 8
        }
    }

    private func forEachPage(_ body: (_ page: Int, _ sum: UInt64) -> Void) {
        let file = open(databasePath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return }
        defer { close(file) }
        var page = 1
        withUnsafeTemporaryAllocation(byteCount: Self.portion, alignment: 8) { buffer in
            while true {
                let offset = off_t((page - 1) * Self.pageSize)
                let count = pread(file, buffer.baseAddress, Self.portion, offset)
                guard count >= Self.pageSize else { return }
                for start in stride(from: 0, to: count - count % Self.pageSize, by: Self.pageSize) {
                    let bytes = buffer.baseAddress.map { $0 + start }
                    body(page, spillway_page_sum(bytes, Self.pageSize, UInt32(page)))
                    page += 1
                }
            }
        }
    }
}

/// Notes how far the history goes, after each commit that made it longer.
final class HistoryMark {
    private let file: Int32

    /// Does nothing where the database has no sums.
    init(of databasePath: String) {
        file = open(databasePath + "-sums", O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
    }

    deinit { if file >= 0 { close(file) } }

    /// Not synced: after a loss of power it may be older than the history, which tells nothing wrong.
    func note(_ sequence: Int64) {
        guard file >= 0 else { return }
        _ = withUnsafeBytes(of: sequence) { pwrite(file, $0.baseAddress, 8, 8) }
    }
}
