import Domain
public import Screen

extension Workbench {
    /// Draws the whole screen; reads the state and changes nothing.
    public static func draw(_ state: WorkbenchState, charset: Charset = .unicode) -> Frame {
        var grid = Grid(size: state.size, charset: charset)
        let layout = WorkbenchLayout(state)
        guard layout.kind != .tooSmall else {
            drawTooSmall(state, on: &grid)
            return Frame(grid: grid)
        }
        ShellBars.drawTitle(state, in: layout.titleBar, on: &grid)
        for (pane, area) in layout.panes {
            let isFocused = pane == state.focus
            switch pane {
            case .runs: RunsPane.draw(state, in: area, isFocused: isFocused, on: &grid)
            case .graph: GraphPane.draw(state, in: area, isFocused: isFocused, on: &grid)
            case .log: LogPane.draw(state, in: area, isFocused: isFocused, on: &grid)
            }
        }
        ShellBars.drawBottom(state, in: layout.keyBar, on: &grid)
        let cursor = OverlayDrawing.draw(state, layout, on: &grid)
        return Frame(grid: grid, cursor: cursor)
    }

    private static func drawTooSmall(_ state: WorkbenchState, on grid: inout Grid) {
        let smallest = WorkbenchLayout.smallest
        grid.write(
            "Needs \(smallest.width)x\(smallest.height), is \(state.size.width)x\(state.size.height)",
            row: 0, of: grid.bounds)
    }
}
