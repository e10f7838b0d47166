import ResultStore
import Screen

// What two results differ in, marked in the rows that a comparison gave.
extension ResultsPane {
    /// Marks a row by what became of it, and in a changed one the cells that are others now.
    static func markDifference(
        _ result: GridState, _ number: Int, row: Int,
        _ columns: [(index: Int, x: Int, width: Int)], in area: Rect, on grid: inout Grid
    ) {
        guard result.isDifference, let mark = mark(of: number, in: result) else { return }
        for (index, x, width) in columns {
            let column = result.order[index]
            let place = Rect(x: area.x + x, y: area.y + row, width: width, height: 1)
                .intersection(area)
            if let role = role(of: mark, isMark: column == 0) {
                grid.restyle(place, role: role)
            }
            guard column != 0, let other = partner(of: mark, number),
                let mine = result.cell(row: number, column: column),
                let its = result.cell(row: other, column: column), mine != its
            else { continue }
            grid.restyle(
                place, role: mark == "~" ? .warning : nil,
                adding: mark == "~" ? [.bold, .underline] : .underline)
        }
    }

    private static func mark(of row: Int, in result: GridState) -> String? {
        guard case .text(let bytes)? = result.cell(row: row, column: 0)?.cell else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func role(of mark: String, isMark: Bool) -> Role? {
        switch mark {
        case "+": .stateSuccess
        case "-": .stateFailed
        case "·": .dim
        case "~": isMark ? .warning : nil
        default: nil
        }
    }

    /// The other side of a changed row: the old one stands above the new one.
    private static func partner(of mark: String, _ row: Int) -> Int? {
        switch mark {
        case "~": row > 0 ? row - 1 : nil
        case "·": row + 1
        default: nil
        }
    }
}
