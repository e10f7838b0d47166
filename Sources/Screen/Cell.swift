/// One cell of the screen: a grapheme cluster of at most five scalars (what a curses cell holds),
/// how it looks, and how wide it is.
///
/// Only ``Grid``'s writing methods put a character into a cell, so that no cell ever holds one
/// that the sanitiser has not let through.
public struct Cell: Hashable, Sendable {
    /// Up to four combining scalars; 0 where there is none.
    public internal(set) var marks: SIMD4<UInt32>
    /// The base character; blank by default.
    public internal(set) var scalar: Unicode.Scalar
    public var role: Role
    public var surface: Surface
    /// Bold, underlined, … beyond what the role brings.
    public var emphasis: Emphasis
    /// 1 or 2 cells; 0 for the right half of a wide character.
    public internal(set) var width: UInt8
    /// The arms of a line drawn through this cell; none where it holds text.
    var arms: LineArms

    /// A blank.
    public init(role: Role = .plain, surface: Surface = .base, emphasis: Emphasis = []) {
        self.init(" ", role: role, surface: surface, emphasis: emphasis)
    }

    init(
        _ scalar: Unicode.Scalar, marks: SIMD4<UInt32> = .zero, role: Role = .plain,
        surface: Surface = .base, emphasis: Emphasis = [], width: UInt8 = 1, arms: LineArms = []
    ) {
        self.marks = marks
        self.scalar = scalar
        self.role = role
        self.surface = surface
        self.emphasis = emphasis
        self.width = width
        self.arms = arms
    }

    /// The cell's text; empty for the right half of a wide character.
    public var text: String {
        guard width > 0 else { return "" }
        var text = String(Character(scalar))
        for index in 0..<4 where marks[index] != 0 {
            if let mark = Unicode.Scalar(marks[index]) { text.unicodeScalars.append(mark) }
        }
        return text
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
