import Screen

/// Part of a row that the terminal can move by itself: some cells taken away at one column, as many
/// blanks put in at another.
///
/// A letter typed before others moves all of them up to the pane's border. curses has the terminal
/// move the rest of a row only where the row's end moves with it, and the border stands still; it
/// would send every letter again.
struct RowShift: Equatable {
    var takenAt: Int
    /// Where blanks come in, after the others are taken away.
    var putAt: Int
    var count: Int

    /// Bytes that moving costs where the cursor is: to a column and back, taking, putting.
    private static let cost = 15
    /// Cells that may come or go at once: more than names that are completed are long.
    private static let most = 48

    /// The shift after which the least is left to be sent for row `y`, if one is worth it.
    ///
    /// Only cells one column wide are moved. Costs comparisons of the cells that differ, times
    /// ``most`` at worst.
    ///
    /// - Parameter cursor: Where the terminal's cursor stands in the row, so that a shift that
    ///   begins there needs no way to it.
    init?(row y: Int, cursor: Int, from old: Grid, to new: Grid) {
        let width = new.size.width
        guard old.size == new.size else { return nil }
        let (before, after) = (Row(old, y), Row(new, y))
        guard var first = (0..<width).first(where: { before[$0] != after[$0] }),
            let last = (0..<width).last(where: { before[$0] != after[$0] })
        else { return nil }
        if cursor >= 0, cursor < first { first = cursor }
        let end = last + 1
        let standing = Row.cost(first..<end, before, after) { $0 }
        guard standing > RowShift.cost + 5,
            (first..<width).allSatisfy({ before[$0].width == 1 && before[$0].marks == .zero })
        else { return nil }
        var best: (cost: Int, shift: RowShift)?
        func consider(_ shift: RowShift, _ source: (Int) -> Int?) {
            let limit = best?.cost ?? standing
            // The way to and back from where it begins.
            let own = RowShift.cost + (min(shift.takenAt, shift.putAt) == cursor ? 0 : 10)
            let cost = own + Row.cost(first..<end, before, after, upTo: limit - own, source)
            if cost < limit { best = (cost, shift) }
        }
        // Before the cursor only looks may have changed: a word that was typed to its end.
        let starts = cursor > first && cursor < end ? [cursor, first] : [first]
        for count in 1..<max(2, min(RowShift.most, end - first)) {
            let edge = end - count
            for start in starts where edge > start {
                consider(RowShift(takenAt: edge, putAt: start, count: count)) {
                    $0 < start ? $0 : $0 < start + count ? nil : $0 - count
                }
                consider(RowShift(takenAt: start, putAt: edge, count: count)) {
                    $0 < start ? $0 : $0 < edge ? $0 + count : nil
                }
            }
        }
        guard let best else { return nil }
        self = best.shift
    }

    init(takenAt: Int, putAt: Int, count: Int) {
        self.takenAt = takenAt
        self.putAt = putAt
        self.count = count
    }
}

/// The cells of a row of a grid.
private struct Row {
    private let grid: Grid
    private let y: Int

    init(_ grid: Grid, _ y: Int) {
        self.grid = grid
        self.y = y
    }

    subscript(x: Int) -> Cell { grid[x, y] }

    /// About how many bytes it takes to send the cells that differ from what stands there already:
    /// one each, and some for another look or a gap.
    ///
    /// - Parameter source: Which of the old cells stands at a column; nil for a blank.
    static func cost(
        _ columns: Range<Int>, _ before: Row, _ after: Row, upTo limit: Int = .max,
        _ source: (Int) -> Int?
    ) -> Int {
        var cost = 0
        var last: Cell?
        for x in columns {
            let cell = after[x]
            if let source = source(x), before[source] == cell {
                last = nil
                continue
            }
            cost += 1
            let isSame =
                last.map {
                    $0.role == cell.role && $0.surface == cell.surface
                        && $0.emphasis == cell.emphasis
                } ?? false
            if !isSame { cost += 5 }
            if cost >= limit { return cost }
            last = cell
        }
        return cost
    }
}
