import Foundation
import Glibc
import WholeFiles

/// Puts bytes of a state back that are not as they were written, where it can be known what they were.
///
/// A page has a sum of 64 bits, the frames of the write-ahead log have sums that run on: of a page or
/// frame in which one byte differs, that byte and its value follow. So what a flipped bit did is undone
/// without losing a record; `StateDoctor.salvage` is for what is worse.
enum StateRepair {
    /// What was put right, in words, and the copy of the files as they were.
    struct Outcome {
        var repairs: [String] = []
        var keptPath: String?
    }

    /// Looks through state file and log, and puts right what can be; the files as they were are kept
    /// beside them. Nobody else may have the state open.
    static func run(on folder: StateFolder) throws(StoreError) -> Outcome {
        let path = folder.databasePath
        let kept = "\(path).damaged-\(time(nil))"
        var outcome = Outcome()
        let sums = PageSums(of: path)
        if let log = WriteAheadLog(path + "-wal", page: { sums.bytes(ofPage: $0) }),
            let bad = log.firstBad
        {
            try keep(path + "-wal", as: kept + "-wal")
            try write(log.bytes, to: path + "-wal")
            unlink(path + "-shm")
            outcome.keptPath = kept + "-wal"
            outcome.repairs.append(
                log.doubtful == 0
                    ? "the write-ahead log is as it was written again, from frame \(bad) on"
                    : "the write-ahead log is read to its end, though \(log.doubtful) of its frames "
                        + "are not as they were written")
        }
        var isKept = false
        for page in sums.strangePages(limit: .max) {
            guard let bytes = sums.mended(page) else { continue }
            if !isKept { try keep(path, as: kept) }
            isKept = true
            outcome.keptPath = kept
            try put(bytes, at: (page - 1) * bytes.count, of: path)
            outcome.repairs.append("page \(page) is as it was written again")
        }
        return outcome
    }

    private static func keep(_ path: String, as copy: String) throws(StoreError) {
        do {
            try FileManager.default.copyItem(atPath: path, toPath: copy)
        } catch {
            throw .unusableFolder(path: copy, reason: error.localizedDescription)
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        do throws(FileFailure) {
            try DraftFile.write(bytes, to: path, isSynced: true)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    private static func put(
        _ bytes: [UInt8], at offset: Int, of path: String
    ) throws(StoreError) {
        let file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        defer { if file >= 0 { close(file) } }
        guard file >= 0, pwrite(file, bytes, bytes.count, off_t(offset)) == bytes.count,
            fsync(file) == 0
        else {
            throw .unusableFolder(path: path, reason: String(cString: strerror(errno)))
        }
    }
}
