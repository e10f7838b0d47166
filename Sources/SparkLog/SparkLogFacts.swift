/// What is known of a log from its files, not from its lines.
public struct SparkLogFacts: Hashable, Sendable {
    /// `single`, `rolling`, `directory-1.2` or `databricks`.
    public var layout: String
    /// Whether no clean end was written: it runs, or was killed.
    public var isInProgress: Bool
    public var isCompacted: Bool
    public var files: Int
    /// Size of all files on disk.
    public var bytes: Int64
    /// `none`, `zstd`, `lz4`, `snappy`, `lzf` or `gzip`; that of the first file.
    public var codec: String
    /// Places in compressed files that could not be decoded.
    public var damagedPlaces: Int

    public init(
        layout: String, isInProgress: Bool, isCompacted: Bool = false, files: Int, bytes: Int64,
        codec: String, damagedPlaces: Int = 0
    ) {
        self.layout = layout
        self.isInProgress = isInProgress
        self.isCompacted = isCompacted
        self.files = files
        self.bytes = bytes
        self.codec = codec
        self.damagedPlaces = damagedPlaces
    }
}
