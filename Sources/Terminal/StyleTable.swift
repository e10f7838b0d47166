import CTerminal
import Screen

/// Pairs of foreground and background, defined when they are first needed.
final class ColorPairs {
    private let curses: OpaquePointer
    /// How many the terminal has; number 0 is its own colours.
    private let limit: Int
    private var numbers: [Pair: Int32] = [:]

    private struct Pair: Hashable {
        var foreground: Int32
        var background: Int32
    }

    init(curses: OpaquePointer, limit: Int) {
        self.curses = curses
        self.limit = min(limit, Int(Int16.max))
    }

    /// The number of a pair; where none is left, of the foreground alone, else the terminal's own.
    func number(foreground: Color, background: Color) -> Int32 {
        let pair = Pair(
            foreground: ColorPairs.number(of: foreground),
            background: ColorPairs.number(of: background))
        if pair == Pair(foreground: -1, background: -1) { return 0 }
        if let number = numbers[pair] { return number }
        let number = Int32(numbers.count + 1)
        guard Int(number) < limit,
            terminal_define_pair(curses, number, pair.foreground, pair.background) == 0
        else { return numbers[Pair(foreground: pair.foreground, background: -1)] ?? 0 }
        numbers[pair] = number
        return number
    }

    /// The number that curses has for a colour already reduced to the terminal's depth.
    private static func number(of color: Color) -> Int32 {
        switch color {
        case .terminal: -1
        case .standard(let number), .indexed(let number): Int32(number)
        case .rgb(let red, let green, let blue):
            // On terminals of direct colour the numbers 0–7 are still the standard colours.
            max(8, Int32(red) << 16 | Int32(green) << 8 | Int32(blue))
        }
    }
}

/// What curses needs to know for each role, surface and emphasis, found when first asked for.
struct StyleTable {
    struct Entry {
        var attributes: UInt32
        var pair: Int32
    }

    private let theme: Theme
    private let depth: ColorDepth
    private let pairs: ColorPairs
    private var entries: [Entry?]

    init(theme: Theme, depth: ColorDepth, pairs: ColorPairs) {
        self.theme = theme
        self.depth = depth
        self.pairs = pairs
        let count = Role.allCases.count * Surface.allCases.count * 16
        entries = [Entry?](repeating: nil, count: count)
    }

    subscript(cell: Cell) -> Entry {
        mutating get {
            let ground = Int(cell.role.rawValue) * Surface.allCases.count
            let index =
                (ground + Int(cell.surface.rawValue)) * 16 + Int(cell.emphasis.rawValue & 15)
            if let entry = entries[index] { return entry }
            let entry = makeEntry(cell)
            entries[index] = entry
            return entry
        }
    }

    private func makeEntry(_ cell: Cell) -> Entry {
        let style = theme.style(
            role: cell.role, surface: cell.surface, emphasis: cell.emphasis, depth: depth)
        // Terminals with direct colour have no numbers for the eight bright ones.
        func known(_ color: Color) -> Color {
            if depth == .direct, case .standard(let number) = color, number & 15 > 7 {
                return color.components.map {
                    .rgb(UInt8($0.x), UInt8($0.y), UInt8($0.z))
                } ?? color
            }
            return color
        }
        return Entry(
            attributes: UInt32(style.emphasis.rawValue),
            pair: depth == .none
                ? 0
                : pairs.number(
                    foreground: known(style.foreground), background: known(style.background)))
    }
}
