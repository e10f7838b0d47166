import Screen

/// Breaks lines so that they fit into a width, behind a blank where there is one.
public enum LineWrapping {
    /// The parts of `line` as ranges of its bytes (UTF-8); at least one.
    public static func ranges(of line: String, width: Int) -> [Range<Int>] {
        let width = max(8, width)
        guard line.utf8.count > width else { return [0..<line.utf8.count] }
        var parts: [Range<Int>] = []
        var (start, cells, offset) = (0, 0, 0)
        // Behind the last blank, and the cells up to there.
        var (blank, blankCells) = (0, 0)
        for character in line {
            let wide = DisplayWidth.of(String(character))
            if cells + wide > width, offset > start {
                let end = blank > start ? blank : offset
                parts.append(start..<end)
                cells = blank > start ? cells - blankCells : 0
                start = end
            }
            cells += wide
            offset += character.utf8.count
            if character == " " { (blank, blankCells) = (offset, cells) }
        }
        parts.append(start..<offset)
        return parts
    }

    /// The lines that `text` takes; its own line ends count.
    public static func pieces(of text: String, width: Int) -> [String] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).flatMap { line in
            let bytes = Array(line.utf8)
            return ranges(of: String(line), width: width).map {
                String(decoding: bytes[$0], as: UTF8.self)
            }
        }
    }
}
