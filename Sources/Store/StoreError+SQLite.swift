import ByteCoding
import CSQLite
import GRDB
import WholeFiles

extension StoreError {
    /// Runs `body` and gives SQLite's errors as those a user understands.
    static func translating<Value>(
        _ path: String, _ body: () throws -> Value
    ) throws(StoreError) -> Value {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        } catch let error as PayloadError {
            throw .corrupt(path: path, detail: "a record breaks off at byte \(error.offset)")
        } catch {
            throw .database(path: path, detail: "\(error)")
        }
    }

    private init(_ error: DatabaseError, path: String) {
        let detail = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        self.init(
            SQLiteFailure(code: error.resultCode.rawValue, message: detail), path: path)
    }

    init(_ failure: SQLiteFailure, path: String) {
        switch failure.code {
        case SQLITE_FULL: self = .diskFull(path: path)
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(path: path, detail: failure.message)
        case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM:
            self = .unusableFolder(path: path, reason: failure.message)
        default: self = .database(path: path, detail: failure.message)
        }
    }
}

extension StoreError {
    /// Why a file of the state folder could not be written.
    init(_ failure: FileFailure, path: String) {
        self =
            failure.isDiskFull
            ? .diskFull(path: path) : .unusableFolder(path: path, reason: failure.reason)
    }
}
