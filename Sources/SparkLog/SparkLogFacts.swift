/// What is known of a log from its files, not from its lines.
public struct SparkLogFacts: Hashable, Sendable {
    /// `single`, `rolling`, `directory-1.2`, `databricks`, or `rest` where no log was read.
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
    /// What a log would tell and the source did not, in words; empty where a log was read.
    public var notTold: [String]

    /// The layout of what a server's REST API told.
    public static let restLayout = "rest"

    /// Whether it was told by a server's REST API, which has neither events nor files.
    public var isREST: Bool { layout == Self.restLayout }

    public init(
        layout: String, isInProgress: Bool, isCompacted: Bool = false, files: Int, bytes: Int64,
        codec: String, damagedPlaces: Int = 0, notTold: [String] = []
    ) {
        self.layout = layout
        self.isInProgress = isInProgress
        self.isCompacted = isCompacted
        self.files = files
        self.bytes = bytes
        self.codec = codec
        self.damagedPlaces = damagedPlaces
        self.notTold = notTold
    }
}
