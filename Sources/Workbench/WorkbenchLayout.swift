import PaneKit
import Screen

/// Where each part of the screen goes at a given size.
///
/// The panes of the focused one's desk share the room by the desk's layout; zoomed, the focused pane
/// has it alone; below 20×5 there is only a line that asks for more room.
struct WorkbenchLayout: Hashable {
    static let smallest = Size(width: 20, height: 5)

    let isTooSmall: Bool
    let titleBar: Rect
    /// The keys, the newest notice, a prompt or a question.
    let keyBar: Rect
    private(set) var panes: [PaneName: Rect] = [:]

    init(_ state: WorkbenchState) {
        self.init(size: state.size, focus: state.focus, isZoomed: state.isZoomed)
    }

    init(size: Size, focus: PaneName, isZoomed: Bool) {
        let whole = Rect(size)
        titleBar = whole.split(top: 1).top
        keyBar = Rect(x: 0, y: size.height - 1, width: size.width, height: 1)
        isTooSmall = size.width < Self.smallest.width || size.height < Self.smallest.height
        guard !isTooSmall else { return }
        let body = Rect(x: 0, y: 1, width: size.width, height: size.height - 2)
        let layout =
            isZoomed ? .pane(focus) : Desk.of(focus).layout(ScreenShape(body.size), focus)
        panes = layout.places(in: body) { Workbench.module(of: $0) != nil }
    }

    /// The inside of a pane's frame; nil while the pane is out of sight.
    func content(of pane: PaneName) -> Rect? { panes[pane].map { $0.inset(by: 1) } }
}
