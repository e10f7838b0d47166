import Screen

/// Where each part of the screen goes at a given size.
///
/// Wide screens show all panes side by side, tall ones stack them, small ones show the focused
/// pane alone; below 20×5 there is only a line that asks for more room.
struct WorkbenchLayout: Hashable {
    enum Kind: Hashable { case tooSmall, single, stacked, sideBySide }

    static let smallest = Size(width: 20, height: 5)

    let kind: Kind
    let titleBar: Rect
    let keyBar: Rect
    /// The line of the newest notice or of a prompt; shares its row with the key bar where the
    /// screen is low.
    private(set) var panes: [PaneID: Rect] = [:]

    init(_ state: WorkbenchState) {
        self.init(size: state.size, focus: state.focus, isZoomed: state.isZoomed)
    }

    init(size: Size, focus: PaneID, isZoomed: Bool) {
        let whole = Rect(size)
        titleBar = whole.split(top: 1).top
        keyBar = Rect(x: 0, y: size.height - 1, width: size.width, height: 1)
        let body = Rect(x: 0, y: 1, width: size.width, height: size.height - 2)
        if size.width < Self.smallest.width || size.height < Self.smallest.height {
            kind = .tooSmall
        } else if isZoomed || size.width < 80 || size.height < 18 {
            kind = .single
            panes = [focus: body]
        } else if size.width >= 110 {
            kind = .sideBySide
            let (left, right) = body.split(left: min(56, max(38, size.width * 3 / 10)))
            let (top, bottom) = right.split(top: body.height * 11 / 20)
            panes = [.runs: left, .graph: top, .log: bottom]
        } else if size.height >= 40 {
            kind = .stacked
            let (top, rest) = body.split(top: body.height / 4)
            let (middle, bottom) = rest.split(top: rest.height / 2)
            panes = [.runs: top, .graph: middle, .log: bottom]
        } else {
            kind = .stacked
            // Two panes at 80×24: the list or the graph above, the log below.
            let upper: PaneID = focus == .runs ? .runs : .graph
            let (top, bottom) = body.split(top: body.height * 11 / 20)
            panes = [upper: top, .log: bottom]
        }
    }

    /// The inside of a pane's frame; nil while the pane is out of sight.
    func content(of pane: PaneID) -> Rect? {
        panes[pane].map { $0.inset(by: 1) }
    }
}
