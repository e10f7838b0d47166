import CProcess
import CSQLite
import Glibc
import WholeFiles

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
        do throws(FileFailure) {
            let file = try DraftFile(for: path)
            try image.span.bytes.withUnsafeBytes { bytes throws(FileFailure) in
                try file.write(bytes)
            }
            // Before it takes its name: what follows relies on the whole of it.
            try file.sync()
            spillway_point("migration")
            // Logs of a file that is gone belong to no other: SQLite would play them into this one.
            for left in ["-wal", "-shm", "-journal", "-sums"] { unlink(path + left) }
            try file.place()
        } catch {
            throw StoreError(error, path: path)
        }
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
}
