/// A text by its lines; JSON is set in and folds by its brackets.
struct FoldedText: Hashable, Sendable {
    struct Line: Hashable, Sendable {
        var text: String
        /// The last line of what it opens; its own index where it opens nothing.
        var end: Int
        var isFolded = false
        /// Lines that a fold hides.
        var hidden: Int { end }
    }

    /// As it came, for the clipboard.
    let whole: String
    private(set) var lines: [Line]

    /// A line longer than this is cut into several.
    private static let longest = 4_000
    /// More than this much text is not set in.
    private static let largestJSON = 4 << 20

    /// Reads a text; what is JSON is set in, everything else stays as it is.
    init(_ bytes: [UInt8]) {
        whole = String(decoding: bytes, as: UTF8.self)
        if let lines = Self.json(bytes) {
            self.lines = lines
        } else {
            var lines: [Line] = []
            for part in whole.split(separator: "\n", omittingEmptySubsequences: false) {
                var rest = part
                repeat {
                    lines.append(Line(text: String(rest.prefix(Self.longest)), end: 0))
                    rest = rest.dropFirst(Self.longest)
                } while !rest.isEmpty
            }
            self.lines = lines
        }
    }

    /// Whether there are brackets to fold: those of JSON begin with the first line.
    var canFold: Bool { (lines.first?.end ?? 0) > 0 }

    /// Indices of the lines that no fold hides.
    var visible: [Int] {
        var result: [Int] = []
        var index = 0
        while index < lines.count {
            result.append(index)
            index += lines[index].isFolded ? lines[index].end + 1 : 1
        }
        return result
    }

    mutating func setFolded(_ isFolded: Bool, atVisibleLine place: Int) {
        let visible = visible
        guard visible.indices.contains(place) else { return }
        let index = visible[place]
        if lines[index].end > 0 { lines[index].isFolded = isFolded }
    }

    mutating func toggleAll() {
        let isFolded = !lines.contains(where: \.isFolded)
        // The outermost stays open.
        for index in lines.indices.dropFirst() where lines[index].end > 0 {
            lines[index].isFolded = isFolded
        }
    }

    /// JSON a value a line, two blanks a level; nil where the text is none.
    private static func json(_ bytes: [UInt8]) -> [Line]? {
        let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x09 && $0 != 0x0D }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "["), bytes.count <= largestJSON
        else { return nil }
        var lines: [Line] = []
        var open: [(close: UInt8, line: Int)] = []
        var current: [UInt8] = []
        func indent() -> String { String(repeating: "  ", count: open.count) }
        func flush() {
            guard !current.isEmpty else { return }
            lines.append(Line(text: indent() + String(decoding: current, as: UTF8.self), end: 0))
            current = []
        }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case 0x20, 0x0A, 0x0D, 0x09: break
            case UInt8(ascii: "\""):
                let start = index
                index += 1
                while index < bytes.count, bytes[index] != byte {
                    index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                guard index < bytes.count else { return nil }
                current += bytes[start...index]
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                current.append(byte)
                let line = lines.count
                flush()
                open.append(
                    (byte == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]"), line))
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                flush()
                guard let last = open.popLast(), last.close == byte else { return nil }
                current = [byte]
                if lines.count == last.line + 1 {
                    // Empty: on one line.
                    lines[last.line].text += String(UnicodeScalar(byte))
                    current = []
                    if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: ",") {
                        lines[last.line].text += ","
                        index += 1
                    }
                } else {
                    lines[last.line].end = lines.count - last.line
                }
            case UInt8(ascii: ","):
                current.append(byte)
                flush()
            case UInt8(ascii: ":"): current += [byte, 0x20]
            default: current.append(byte)
            }
            index += 1
        }
        flush()
        return open.isEmpty && !lines.isEmpty ? lines : nil
    }
}
