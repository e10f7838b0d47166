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

    /// Tells the codec by the first bytes of a file, whatever its name.
    public init(magic: some Collection<UInt8>) {
        let bytes = Array(magic.prefix(Self.magicLength))
        if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            self = .zstd
        } else if bytes.starts(with: "LZ4Block".utf8) {
            self = .lz4
        } else if bytes.starts(with: [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0x00]) {
            self = .snappy
        } else if bytes.starts(with: [0x5A, 0x56, 0x00]) || bytes.starts(with: [0x5A, 0x56, 0x01]) {
            self = .lzf
        } else if bytes.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else {
            self = .none
        }
    }
}
