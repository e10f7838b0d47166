/// How a scalar may be shown in cells, by the Unicode version of ``DisplayWidth``.
enum ScalarKind: UInt8 {
    case narrow, wide
    /// Symbols that can be emoji: narrow or wide by themselves.
    case emoji, wideEmoji
    /// Adds to the character before it and takes no cell.
    case mark
    /// Takes no cell, shows nothing: controls, format characters, joiners, variation selectors, tags.
    case hidden
    /// Changes the direction of what follows.
    case bidi
    /// Private use, unassigned, noncharacter, surrogate.
    case absent
    case blank, wideBlank
    /// A mark that takes a cell in some terminals and none in others.
    case spacingMark
    /// A vowel or final consonant of a decomposed Hangul syllable.
    case jamo
    /// A skin tone.
    case modifier
    /// Half of a flag.
    case regional
    /// Terminals disagree about its width.
    case uncertain

    /// The kind of any value up to 0x10FFFF. Cost: a binary search; ASCII none.
    init(_ value: UInt32) {
        if value >= 0x20, value < 0x7F {
            self = .narrow
            return
        }
        var (low, high) = (0, scalarRuns.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if scalarRuns[middle] >> 4 <= value { low = middle } else { high = middle }
        }
        self = ScalarKind(rawValue: UInt8(scalarRuns[low] & 15)) ?? .absent
    }
}

/// How many cells a text takes; the answer is what ``Grid`` does, replaced characters included.
public enum DisplayWidth {
    /// The version of the Unicode tables behind the answers.
    public static let unicodeVersion = "15.0"

    /// The cells of the whole text, written from column 0. Cost: linear, nothing is allocated for
    /// ordinary text.
    public static func of(_ text: some StringProtocol, charset: Charset = .unicode) -> Int {
        withUTF8(of: text) { of($0, charset: charset) }
    }

    /// The cells of bytes that should be UTF-8.
    public static func of(_ bytes: Span<UInt8>, charset: Charset = .unicode) -> Int {
        var reader = ClusterReader(charset: charset)
        var total = 0
        while let cluster = reader.next(bytes) { total += Int(cluster.width) }
        return total
    }
}

/// Calls `body` with the text as UTF-8 bytes; copies them only where the text does not hold them
/// in one piece.
func withUTF8<Result>(
    of text: some StringProtocol, _ body: (Span<UInt8>) -> Result
) -> Result {
    if let result = text.utf8.withContiguousStorageIfAvailable({ body($0.span) }) {
        return result
    }
    let copy = Array(text.utf8)
    return body(copy.span)
}
