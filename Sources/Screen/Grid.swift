/// One cell of the screen: a grapheme cluster of at most five scalars (what a curses cell holds),
/// how it looks, and how wide it is.
public struct Cell: Hashable, Sendable {
    /// The base character; blank by default.
    public var scalar: Unicode.Scalar
    /// Up to four combining scalars; 0 where there is none.
    public var marks: SIMD4<UInt32>
    public var role: Role
    public var surface: Surface
    /// Bold, underlined, … beyond what the role brings.
    public var emphasis: Emphasis
    /// 1 or 2 cells; 0 for the right half of a wide character.
    public var width: UInt8

    public init(
        _ scalar: Unicode.Scalar = " ", marks: SIMD4<UInt32> = .zero, role: Role = .plain,
        surface: Surface = .base, emphasis: Emphasis = [], width: UInt8 = 1
    ) {
        self.scalar = scalar
        self.marks = marks
        self.role = role
        self.surface = surface
        self.emphasis = emphasis
        self.width = width
    }
}

/// Weight and decoration of a cell beside its role.
public struct Emphasis: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let bold = Emphasis(rawValue: 1)
    public static let underline = Emphasis(rawValue: 2)
    public static let italic = Emphasis(rawValue: 4)
    public static let reverse = Emphasis(rawValue: 8)
}

/// A rectangle of cells that panes draw into; row by row in one flat array.
///
/// Its writing methods are the only way for text to reach a screen: every text is made harmless
/// here, once, and clipped to the area that it is written into.
public struct Grid: Hashable, Sendable {
    public let size: Size
    public private(set) var cells: [Cell]

    public init(size: Size) {
        self.size = size
        cells = [Cell](repeating: Cell(), count: size.width * size.height)
    }

    public subscript(x: Int, y: Int) -> Cell {
        get { cells[y * size.width + x] }
        set { cells[y * size.width + x] = newValue }
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
