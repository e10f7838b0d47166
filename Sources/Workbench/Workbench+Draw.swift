import Domain
public import Screen

extension Workbench {
    /// Draws the whole screen; reads the state and changes nothing.
    public static func draw(_ state: WorkbenchState, charset: Charset = .unicode) -> Frame {
        var grid = Grid(size: state.size, charset: charset)
        let layout = WorkbenchLayout(state)
        guard !layout.isTooSmall else {
            drawTooSmall(state, on: &grid)
            return Frame(grid: grid)
        }
        ShellBars.drawTitle(state, in: layout.titleBar, on: &grid)
        var cursor: Point?
        for face in faces {
            guard let area = layout.panes[face.name], let module = module(of: face.name) else {
                continue
            }
            let place = module.draw(state, face.name, in: area, on: &grid)
            if face.name == state.focus { cursor = place }
        }
        ShellBars.drawBottom(state, in: layout.keyBar, on: &grid)
        if state.overlay != nil { cursor = OverlayDrawing.draw(state, layout, on: &grid) }
        return Frame(grid: grid, cursor: cursor)
    }

    private static func drawTooSmall(_ state: WorkbenchState, on grid: inout Grid) {
        let smallest = WorkbenchLayout.smallest
        grid.write(
            "Needs \(smallest.width)x\(smallest.height), is \(state.size.width)x\(state.size.height)",
            row: 0, of: grid.bounds)
    }
}
