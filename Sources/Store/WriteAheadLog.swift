import Glibc

/// A write-ahead log of SQLite, read whole, so that damage in its middle can be told from its end and
/// mended.
///
/// SQLite takes a log to end before the first frame that is not as it was written, and all behind it
/// is gone with the next write. But the sum of a frame runs on from the sum that is written in the
/// frame before, so what stands behind a bad frame can be recognized; and a single byte that differs
/// can be found. Format: SQLite's file format, section 4 (checksums: 4.2).
struct WriteAheadLog {
    private static let headerSize = 32
    private static let frameHeader = 24
    private static let pageSize = 4_096
    private static let frameSize = frameHeader + pageSize
    /// Beyond that a log is not looked at.
    private static let largest = 256 << 20

    private(set) var bytes: [UInt8]
    /// Number of the first frame that is not as written though good ones follow, from 1 on; 0 for the
    /// header.
    private(set) var firstBad: Int?
    /// Frames of which no single byte explains the sum; they are taken as they are.
    private(set) var doubtful = 0
    private var isBigEndian = false

    /// What is written in a log: two sums of 32 bits each.
    private struct Sum: Hashable {
        var first: UInt32
        var second: UInt32
    }

    /// Nil where there is no log, none of ours, or an empty one.
    ///
    /// - Parameter page: the page's bytes before the log, where they are to be had.
    init?(_ path: String, page: (Int) -> [UInt8]?) {
        guard let bytes = Self.read(path), bytes.count >= Self.headerSize + Self.frameSize else {
            return nil
        }
        self.bytes = bytes
        // The magic number says it, and may be what was hit.
        if !looksRight {
            isBigEndian = true
            if !looksRight { return nil }
        }
        mend(page)
    }

    /// Whether one of the first frames follows what is before it.
    private var looksRight: Bool {
        (0..<3).contains { frame in
            guard end(ofFrame: frame) <= bytes.count else { return false }
            let before = frame == 0 ? stored(at: 24) : stored(inFrame: frame - 1)
            return stored(inFrame: frame) == sum(ofFrame: frame, after: before)
        }
    }

    // MARK: Mending

    /// Goes along the frames. What is mended is mended in ``bytes``, which then is a log that SQLite
    /// reads to its end.
    private mutating func mend(_ page: (Int) -> [UInt8]?) {
        var sum = self.sum(of: 0..<24, after: Sum(first: 0, second: 0))
        let written = stored(at: 24)
        let second = self.sum(ofFrame: 0, after: written)
        if sum != written {
            if stored(inFrame: 0) == second {
                // The sums are right: a byte before them is not.
                guard correct(0..<24, from: Sum(first: 0, second: 0), to: written, { _ in nil })
                else { return }
            } else {
                guard stored(inFrame: 0) == self.sum(ofFrame: 0, after: sum) else { return }
                store(sum, at: 24)
            }
            firstBad = 0
            sum = stored(at: 24)
        }
        let salts = bytes[16..<24]
        var frame = 0
        while end(ofFrame: frame) <= bytes.count {
            let computed = self.sum(ofFrame: frame, after: sum)
            let isWhole = computed == stored(inFrame: frame)
            let start = place(ofFrame: frame)
            let isOurs = bytes[start + 8..<start + 16] == salts
            if isWhole, isOurs {
                sum = computed
                frame += 1
                continue
            }
            let isFollowed = isFollowed(frame, computed)
            // The last one may be the end of what was being written: then no byte explains it.
            guard isWhole || isFollowed || isOurs else { return }
            if !isWhole, !mendFrame(frame, after: sum, isFollowed, page) { return }
            if firstBad == nil { firstBad = frame + 1 }
            bytes.replaceSubrange(start + 8..<start + 16, with: salts)
            sum = stored(inFrame: frame)
            frame += 1
        }
    }

    /// Whether the frame behind `frame` is of the same log, be it that the sum that `frame` holds is
    /// right or the one that it should have by its bytes.
    private func isFollowed(_ frame: Int, _ computed: Sum) -> Bool {
        let next = frame + 1
        guard end(ofFrame: next) <= bytes.count else { return false }
        let found = stored(inFrame: next)
        let start = place(ofFrame: next)
        // What is left of an earlier use of the file follows each other as well.
        guard bytes[start + 8..<start + 16] == bytes[16..<24] else { return false }
        return found == sum(ofFrame: next, after: stored(inFrame: frame))
            || found == sum(ofFrame: next, after: computed)
    }

    /// False, and nothing done, where nothing says that the frame belongs to the log.
    private mutating func mendFrame(
        _ frame: Int, after sum: Sum, _ isFollowed: Bool, _ page: (Int) -> [UInt8]?
    ) -> Bool {
        let start = place(ofFrame: frame)
        let computed = self.sum(ofFrame: frame, after: sum)
        let target = stored(inFrame: frame)
        let isSumHit =
            isFollowed
            ? stored(inFrame: frame + 1) == self.sum(ofFrame: frame + 1, after: computed)
            : differsInOneByte(computed, target)
        if isSumHit {
            store(computed, at: start + 16)
            return true
        }
        let head = self.sum(of: start..<start + 8, after: sum)
        let body = start + Self.frameHeader..<start + Self.frameSize
        let before = earlier(frame, page)
        if correct(body, from: head, to: target, { before?[$0] })
            || correctHead(of: frame, after: sum, to: target)
        {
            return true
        }
        guard isFollowed else { return false }
        doubtful += 1
        rewriteSums(from: frame, after: sum)
        return true
    }

    private func differsInOneByte(_ one: Sum, _ other: Sum) -> Bool {
        let bits = UInt64(one.first ^ other.first) << 32 | UInt64(one.second ^ other.second)
        return (0..<8).count { bits >> (8 * $0) & 0xFF != 0 } == 1
    }

    /// The first eight bytes of a frame: each of the 2,040 bytes that could stand there is tried.
    private mutating func correctHead(of frame: Int, after sum: Sum, to target: Sum) -> Bool {
        let start = place(ofFrame: frame)
        for place in start..<start + 8 {
            let was = bytes[place]
            for value in UInt8.min ... .max where value != was {
                bytes[place] = value
                if self.sum(ofFrame: frame, after: sum) == target { return true }
            }
            bytes[place] = was
        }
        return false
    }

    /// Finds the one byte of `range` with which its sum is `target`, and puts it in.
    ///
    /// The sums are linear: what a word counts for depends on its place alone. Where several bytes
    /// would do, it is the one that the page had before, by its place in `earlier`.
    private mutating func correct(
        _ range: Range<Int>, from seed: Sum, to target: Sum, _ earlier: (Int) -> UInt8?
    ) -> Bool {
        let computed = sum(of: range, after: seed)
        let missing = Sum(
            first: target.first &- computed.first, second: target.second &- computed.second)
        var found: [(place: Int, value: UInt8)] = []
        var weights = (
            Sum(first: 1, second: 1), Sum(first: 0, second: 1)
        )
        // From the end on: a pair (x, y) adds x to the first sum and then both to the second.
        for pair in stride(from: range.upperBound - 8, through: range.lowerBound, by: -8) {
            for (word, weight) in [(pair, weights.0), (pair + 4, weights.1)] {
                for byte in 0..<4 {
                    let shift = UInt32(isBigEndian ? 24 - 8 * byte : 8 * byte)
                    let was = bytes[word + byte]
                    for value in UInt8.min ... .max where value != was {
                        let change = (UInt32(value) &- UInt32(was)) << shift
                        if change &* weight.first == missing.first,
                            change &* weight.second == missing.second
                        {
                            found.append((word + byte, value))
                        }
                    }
                }
            }
            weights = (Self.before(weights.0), Self.before(weights.1))
        }
        let sure = found.count == 1 ? found[0] : nil
        let likely = found.filter { earlier($0.place - range.lowerBound) == $0.value }
        guard let byte = sure ?? (likely.count == 1 ? likely[0] : nil) else { return false }
        bytes[byte.place] = byte.value
        return true
    }

    /// What a unit counts for one pair earlier: s0 += x + s1; s1 += y + s0.
    private static func before(_ weight: Sum) -> Sum {
        let first = weight.first &+ weight.second
        return Sum(first: first, second: weight.second &+ first)
    }

    /// The page of a frame as it was before, in the log or in the database.
    private func earlier(_ frame: Int, _ page: (Int) -> [UInt8]?) -> [UInt8]? {
        let number = self.number(at: place(ofFrame: frame))
        var other = frame - 1
        while other >= 0 {
            let start = place(ofFrame: other)
            if self.number(at: start) == number {
                return Array(bytes[start + Self.frameHeader..<start + Self.frameSize])
            }
            other -= 1
        }
        return page(Int(number))
    }

    /// Gives a frame, and all behind it that follow each other, the sums that their bytes have.
    private mutating func rewriteSums(from frame: Int, after sum: Sum) {
        var (sum, frame) = (sum, frame)
        while end(ofFrame: frame) <= bytes.count {
            let (new, old) = (self.sum(ofFrame: frame, after: sum), stored(inFrame: frame))
            store(new, at: place(ofFrame: frame) + 16)
            guard end(ofFrame: frame + 1) <= bytes.count,
                stored(inFrame: frame + 1) == self.sum(ofFrame: frame + 1, after: old)
            else { return }
            (sum, frame) = (new, frame + 1)
        }
    }

    // MARK: Places and sums

    private func place(ofFrame frame: Int) -> Int { Self.headerSize + frame * Self.frameSize }
    private func end(ofFrame frame: Int) -> Int { place(ofFrame: frame + 1) }

    private func number(at place: Int) -> UInt32 {
        bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func stored(at place: Int) -> Sum {
        Sum(first: number(at: place), second: number(at: place + 4))
    }

    private func stored(inFrame frame: Int) -> Sum { stored(at: place(ofFrame: frame) + 16) }

    private mutating func store(_ sum: Sum, at place: Int) {
        for (offset, word) in [(0, sum.first), (4, sum.second)] {
            for byte in 0..<4 {
                bytes[place + offset + byte] = UInt8(truncatingIfNeeded: word >> (24 - 8 * byte))
            }
        }
    }

    private func sum(ofFrame frame: Int, after seed: Sum) -> Sum {
        let start = place(ofFrame: frame)
        let head = sum(of: start..<start + 8, after: seed)
        return sum(of: start + Self.frameHeader..<start + Self.frameSize, after: head)
    }

    private func sum(of range: Range<Int>, after seed: Sum) -> Sum {
        bytes.withUnsafeBytes { raw in
            var (first, second) = (seed.first, seed.second)
            for place in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                var x = raw.loadUnaligned(fromByteOffset: place, as: UInt32.self)
                var y = raw.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self)
                (x, y) =
                    isBigEndian
                    ? (UInt32(bigEndian: x), UInt32(bigEndian: y))
                    : (UInt32(littleEndian: x), UInt32(littleEndian: y))
                first = first &+ x &+ second
                second = second &+ y &+ first
            }
            return Sum(first: first, second: second)
        }
    }

    private static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_size <= largest else { return nil }
        let size = Int(status.st_size)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = pread(
                    file, buffer.baseAddress.map { $0 + count }, size - count, off_t(count))
                guard got > 0 else { return }
                count += got
            }
        }
    }
}
