/// The sizes that reading works with; tests make them tiny to meet every border.
struct LogTuning: Sendable {
    /// Bytes read at once around an anchor.
    var blockBytes = 64 * 1_024
    /// Bytes that one request may search for the ends of lines in each direction: some 15 ms.
    var searchEffort: Int64 = 64 << 20
    /// Stretches without a line end that are worth remembering.
    var shortestGap: Int64 = 1 << 20
    var indexBlockBytes = 32 * 1_024
    /// Index blocks that a thread takes at once.
    var chunkBlocks = 8
    /// Chunks after which the index is given to readers.
    var chunksPerRound = 128
    var threads = 2
    /// Bytes that a thread searches at once.
    var searchChunkBytes = 256 * 1_024
    /// Of a longer line only so many bytes, or a few more, are searched and filtered.
    var longestSearchedLine = 1 << 20
    /// Newly indexed bytes that make it worth to write the index to disk.
    var worthSaving: Int64 = 4 << 20

    static let standard = LogTuning()
}
