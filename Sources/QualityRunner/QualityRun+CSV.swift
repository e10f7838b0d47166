public import Domain
import Glibc
public import Quality

extension QualityRun {
    /// Checks a CSV text by `suite`, loaded into a database in memory.
    ///
    /// - Parameters:
    ///   - file: the file's name, for problems.
    /// - Returns: the report, and what is wrong with the text.
    public static func check(
        _ suite: Suite, csv bytes: [UInt8], file: String, delimiter: UInt8 = UInt8(ascii: ",")
    ) throws(QueryFailure) -> (CheckReport, [SourceProblem]) {
        let database = try SQLiteDatabase(path: ":memory:", mode: .write)
        let table = suite.table ?? "data"
        let problems = try CSVLoader.load(
            bytes, file: file, into: database, table: table, delimiter: delimiter,
            types: suite.columnTypes, textColumns: suite.textColumns)
        return (try check(suite, table: table, on: database), problems)
    }

    /// The bytes of a file.
    ///
    /// - Throws: where it cannot be read, with the system's reason.
    public static func bytes(ofFile path: String) throws(QueryFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(0, Int(status.st_size)) + 1)
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count > 0 {
                bytes.append(contentsOf: chunk[..<count])
            } else if count == 0 {
                return bytes
            } else if errno != EINTR {
                throw failure(path)
            }
        }
    }

    private static func failure(_ path: String) -> QueryFailure {
        QueryFailure(message: "'\(path)' cannot be read: \(String(cString: strerror(errno)))")
    }
}
