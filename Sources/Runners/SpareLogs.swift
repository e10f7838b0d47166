import CProcess
import Domain
import Glibc

/// Log files that have no name yet.
///
/// A new file costs a short task more than all else that is done for it, and most short tasks say
/// nothing. So a task writes into a file that is there already. It gets the name of the task's log
/// when there is something in it, or when the task turns out to take longer. A short task that said
/// nothing has no file: a log that is not there is an empty one.
final class SpareLogs {
    struct Spare {
        var number: Int
        var descriptor: Int32
    }

    private let folder: String
    private var free: [Spare] = []
    private var nextNumber: Int
    private static let mostFree = 16

    /// Makes the folder where it is missing.
    init(_ folder: String) throws(LogError) {
        self.folder = folder
        try AttemptLog.makeFolder(folder[...])
        // Numbers go on from where any earlier owner's may stand.
        nextNumber = Int(SystemClock.now().microseconds)
    }

    deinit {
        for spare in free {
            close(spare.descriptor)
            unlink(path(spare.number))
        }
    }

    func path(_ number: Int) -> String { folder + "/\(number).log" }

    /// A file for the output of an attempt, empty and open for appending.
    func take() throws(LogError) -> Spare {
        if let spare = free.popLast() { return spare }
        let number = nextNumber
        nextNumber += 1
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW
        let file = open(path(number), flags, 0o600)
        guard file >= 0 else { throw LogError(code: errno, path: path(number)) }
        return Spare(number: number, descriptor: file)
    }

    /// Takes back one that nobody wrote to.
    func giveBack(_ spare: Spare) {
        if free.count < Self.mostFree { return free.append(spare) }
        unlink(path(spare.number))
        close(spare.descriptor)
    }

    /// Gives what an attempt has written so far its name. The attempt may go on writing.
    ///
    /// - Parameter isOver: nobody has the file open any more; where it is empty it can be used again.
    func name(_ spare: Spare, as log: String, isOver: Bool) {
        var status = stat()
        if isOver, fstat(spare.descriptor, &status) == 0, status.st_size == 0 {
            return giveBack(spare)
        }
        rename(number: spare.number, as: log)
        close(spare.descriptor)
    }

    /// Gives a file that an earlier owner left its name; false where it is not there.
    @discardableResult
    func rename(number: Int, as log: String) -> Bool {
        tryAgainWithFolder(log) { spillway_rename_new(path(number), log) }
    }

    /// Removes all that is left of earlier owners.
    func removeLeftovers() {
        guard let listing = opendir(folder) else { return }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".log") { unlink(folder + "/" + name) }
        }
    }

    private func tryAgainWithFolder(_ log: String, _ body: () -> Int32) -> Bool {
        if body() == 0 { return true }
        guard errno == ENOENT, let end = log.lastIndex(of: "/"),
            (try? AttemptLog.makeFolder(log[..<end])) != nil
        else { return false }
        return body() == 0
    }
}
