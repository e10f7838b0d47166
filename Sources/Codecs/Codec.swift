/// How a file is compressed, as Spark and its vendors write event logs.
///
/// These are the framings of the Java libraries that Spark uses, not the files that the tools of
/// the same names write; see ``Decompressor``.
public enum Codec: String, CaseIterable, Sendable {
    case none
    case zstd
    /// `LZ4Block` streams of lz4-java.
    case lz4
    /// Streams of snappy-java.
    case snappy
    case lzf
    case gzip

    /// Bytes at the start of a file that are enough to tell.
    public static let magicLength = 8

    private static let magics: [(codec: Codec, bytes: [UInt8])] = [
        (.zstd, [0x28, 0xB5, 0x2F, 0xFD]),
        (.lz4, Array("LZ4Block".utf8)),
        (.snappy, [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0x00]),
        (.lzf, [0x5A, 0x56, 0x00]),
        (.lzf, [0x5A, 0x56, 0x01]),
        (.gzip, [0x1F, 0x8B]),
    ]

    /// Tells the codec by the first bytes of a file, whatever its name.
    public init(magic: some Collection<UInt8>) {
        self = Self.magics.first { magic.starts(with: $0.bytes) }?.codec ?? .none
    }

    /// Whether a file that holds nothing but `bytes` breaks off inside a magic number.
    static func isCutMagic(_ bytes: [UInt8]) -> Bool {
        !bytes.isEmpty
            && magics.contains { $0.bytes.count > bytes.count && $0.bytes.starts(with: bytes) }
    }
}
