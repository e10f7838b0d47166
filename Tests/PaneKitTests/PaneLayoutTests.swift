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
            let places = layout.places(in: area).panes
            let cells = places.values.reduce(0) { $0 + $1.width * $1.height }
            #expect(cells == width * 40)
            #expect(places["a"].map { $0.right } == places["b"]?.x)
        }
    }

    @Test("a pane that does not exist leaves its room to the others")
    func missing() {
        let area = Rect(x: 0, y: 0, width: 100, height: 40)
        #expect(layout.places(in: area) { $0 == "c" }.panes == ["c": area])
    }

    @Test("a divider stands where it was dragged to, at every size")
    func dragging() throws {
        let area = Rect(x: 0, y: 0, width: 160, height: 40)
        let places = layout.places(in: area)
        let upright = try #require(places.dividers.first { $0.isUpright })
        #expect(upright.area == Rect(x: 47, y: 0, width: 2, height: 40))
        let share = upright.share(at: Point(x: 79, y: 3))
        let moved = layout.places(in: area, moved: [upright.id: share])
        #expect(moved.panes["a"]?.width == 80)
        let small = layout.places(
            in: Rect(x: 0, y: 0, width: 80, height: 20), moved: [upright.id: share])
        #expect(small.panes["a"]?.width == 40)
        let edge = layout.places(in: area, moved: [upright.id: 1_000])
        #expect(edge.panes["b"]?.width == 4)
    }
}
