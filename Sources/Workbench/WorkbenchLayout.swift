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
    /// What can be dragged, each with its name in ``WorkbenchState/movedDividers``.
    private(set) var dividers: [PaneLayout.Divider] = []
    /// The desk and shape that the dividers belong to.
    private let context: String

    init(_ state: WorkbenchState) {
        self.init(
            size: state.size, focus: state.focus, isZoomed: state.isZoomed,
            moved: state.movedDividers)
    }

    init(size: Size, focus: PaneName, isZoomed: Bool, moved: [String: Int] = [:]) {
        let whole = Rect(size)
        titleBar = whole.split(top: 1).top
        keyBar = Rect(x: 0, y: size.height - 1, width: size.width, height: 1)
        isTooSmall = size.width < Self.smallest.width || size.height < Self.smallest.height
        let body = Rect(x: 0, y: 1, width: size.width, height: size.height - 2)
        let (desk, shape) = (Desk.of(focus), ScreenShape(body.size))
        context = "\(desk.name)-\(shape.rawValue)"
        guard !isTooSmall else { return }
        let layout = isZoomed ? .pane(focus) : desk.layout(shape, focus)
        var local: [String: Int] = [:]
        for (name, share) in moved where name.hasPrefix(context + "/") {
            local[String(name.dropFirst(context.count))] = share
        }
        let places = layout.places(in: body, moved: local) { Workbench.module(of: $0) != nil }
        (panes, dividers) = (places.panes, places.dividers)
    }

    /// The name under which a moved divider is remembered.
    func name(of divider: PaneLayout.Divider) -> String { context + divider.id }

    /// The inside of a pane's frame; nil while the pane is out of sight.
    func content(of pane: PaneName) -> Rect? { panes[pane].map { $0.inset(by: 1) } }
}
