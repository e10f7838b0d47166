import PaneKit
import Screen
import Testing

@Suite("Layouts of panes")
struct PaneLayoutTests {
    private let layout = PaneLayout.columns([
        .init("a", share: 30, limits: 38...56),
        .init(.rows([.init("b", share: 55), .init("c", share: 45)]), share: 70),
    ])

    @Test("the panes cover the area without a gap and without overlap")
    func covering() {
        for width in [40, 80, 160, 300] {
            let area = Rect(x: 0, y: 1, width: width, height: 40)
            let places = layout.places(in: area)
            let cells = places.values.reduce(0) { $0 + $1.width * $1.height }
            #expect(cells == width * 40)
            #expect(places["a"].map { $0.right } == places["b"]?.x)
        }
    }

    @Test("a pane that does not exist leaves its room to the others")
    func missing() {
        let area = Rect(x: 0, y: 0, width: 100, height: 40)
        #expect(layout.places(in: area) { $0 == "c" } == ["c": area])
    }
}
