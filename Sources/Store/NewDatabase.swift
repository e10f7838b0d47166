import CProcess
import CSQLite
import Glibc

/// A state file as it is before anything happened.
///
/// Made in memory and written at once: building it in place would take a dozen of syncs, each of
/// which waits for all that others write to the disk, and whoever opened the first project would
/// wait with it.
enum NewDatabase {
    /// Makes the state file at `path`: whole, or not at all. Nobody else may be making it.
    static func make(at path: String) throws(StoreError) {
        let image: [UInt8]
        do throws(SQLiteFailure) {
            image = try Self.image()
        } catch {
            throw StoreError(error, path: path)
        }
        let draft = path + ".new"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw unwritable(path) }
        defer { close(file) }
        var rest = image[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw unwritable(path, removing: draft) }
            rest = rest.dropFirst(count)
        }
        // Before it takes its name: what follows relies on the whole of it.
        guard fdatasync(file) == 0 else { throw unwritable(path, removing: draft) }
        spillway_point("migration")
        // Logs of a file that is gone belong to no other: SQLite would play them into this one.
        for left in ["-wal", "-shm", "-journal", "-sums"] { unlink(path + left) }
        guard rename(draft, path) == 0 else { throw unwritable(path, removing: draft) }
    }

    /// The bytes of a database that has all tables and no rows, for use with a write-ahead log.
    static func image() throws(SQLiteFailure) -> [UInt8] {
        let connection = try Connection(":memory:", for: .making)
        try connection.execute("BEGIN;" + Schema.statements(from: 0) + "COMMIT;")
        var image = try connection.serialized()
        // Write and read version of the file: 2 is "with a write-ahead log" (SQLite's file format,
        // section 1.3.3), which a database in memory cannot be given by PRAGMA.
        (image[18], image[19]) = (2, 2)
        return image
    }

    private static func unwritable(_ path: String, removing draft: String? = nil) -> StoreError {
        let code = errno
        if let draft { unlink(draft) }
        if code == ENOSPC || code == EDQUOT { return .diskFull(path: path) }
        return .unusableFolder(path: path, reason: String(cString: strerror(code)))
    }
}
