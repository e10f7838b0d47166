import GraphLayout
public import Screen

/// A whole layout as lines of text, for output that is no terminal.
public enum GraphText {
    /// Calls `emit` with each line from the top, without blanks at its end.
    ///
    /// Draws tile by tile, so that the memory taken is that of a line, however large the layout.
    public static func write(
        _ picture: GraphPicture, charset: Charset = .unicode,
        look: (Int) -> GraphPicture.NodeLook, emit: (String) -> Void
    ) {
        let size = picture.layout.size
        let tile = Size(width: min(size.width, 8192), height: min(size.height, 64))
        guard tile.width > 0 else { return }
        for top in stride(from: 0, to: size.height, by: tile.height) {
            let height = min(tile.height, size.height - top)
            var texts = [String](repeating: "", count: height)
            for left in stride(from: 0, to: size.width, by: tile.width) {
                let width = min(tile.width, size.width - left)
                var grid = Grid(size: Size(width: width, height: height), charset: charset)
                picture.draw(
                    from: Point(x: left, y: top), in: Rect(grid.size), on: &grid,
                    look: look)
                for y in 0..<height { append(grid, row: y, to: &texts[y]) }
            }
            for text in texts {
                var scalars = Substring(text).unicodeScalars
                while scalars.last == " " { scalars.removeLast() }
                emit(String(scalars))
            }
        }
    }

    /// The lines of ``write(_:charset:look:emit:)`` in one text, each ended by a line feed.
    public static func text(
        _ picture: GraphPicture, charset: Charset = .unicode,
        look: (Int) -> GraphPicture.NodeLook
    ) -> String {
        var result = ""
        write(picture, charset: charset, look: look) { line in
            result += line
            result += "\n"
        }
        return result
    }

    private static func append(_ grid: Grid, row: Int, to text: inout String) {
        for x in 0..<grid.size.width {
            text += grid[x, row].text
        }
    }
}
