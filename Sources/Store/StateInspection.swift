import Glibc

/// Whether a state file is still what was written: looked at whenever it is opened.
enum StateInspection {
    /// Files up to this many bytes are looked through before they are used; longer ones beside it.
    static let limit = 64 << 20

    /// Compares every page with its sum, for the owner of the state and before it is written.
    ///
    /// - Returns: What people should know: pages that something else changed, though all that they
    ///   hold can be read.
    /// - Throws: ``StoreError/corrupt(path:detail:)`` where something cannot be read.
    static func look(at folder: StateFolder) throws(StoreError) -> [String] {
        let sums = PageSums(of: folder.databasePath)
        guard sums.exists else {
            sums.make(mark: 0)
            return []
        }
        guard let words = try verdict(on: folder, sums) else { return [] }
        sums.make(mark: sums.mark ?? 0)
        return [words]
    }

    /// As ``look(at:)``, of a file that others may be writing; changes nothing.
    static func glance(at folder: StateFolder) throws(StoreError) -> String? {
        let path = folder.databasePath
        return size(path) <= limit ? try verdict(on: folder, PageSums(of: path)) : nil
    }

    static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Nil where every page is as it was written.
    static func verdict(
        on folder: StateFolder, _ sums: PageSums
    ) throws(StoreError) -> String? {
        let strange = sums.strangePages()
        guard !strange.isEmpty else { return nil }
        let path = folder.databasePath
        // With one byte that was hit, what it says of itself, its version among it, is not to be believed.
        if strange.contains(1), sums.mended(1) != nil {
            throw .corrupt(path: path, detail: describe(strange))
        }
        if let damage = try StateDoctor.unreadable(folder).first {
            throw .corrupt(path: path, detail: "\(describe(strange)); \(damage)")
        }
        return "\(path) was changed by another program, a failing disk or a power cut: "
            + "\(describe(strange)). "
            + "All records in it can be read."
    }

    static func describe(_ pages: [Int]) -> String {
        let numbers = pages.prefix(5).map(String.init).joined(separator: ", ")
        let rest = pages.count > 5 ? " and more" : ""
        return (pages.count == 1 ? "page \(numbers) is" : "pages \(numbers)\(rest) are")
            + " not as written"
    }

    /// Where the write-ahead log has records behind a frame that is not as it was written: SQLite would
    /// take the log to end there, and the next write would destroy them.
    ///
    /// Cost: reading the log, about 2 ms for 8 MB.
    static func breach(of path: String) -> String? {
        guard let log = WriteAheadLog(path + "-wal", page: { _ in nil }), let bad = log.firstBad
        else { return nil }
        let place = bad == 0 ? "the head" : "frame \(bad)"
        return "\(place) of its write-ahead log is not as written, with records behind it"
    }

    /// A state file that had records and is empty now.
    static func isEmptied(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size == 0 && PageSums(of: path).mark ?? 0 > 0
    }

    /// As an error.
    static func emptied(_ path: String) -> StoreError {
        .corrupt(path: path, detail: "it is empty, but had \(PageSums(of: path).mark ?? 0) records")
    }

    /// What a reader is told of a history that ends before its mark; nil where it does not.
    static func gap(from last: Int64, to mark: Int64, in path: String) -> String? {
        guard mark > last else { return nil }
        guard let breach = breach(of: path) else {
            return describeGap(from: last, to: mark, in: path)
        }
        return
            "\(path): \(breach). \(mark - last) are not shown; 'spillway doctor --fix' puts it back."
    }

    /// What is said of a history that ends before its mark.
    static func describeGap(from last: Int64, to mark: Int64, in path: String) -> String {
        let count = mark - last
        return "\(path) has lost its newest \(count == 1 ? "record" : "\(count) records"): "
            + "its write-ahead log was damaged, cut or removed. What came before is whole."
    }
}
