/// A piece of text as cells will show it: harmless, and of certain width.
struct Cluster {
    var scalar: Unicode.Scalar
    var marks = SIMD4<UInt32>.zero
    /// 1 or 2.
    var width: UInt8 = 1
    /// Put in place of something that must not, or cannot, be shown as it is.
    var isReplaced = false
}

/// Turns bytes that should be UTF-8 into clusters that are safe to send to a terminal.
///
/// This is the sanitiser: the only code that decides which scalars reach a cell. What it lets
/// through has the same width in every terminal; what it does not is shown as something else:
/// - C0 controls as pictures (`␛`), C1 as `⟨9b⟩`, tabs as blanks up to the next multiple of 8;
/// - bytes that are no UTF-8 as `\x9f`;
/// - bidi controls as `⟪RLO⟫`, other invisible characters as `⟨zwsp⟩` or `⟨e0041⟩`;
/// - private, unassigned and noncharacters as `�`;
/// - joined emoji apart, flags as their two letters, skin tones and variation selectors left out,
///   because terminals disagree about the width of the joined forms;
/// - spacing marks, and marks with nothing before them, as `◌`.
struct ClusterReader {
    let charset: Charset
    private(set) var offset = 0
    /// The column that the next cluster lands on, for tabs.
    private var column: Int
    /// Replacement text still to be handed out: harmless narrow scalars.
    private var pending: [Unicode.Scalar] = []
    private var pendingIndex = 0
    /// Blanks of a tab still to be handed out.
    private var blanks = 0
    private var lastWasEmoji = false

    init(charset: Charset, column: Int = 0) {
        self.charset = charset
        self.column = column
    }

    /// The next cluster, or nil at the end of `bytes`, which must be the same in every call.
    mutating func next(_ bytes: Span<UInt8>) -> Cluster? {
        while true {
            if blanks > 0 {
                blanks -= 1
                column += 1
                return Cluster(scalar: " ")
            }
            if pendingIndex < pending.count {
                let scalar = pending[pendingIndex]
                pendingIndex += 1
                column += 1
                return Cluster(scalar: scalar, isReplaced: true)
            }
            guard offset < bytes.count else { return nil }
            let byte = bytes[offset]
            if byte >= 0x20, byte < 0x7F {
                offset += 1
                column += 1
                lastWasEmoji = false
                let plain = Cluster(scalar: Unicode.Scalar(byte))
                guard offset < bytes.count, bytes[offset] >= 0x80 else { return plain }
                return withMarks(plain, bytes, isASCII: true)
            }
            if byte == 0x09 {
                offset += 1
                blanks = 8 - column % 8
                continue
            }
            if byte < 0x80 {
                offset += 1
                replaceControl(byte)
                continue
            }
            guard let (value, length) = decodeUTF8(bytes, at: offset),
                let scalar = Unicode.Scalar(value)
            else {
                offset += 1
                replace(with: "\\x" + hex(UInt32(byte), digits: 2))
                continue
            }
            offset += length
            if let cluster = cluster(scalar, bytes) {
                column += Int(cluster.width)
                return cluster
            }
        }
    }

    /// The cluster that starts with a scalar beyond ASCII; nil where it is left out, or replaced by
    /// text that is now pending.
    private mutating func cluster(_ scalar: Unicode.Scalar, _ bytes: Span<UInt8>) -> Cluster? {
        let kind = ScalarKind(scalar.value)
        let afterEmoji = lastWasEmoji
        lastWasEmoji = kind == .emoji || kind == .wideEmoji
        switch kind {
        case .blank:
            return Cluster(scalar: " ")
        case .wideBlank:
            blanks = 1
            return Cluster(scalar: " ")
        case .narrow, .emoji:
            return shown(Cluster(scalar: scalar), bytes)
        case .wide, .wideEmoji:
            if let syllable = composedHangul(scalar, bytes) {
                return shown(Cluster(scalar: syllable, width: 2), bytes)
            }
            return shown(Cluster(scalar: scalar, width: 2), bytes)
        case .hidden:
            if afterEmoji, scalar == "\u{200D}" || scalar == "\u{FE0F}" || scalar == "\u{FE0E}" {
                lastWasEmoji = true
                return nil
            }
            replaceHidden(scalar)
            return nil
        case .modifier where afterEmoji:
            lastWasEmoji = true
            return nil
        case .bidi:
            let name = bidiName(scalar)
            replace(with: charset == .ascii ? "<\(name)>" : "⟪\(name)⟫")
            return nil
        case .regional:
            let letter = Unicode.Scalar(UInt8(0x41 + (scalar.value - 0x1F1E6) % 26))
            return Cluster(scalar: letter, isReplaced: true)
        case .mark, .spacingMark, .jamo:
            return Cluster(scalar: charset == .ascii ? "?" : "◌", isReplaced: true)
        case .absent, .uncertain, .modifier:
            return Cluster(scalar: charset == .ascii ? "?" : "\u{FFFD}", isReplaced: true)
        }
    }

    /// The cluster with the marks that follow; in ASCII, its spelling in that.
    private mutating func shown(_ cluster: Cluster, _ bytes: Span<UInt8>) -> Cluster? {
        let whole = withMarks(cluster, bytes, isASCII: false)
        guard charset == .ascii else { return whole }
        if let spelling = Charset.asciiSpelling(of: whole.scalar) {
            var first: Unicode.Scalar = "?"
            spelling.withUTF8Buffer { buffer in
                if let byte = buffer.first { first = Unicode.Scalar(byte) }
            }
            if spelling.utf8CodeUnitCount > 1 {
                replace(with: String(describing: spelling))
                return nil
            }
            return Cluster(scalar: first)
        }
        if whole.width == 2 { replace(with: "?") }
        return Cluster(scalar: "?", isReplaced: true)
    }

    /// Reads the combining marks that follow: at most four are kept.
    private mutating func withMarks(
        _ base: Cluster, _ bytes: Span<UInt8>, isASCII: Bool
    ) -> Cluster {
        var result = base
        var count = 0
        while offset < bytes.count, bytes[offset] >= 0x80,
            let (value, length) = decodeUTF8(bytes, at: offset)
        {
            let isKeycap = isASCII && (value == 0x20E3 || value == 0xFE0F)
            if isKeycap, value == 0xFE0F, !isKeycapMark(bytes, at: offset + length) { break }
            guard isKeycap || ScalarKind(value) == .mark else { break }
            offset += length
            if isKeycap || count == 4 || charset == .ascii {
                result.isReplaced = true
            } else {
                result.marks[count] = value
                count += 1
            }
        }
        return result
    }

    private func isKeycapMark(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        decodeUTF8(bytes, at: index)?.value == 0x20E3
    }

    /// The syllable that a leading consonant makes with the vowel and final consonant after it.
    private mutating func composedHangul(
        _ scalar: Unicode.Scalar, _ bytes: Span<UInt8>
    ) -> Unicode.Scalar? {
        guard (0x1100...0x1112).contains(scalar.value),
            let (vowel, vowelLength) = decodeUTF8(bytes, at: offset),
            (0x1161...0x1175).contains(vowel)
        else { return nil }
        offset += vowelLength
        var value = 0xAC00 + ((scalar.value - 0x1100) * 21 + (vowel - 0x1161)) * 28
        if let (final, finalLength) = decodeUTF8(bytes, at: offset),
            (0x11A8...0x11C2).contains(final)
        {
            offset += finalLength
            value += final - 0x11A7
        }
        return Unicode.Scalar(value)
    }

    private mutating func replaceControl(_ byte: UInt8) {
        lastWasEmoji = false
        switch (charset, byte) {
        case (.unicode, 0x7F): replace(with: "␡")
        case (.unicode, _):
            replace(with: Unicode.Scalar(0x2400 + UInt32(byte)).map { String($0) } ?? "?")
        case (.ascii, _): replace(with: "^" + String(Unicode.Scalar(byte ^ 0x40)))
        }
    }

    private mutating func replaceHidden(_ scalar: Unicode.Scalar) {
        let name =
            switch scalar.value {
            case 0xAD: "shy"
            case 0x200B: "zwsp"
            case 0x200C: "zwnj"
            case 0x200D: "zwj"
            case 0x2060: "wj"
            case 0xFEFF: "bom"
            case 0...0xFF: hex(scalar.value, digits: 2)
            default: hex(scalar.value, digits: 4)
            }
        replace(with: charset == .ascii ? "<\(name)>" : "⟨\(name)⟩")
    }

    private mutating func replace(with text: String) {
        pending = Array(text.unicodeScalars)
        pendingIndex = 0
    }
}

private func bidiName(_ scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0x61C: "ALM"
    case 0x200E: "LRM"
    case 0x200F: "RLM"
    case 0x202A: "LRE"
    case 0x202B: "RLE"
    case 0x202C: "PDF"
    case 0x202D: "LRO"
    case 0x202E: "RLO"
    case 0x2066: "LRI"
    case 0x2067: "RLI"
    case 0x2068: "FSI"
    case 0x2069: "PDI"
    default: hex(scalar.value, digits: 4)
    }
}

private func hex(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

/// The scalar that starts at `index`, by the well-formed sequences of the Unicode Standard
/// (table 3-7): no overlong forms, no surrogates, nothing beyond U+10FFFF.
private func decodeUTF8(_ bytes: Span<UInt8>, at index: Int) -> (value: UInt32, length: Int)? {
    guard index < bytes.count else { return nil }
    let lead = bytes[index]
    func tail(_ distance: Int) -> UInt32? {
        guard index + distance < bytes.count else { return nil }
        let byte = bytes[index + distance]
        return byte & 0xC0 == 0x80 ? UInt32(byte & 0x3F) : nil
    }
    switch lead {
    case 0..<0x80:
        return (UInt32(lead), 1)
    case 0xC2...0xDF:
        guard let second = tail(1) else { return nil }
        return (UInt32(lead & 0x1F) << 6 | second, 2)
    case 0xE0...0xEF:
        guard let second = tail(1), let third = tail(2) else { return nil }
        let value = UInt32(lead & 0x0F) << 12 | second << 6 | third
        guard value >= 0x800, !(0xD800...0xDFFF).contains(value) else { return nil }
        return (value, 3)
    case 0xF0...0xF4:
        guard let second = tail(1), let third = tail(2), let fourth = tail(3) else { return nil }
        let value = UInt32(lead & 0x07) << 18 | second << 12 | third << 6 | fourth
        guard (0x10000...0x10FFFF).contains(value) else { return nil }
        return (value, 4)
    default:
        return nil
    }
}
