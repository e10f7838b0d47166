import CZlib

/// A zip archive held in memory, as a History Server sends event logs.
///
/// Follows the central directory (APPNOTE.TXT §4.3.12), as the server's Java writes sizes behind
/// the data; entries that are stored or deflated, without encryption or Zip64.
public struct ZipArchive: Sendable {
    public struct Entry: Hashable, Sendable {
        /// As the archive has it: not yet safe as a path.
        public var name: String
        /// Decoded size in bytes, as the archive claims it.
        public var bytes: Int
        fileprivate var method: Int
        fileprivate var packedBytes: Int
        fileprivate var offset: Int
    }

    private let bytes: [UInt8]
    /// In the order of the directory; folders left out.
    public let entries: [Entry]

    /// Nil where the bytes are no whole zip archive.
    public init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard bytes.count >= 22 else { return nil }
        // The last record has a comment of up to 65,535 bytes behind it.
        let earliest = max(0, bytes.count - 22 - 65_535)
        let place = (earliest...(bytes.count - 22)).last {
            Self.number(bytes, $0, 4) == 0x0605_4B50
        }
        guard let end = place else { return nil }
        let count = Self.number(bytes, end + 10, 2)
        var at = Self.number(bytes, end + 16, 4)
        var entries: [Entry] = []
        for _ in 0..<count {
            guard at + 46 <= bytes.count, Self.number(bytes, at, 4) == 0x0201_4B50 else {
                return nil
            }
            let nameCount = Self.number(bytes, at + 28, 2)
            let rest = Self.number(bytes, at + 30, 2) + Self.number(bytes, at + 32, 2)
            guard at + 46 + nameCount + rest <= bytes.count else { return nil }
            let entry = Entry(
                name: String(decoding: bytes[(at + 46)..<(at + 46 + nameCount)], as: UTF8.self),
                bytes: Self.number(bytes, at + 24, 4), method: Self.number(bytes, at + 10, 2),
                packedBytes: Self.number(bytes, at + 20, 4),
                offset: Self.number(bytes, at + 42, 4))
            if !entry.name.hasSuffix("/") { entries.append(entry) }
            at += 46 + nameCount + rest
        }
        self.entries = entries
    }

    /// Decodes an entry, a portion at a time.
    ///
    /// - Returns: false where it is damaged, of an unknown kind, or `take` gave up.
    public func read(_ entry: Entry, take: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        let header = entry.offset
        guard header + 30 <= bytes.count, Self.number(bytes, header, 4) == 0x0403_4B50 else {
            return false
        }
        let start =
            header + 30 + Self.number(bytes, header + 26, 2)
            + Self.number(bytes, header + 28, 2)
        guard entry.packedBytes >= 0, start + entry.packedBytes <= bytes.count else {
            return false
        }
        return bytes.withUnsafeBytes { raw in
            let packed = UnsafeRawBufferPointer(
                rebasing: raw[start..<(start + entry.packedBytes)])
            switch entry.method {
            case 0: return take(packed)
            case 8: return Self.inflated(packed, take)
            default: return false
            }
        }
    }

    private static func inflated(
        _ packed: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Bool
    ) -> Bool {
        guard let base = packed.bindMemory(to: UInt8.self).baseAddress else { return false }
        var stream = z_stream()
        // Negative: raw deflate without a header.
        guard
            inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return false }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: base)
        stream.avail_in = UInt32(packed.count)
        let room = 256 << 10
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            stream.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
            stream.avail_out = UInt32(room)
            let status = inflate(&stream, Z_NO_FLUSH)
            let count = room - Int(stream.avail_out)
            if count > 0, !take(UnsafeRawBufferPointer(rebasing: buffer[..<count])) {
                return false
            }
            if status == Z_STREAM_END { return true }
            if status != Z_OK || count == 0 && stream.avail_in == 0 { return false }
        }
    }

    /// A number of `count` bytes, lowest first.
    private static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
}
