internal import Domain
internal import Glibc
internal import LogText
internal import Synchronization
internal import WholeFiles

/// The index as a file beside its log: `1.log` has `1.log.idx`.
///
/// Format: `Header` as eight-byte words in the machine's order, then four words a block, then a
/// hash of everything before. It is a cache: whatever does not fit is made anew.
struct SavedIndex {
    private static let magic: UInt64 = 0x3158_4449_474F_4C53  // "SLOGIDX1"
    private static let headerWords = 12
    private static let blockWords = 4

    static func path(ofLog path: String) -> String { path + ".idx" }

    /// The state of the log that an index describes.
    struct Subject {
        var file: OpenFile
        var identity: OpenFile.Status
        var clock: LogClock
        var blockBytes: Int64
    }

    /// The index as words, its hash at the end.
    static func words(_ index: LogIndex, of subject: Subject) throws -> [UInt64] {
        var words: [UInt64] = [
            magic, UInt64(bitPattern: index.blockBytes), subject.identity.device,
            subject.identity.inode, UInt64(bitPattern: subject.identity.size),
            UInt64(bitPattern: subject.identity.modified),
            try edges(of: subject.file, size: index.reached),
            UInt64(bitPattern: Int64(subject.clock.secondsEastOfUTC)),
            UInt64(bitPattern: subject.clock.reference.microseconds),
            UInt64(bitPattern: index.reached), UInt64(bitPattern: index.newlines),
            UInt64(index.blocks.count),
        ]
        words.reserveCapacity(headerWords + blockWords * index.blocks.count + 1)
        for block in index.blocks {
            words.append(UInt64(bitPattern: block.newlinesBefore))
            words.append(UInt64(bitPattern: block.earliest))
            words.append(UInt64(bitPattern: block.latest))
            words.append(UInt64(block.levels))
        }
        words.append(hash(words))
        return words
    }

    /// The index in `words`, or nil where it is damaged or tells of another file, another state
    /// of it than one that has only grown since, or was made with other settings.
    static func index(from words: [UInt64], for subject: Subject) throws -> LogIndex? {
        guard words.count > headerWords, words[0] == magic,
            words.last == hash(words.dropLast()),
            words.count == headerWords + 1 + blockWords * Int(clamping: words[11] & 0xFFFF_FFFF),
            words[1] == UInt64(bitPattern: subject.blockBytes),
            words[2] == subject.identity.device, words[3] == subject.identity.inode,
            words[7] == UInt64(bitPattern: Int64(subject.clock.secondsEastOfUTC)),
            words[8] == UInt64(bitPattern: subject.clock.reference.microseconds)
        else { return nil }
        let size = Int64(bitPattern: words[4])
        let reached = Int64(bitPattern: words[9])
        let isUntouched =
            size == subject.identity.size
            && Int64(bitPattern: words[5]) == subject.identity.modified
        guard reached >= 0, reached <= size, isUntouched || size < subject.identity.size,
            try edges(of: subject.file, size: reached) == words[6]
        else { return nil }
        var blocks: [IndexBlock] = []
        blocks.reserveCapacity((words.count - headerWords) / blockWords)
        var place = headerWords
        while place < words.count - 1 {
            blocks.append(
                IndexBlock(
                    newlinesBefore: Int64(bitPattern: words[place]),
                    earliest: Int64(bitPattern: words[place + 1]),
                    latest: Int64(bitPattern: words[place + 2]),
                    levels: UInt8(truncatingIfNeeded: words[place + 3])))
            place += blockWords
        }
        guard Int64(blocks.count) == (reached + subject.blockBytes - 1) / subject.blockBytes
        else { return nil }
        return LogIndex(
            blockBytes: subject.blockBytes, blocks: blocks, reached: reached,
            newlines: Int64(bitPattern: words[10]))
    }

    /// Writes `words` for this user's eyes only; never leaves half a file at `path`.
    static func write(_ words: [UInt64], to path: String) -> Bool {
        do throws(FileFailure) {
            try words.span.bytes.withUnsafeBytes { bytes throws(FileFailure) in
                try DraftFile.write(bytes, to: path)
            }
            return true
        } catch {
            return false
        }
    }

    /// The words of the file at `path`; nil where there are none that could be an index.
    static func read(_ path: String) -> [UInt64]? {
        do {
            guard let file = try OpenFile(path: path) else { return nil }
            let size = try file.status().size
            guard size % 8 == 0, size <= 1 << 30 else { return nil }
            let count = Int(size / 8)
            var failed = false
            let words = try [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
                let bytes = UnsafeMutableRawBufferPointer(buffer)
                failed = try file.read(into: bytes, at: 0) != Int(size)
                initialized = failed ? 0 : count
            }
            return failed ? nil : words
        } catch {
            // Unreadable is as good as absent: the index is made anew.
            return nil
        }
    }

    /// A hash of up to 64 KiB at the start and before `size`.
    private static func edges(of file: OpenFile, size: Int64) throws -> UInt64 {
        let edge: Int64 = 64 * 1_024
        let head = try file.bytes(at: 0, count: Int(min(edge, size)))
        let tail = try file.bytes(at: max(0, size - edge), count: Int(min(edge, size)))
        return hash((head + tail).map(UInt64.init))
    }

    /// FNV-1a over words (Fowler, Noll, Vo 1991), with a final mix.
    private static func hash(_ words: some Sequence<UInt64>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for word in words {
            hash = (hash ^ word) &* 0x0000_0100_0000_01B3
            hash ^= hash >> 32
        }
        return hash
    }
}

extension LogFile {
    /// Takes the saved index over, once a generation.
    func loadSavedIndex() {
        let isDue = state.withLock { state in
            defer { state.hasLoadedIndex = true }
            return !state.hasLoadedIndex && state.index.reached == 0
        }
        guard isDue else { return }
        do {
            let view = try view()
            guard let subject = subject(view),
                let words = SavedIndex.read(SavedIndex.path(ofLog: path)),
                let index = try SavedIndex.index(from: words, for: subject)
            else { return }
            publish(index, after: view)
        } catch {
            // What hinders reading will be met, and told, by whoever reads the log itself.
            return
        }
    }

    /// Saves the index; a folder that cannot be written only costs the next opening its speed.
    func saveIndex(_ view: View) {
        guard let subject = subject(view) else { return }
        do {
            let words = try SavedIndex.words(view.index, of: subject)
            _ = SavedIndex.write(words, to: SavedIndex.path(ofLog: path))
        } catch {
            return
        }
    }

    private func subject(_ view: View) -> SavedIndex.Subject? {
        guard let file = view.file, let identity = view.identity,
            view.status.presence == .present
        else { return nil }
        return SavedIndex.Subject(
            file: file, identity: identity, clock: clock,
            blockBytes: Int64(tuning.indexBlockBytes))
    }
}
