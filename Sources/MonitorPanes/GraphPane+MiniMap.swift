import PaneKit
import Screen

// The whole graph, small, in a corner of the pane.
extension GraphPane {
    /// Where the mini-map may lie, the best place first.
    enum MapCorner: Hashable, Sendable, CaseIterable {
        case bottomRight, bottomLeft, topRight, topLeft
    }

    /// Covering fewer cells by this much is worth a move of the mini-map: about one small box.
    private static let worthMoving = 24

    static func drawMiniMap(
        _ state: Monitor.State, _ drawing: GraphDrawing, in inside: Rect, on grid: inout Grid
    ) {
        guard let map = miniMap(state.graph, in: inside) else { return }
        let area = grid.drawFrame(map, surface: .base)
        drawing.drawMiniMap(
            from: state.graph.origin, size: inside.size, in: area, on: &grid,
            rows: state.model.tasks)
    }

    /// Where the mini-map lies, its frame included; nil where the whole graph is in sight, or the
    /// pane is small.
    static func miniMap(_ graph: State, in inside: Rect) -> Rect? {
        guard let drawing = graph.drawing, inside.width >= 60, inside.height >= 14,
            drawing.size.width > inside.width || drawing.size.height > inside.height
        else { return nil }
        return rect(graph.mapCorner, in: inside)
    }

    private static func rect(_ corner: MapCorner, in inside: Rect) -> Rect {
        let (width, height) = (min(30, inside.width / 4), min(8, inside.height / 3))
        let (right, bottom) = (inside.right - width, inside.bottom - height)
        return switch corner {
        case .bottomRight: Rect(x: right, y: bottom, width: width, height: height)
        case .bottomLeft: Rect(x: inside.x, y: bottom, width: width, height: height)
        case .topRight: Rect(x: right, y: inside.y, width: width, height: height)
        case .topLeft: Rect(x: inside.x, y: inside.y, width: width, height: height)
        }
    }

    /// Moves the mini-map where it hides the cursor's node, or where another corner is clearly
    /// emptier or empty; else it stays, so that it does not jump about while the drawing is moved.
    static func settleMiniMap(_ graph: inout State) {
        let inside = Rect(graph.size)
        guard graph.showsMiniMap, let drawing = graph.drawing, miniMap(graph, in: inside) != nil
        else { return }
        let origin = origin(graph, drawing, in: inside.height)
        let cursor = graph.cursor.flatMap { drawing.rect(of: $0) }
        let covers = MapCorner.allCases.map { corner -> (hidesCursor: Bool, cells: Int) in
            var place = rect(corner, in: inside)
            place.x += origin.x
            place.y += origin.y
            return (
                cursor.map { !place.intersection($0).isEmpty } ?? false,
                drawing.cellsOfNodes(in: place)
            )
        }
        let order = Array(zip(MapCorner.allCases, covers))
        guard let now = order.first(where: { $0.0 == graph.mapCorner }),
            let best = order.filter({ !$0.1.hidesCursor }).min(by: { $0.1.cells < $1.1.cells })
        else { return }
        let isEmptier =
            best.1.cells + worthMoving <= now.1.cells || best.1.cells == 0 && now.1.cells > 0
        if now.1.hidesCursor || isEmptier {
            graph.mapCorner = best.0
        }
    }
}
