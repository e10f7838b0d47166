import GraphLayout
import Testing

@Suite("Counting crossings")
struct LineCrossingsTests {
    private func line(_ from: Int, _ to: Int, _ points: (Double, Double)...)
        -> LineCrossings.Line
    {
        .init(from: from, to: to, points: points.map { SIMD2($0.0, $0.1) })
    }

    @Test("a pair counts once however often it crosses, and not at all with a common end")
    func pairs() {
        let wave = line(0, 1, (0, 0), (1, 4), (2, 0), (3, 4))
        let bar = line(2, 3, (0, 2), (9, 2))
        let related = line(0, 4, (0, 2), (9, 2))
        #expect(LineCrossings([wave, bar]).crossing == 1)
        #expect(LineCrossings([wave, bar]).touching == 0)
        #expect(LineCrossings([wave, related]).crossing == 0)
    }

    @Test("a corner on another line and a shared stretch are touches, not crossings")
    func touches() {
        let corner = line(0, 1, (0, 0), (2, 0), (2, 2))
        let through = line(2, 3, (2, -2), (2, 0))
        let along = line(4, 5, (1, 0), (5, 0))
        #expect(LineCrossings([corner, through]).crossing == 0)
        #expect(LineCrossings([corner, through]).touching == 1)
        #expect(LineCrossings([corner, along]).touching == 1)
    }
}
