internal import Domain

/// What the index keeps of one block of a log: 32 bytes for 32 KiB.
struct IndexBlock: Hashable, Sendable {
    /// Line ends before the block's first byte.
    var newlinesBefore: Int64
    /// Of the lines that begin in the block, in microseconds since 1970; `earliest > latest` where
    /// no line states a time.
    var earliest: Int64
    var latest: Int64
    /// Bit n: some line that begins here states the level of raw value n.
    var levels: UInt8

    /// Whether a line of `level` or worse begins here.
    func holds(atLeast level: LogLevel) -> Bool { levels >> level.rawValue != 0 }
}

/// What one block adds to the index, before it is known what comes before it.
struct BlockFindings: Hashable, Sendable {
    var newlines: Int64 = 0
    var earliest = Int64.max
    var latest = Int64.min
    var levels: UInt8 = 0
}
