import GraphLayout
import Screen

/// The lines of a layout in the form in which a window of them can be drawn without visiting the
/// rest: straight runs by row and by column, and corners by row, all sorted, none twice.
struct LineIndex {
    /// Cells `first...last` of one row (or column) that a line covers without a break.
    struct Run {
        var line: Int32
        var first: Int32
        var last: Int32
    }

    /// A cell in which some edge turns, and the arms of all edges that turn there.
    struct Corner {
        var y: Int32
        var x: Int32
        var arms: LineArms
    }

    /// By row and first column; runs of a row share no cell.
    let rows: [Run]
    /// By column and first row.
    let columns: [Run]
    /// By row and column.
    let corners: [Corner]

    /// O(pieces × log pieces).
    init(_ layout: GraphLayout) {
        var (rows, columns): ([Run], [Run]) = ([], [])
        var corners: [Corner] = []
        for edge in layout.edges.indices {
            var entry: LineArms?
            layout.forEachPiece(ofEdge: edge) { from, to in
                let heading = Self.heading(from, to)
                if let entry, let heading {
                    corners.append(
                        Corner(y: Int32(from.y), x: Int32(from.x), arms: [entry, heading]))
                }
                if from.y == to.y {
                    rows.append(
                        Run(
                            line: Int32(from.y), first: Int32(min(from.x, to.x)),
                            last: Int32(max(from.x, to.x))))
                } else {
                    columns.append(
                        Run(
                            line: Int32(from.x), first: Int32(min(from.y, to.y)),
                            last: Int32(max(from.y, to.y))))
                }
                entry = Self.heading(to, from) ?? entry
            }
        }
        self.rows = Self.joined(rows)
        self.columns = Self.joined(columns)
        self.corners = Self.joined(corners)
    }

    /// The first of ``rows`` or ``columns`` on `line` that reaches `place` or farther.
    static func firstRun(_ runs: [Run], line: Int, from place: Int) -> Int {
        lowerBound(runs.count) { index in
            let run = runs[index]
            return (Int(run.line), Int(run.last)) < (line, place)
        }
    }

    func firstCorner(y: Int, x: Int) -> Int {
        Self.lowerBound(corners.count) { index in
            (Int(corners[index].y), Int(corners[index].x)) < (y, x)
        }
    }

    /// The first index for which `isBefore` no longer holds.
    static func lowerBound(_ count: Int, _ isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func heading(_ from: GraphLayout.Point, _ to: GraphLayout.Point) -> LineArms? {
        if to.x > from.x { return .right }
        if to.x < from.x { return .left }
        if to.y > from.y { return .down }
        return to.y < from.y ? .up : nil
    }

    private static func joined(_ runs: [Run]) -> [Run] {
        let sorted = runs.sorted { ($0.line, $0.first, $0.last) < ($1.line, $1.first, $1.last) }
        var result: [Run] = []
        for run in sorted {
            if let last = result.last, last.line == run.line, run.first <= last.last {
                result[result.count - 1].last = max(last.last, run.last)
            } else {
                result.append(run)
            }
        }
        return result
    }

    private static func joined(_ corners: [Corner]) -> [Corner] {
        var result: [Corner] = []
        for corner in corners.sorted(by: { ($0.y, $0.x) < ($1.y, $1.x) }) {
            if let last = result.last, last.y == corner.y, last.x == corner.x {
                result[result.count - 1].arms.formUnion(corner.arms)
            } else {
                result.append(corner)
            }
        }
        return result
    }
}
