import PaneKit
import Screen

/// Panes that are seen together: focusing one of them shows them all.
struct Desk: Hashable, Sendable {
    let name: String
    /// Where the panes go on a screen of some shape while one of them has the focus; panes that do
    /// not exist leave their room to the others.
    let layout: @Sendable (ScreenShape, PaneName) -> PaneLayout
    /// In the order of Tab.
    let panes: [PaneName]

    static func == (left: Desk, right: Desk) -> Bool { left.name == right.name }
    func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// All desks, in the order of their digits.
    static let all: [Desk] = [monitor, query, profile, quality, models]

    /// The desk that a pane stands on.
    static func of(_ pane: PaneName) -> Desk { all.first { $0.panes.contains(pane) } ?? monitor }

    static let monitor = Desk(name: "monitor", panes: ["runs", "graph", "log"]) { shape, focus in
        switch shape {
        case .small: .pane(focus)
        case .compact:
            .rows([
                .init(focus == "runs" ? "runs" : "graph", share: 55), .init("log", share: 45),
            ])
        case .tall:
            .rows([
                .init("runs", share: 25), .init("graph", share: 37), .init("log", share: 38),
            ])
        case .wide:
            .columns([
                .init("runs", share: 30, limits: 38...56),
                .init(
                    .rows([.init("graph", share: 55), .init("log", share: 45)]), share: 70),
            ])
        }
    }

    static let query = Desk(name: "query", panes: ["query", "results", "plan"]) { shape, focus in
        switch shape {
        case .small: .pane(focus)
        case .compact:
            .rows([
                .init("query", share: 40), .init(focus == "plan" ? "plan" : "results", share: 60),
            ])
        case .tall:
            .rows([
                .init("query", share: 30), .init("results", share: 35), .init("plan", share: 35),
            ])
        case .wide:
            .columns([
                .init(
                    .rows([.init("query", share: 45), .init("results", share: 55)]), share: 58),
                .init("plan", share: 42),
            ])
        }
    }

    static let profile = Desk(name: "profile", panes: ["profile"]) { _, _ in .pane("profile") }

    static let quality = Desk(name: "quality", panes: ["quality"]) { _, _ in .pane("quality") }

    static let models = Desk(name: "models", panes: ["models"]) { _, _ in .pane("models") }

    init(
        name: String, panes: [PaneName],
        layout: @escaping @Sendable (ScreenShape, PaneName) -> PaneLayout
    ) {
        self.name = name
        self.panes = panes
        self.layout = layout
    }
}
