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

    /// What is said of a history that ends before its mark.
    static func describeGap(from last: Int64, to mark: Int64, in path: String) -> String {
        let count = mark - last
        return "\(path) has lost its newest \(count == 1 ? "record" : "\(count) records"): "
            + "its write-ahead log was cut or removed. What came before is whole."
    }
}
