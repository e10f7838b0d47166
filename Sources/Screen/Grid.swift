/// A rectangle of cells that panes draw into; row by row in one flat array.
///
/// Its writing methods are the only way for text to reach a screen: every text is made harmless
/// here, once, and clipped to the area that it is written into.
public struct Grid: Hashable, Sendable {
    public let size: Size
    /// What the terminal can show: texts and lines are written with it.
    public let charset: Charset
    public internal(set) var cells: [Cell]

    /// A grid of blanks.
    public init(size: Size, charset: Charset = .unicode) {
        self.size = size
        self.charset = charset
        cells = [Cell](repeating: Cell(), count: size.width * size.height)
    }

    public var bounds: Rect { Rect(size) }

    /// The cell at a place, and a blank outside the grid. Setting does nothing outside, and nothing
    /// with the right half of a wide character alone.
    public subscript(x: Int, y: Int) -> Cell {
        get { isInside(x, y) ? cells[y * size.width + x] : Cell() }
        set { if isInside(x, y), newValue.width > 0 { put(newValue, x, y) } }
    }

    private func isInside(_ x: Int, _ y: Int) -> Bool {
        x >= 0 && x < size.width && y >= 0 && y < size.height
    }

    /// Blanks `area` and lays `surface` under it.
    public mutating func fill(_ area: Rect, surface: Surface, role: Role = .plain) {
        let area = area.intersection(bounds)
        guard !area.isEmpty else { return }
        for y in area.y..<area.bottom {
            for x in area.x..<area.right {
                put(Cell(role: role, surface: surface), x, y)
            }
        }
    }

    /// Changes how the text in `area` looks and leaves what it says: nil leaves a property as it is.
    public mutating func restyle(
        _ area: Rect, surface: Surface? = nil, role: Role? = nil, adding emphasis: Emphasis = []
    ) {
        let area = area.intersection(bounds)
        guard !area.isEmpty else { return }
        for y in area.y..<area.bottom {
            for index in y * size.width + area.x..<y * size.width + area.right {
                if let surface { cells[index].surface = surface }
                if let role { cells[index].role = role }
                cells[index].emphasis.formUnion(emphasis)
            }
        }
    }

    /// Lays `surface` under a row of `area`, keeping the roles: the highlight of a cursor.
    public mutating func highlight(row: Int, of area: Rect, surface: Surface) {
        guard row >= 0, row < area.height else { return }
        restyle(
            Rect(x: area.x, y: area.y + row, width: area.width, height: 1), surface: surface)
    }

    /// Copies the cells of `other` so that its upper left corner lies at `place`.
    public mutating func draw(_ other: Grid, at place: Point, clippedTo clip: Rect? = nil) {
        let target = Rect(
            x: place.x, y: place.y, width: other.size.width, height: other.size.height
        )
        let area = target.intersection(bounds).intersection(clip ?? bounds)
        guard !area.isEmpty else { return }
        for y in area.y..<area.bottom {
            for x in area.x..<area.right {
                var cell = other[x - place.x, y - place.y]
                let isCut =
                    (cell.width == 2 && x + 1 >= area.right) || (cell.width == 0 && x == area.x)
                if isCut { cell = Cell(surface: cell.surface) }
                if cell.width == 0 {
                    cells[y * size.width + x] = cell
                } else {
                    put(cell, x, y)
                }
            }
        }
    }

    /// Puts a cell at a place inside the grid; half of a wide character that it covers becomes a
    /// blank, and so does a wide character that the right edge cuts.
    mutating func put(_ cell: Cell, _ x: Int, _ y: Int) {
        let index = y * size.width + x
        var cell = cell
        if cell.width == 2, x + 1 >= size.width {
            cell = Cell(role: cell.role, surface: cell.surface, emphasis: cell.emphasis)
        }
        if cells[index].width == 0, x > 0 { blank(index - 1) }
        let last = cell.width == 2 ? index + 1 : index
        if cells[last].width == 2, x + (last - index) + 1 < size.width { blank(last + 1) }
        cells[index] = cell
        if cell.width == 2 {
            cell.width = 0
            cell.scalar = " "
            cell.marks = .zero
            cells[index + 1] = cell
        }
    }

    private mutating func blank(_ index: Int) {
        cells[index].scalar = " "
        cells[index].marks = .zero
        cells[index].width = 1
        cells[index].arms = []
    }
}

/// What a draw gives the terminal: the cells, and where its cursor stands, if it is shown.
public struct Frame: Hashable, Sendable {
    public var grid: Grid
    public var cursor: Point?

    public init(grid: Grid, cursor: Point? = nil) {
        self.grid = grid
        self.cursor = cursor
    }
}
