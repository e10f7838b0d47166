import Screen
import Testing

@testable import Terminal

@Suite("What the terminal moves by itself")
struct RowShiftTests {
    private func row(_ text: String, width: Int = 60) -> Grid {
        var grid = Grid(size: Size(width: width, height: 1))
        grid.write("│" + text, at: Point(x: 0, y: 0))
        grid.write("│ beside", at: Point(x: width - 12, y: 0))
        return grid
    }

    private func shift(_ old: String, _ new: String, cursor: Int = 0) -> RowShift? {
        RowShift(row: 0, cursor: cursor, from: row(old), to: row(new))
    }

    private let tail = "where region = 'north' and x"

    @Test("a letter put in moves the rest up to where the text ends, from the cursor on")
    func insertion() {
        // Behind the moved text stands a blank, which goes.
        #expect(
            shift("ab " + tail, "abc " + tail, cursor: 3)
                == RowShift(takenAt: 32, putAt: 3, count: 1))
        // The letter is the same as the next one: what differs begins further on.
        #expect(
            shift("wwww " + tail, "wwwww " + tail, cursor: 2)?.putAt == 2)
    }

    @Test("a letter taken away moves the rest back")
    func deletion() {
        #expect(
            shift("abc " + tail, "ab " + tail, cursor: 3)
                == RowShift(takenAt: 3, putAt: 32, count: 1))
        // The cursor stands behind what was taken away: writing one cell costs less than the way.
        #expect(
            shift("abc " + tail, "ab " + tail, cursor: 4)
                == RowShift(takenAt: 4, putAt: 32, count: 1))
    }

    @Test("a word before the cursor that changes its look alone does not move the start")
    func recoloured() {
        var new = row("select x" + tail)
        new.write("select", at: Point(x: 1, y: 0), role: .key)
        #expect(
            RowShift(row: 0, cursor: 7, from: row("select" + tail), to: new)?.putAt == 7)
    }

    @Test("a whole word moves at once")
    func words() {
        #expect(
            shift("a " + tail, "a customers " + tail, cursor: 3)
                == RowShift(takenAt: 31, putAt: 3, count: 10))
    }

    @Test("nothing is moved where little or nothing would be saved")
    func notWorthIt() {
        #expect(shift(tail, tail) == nil)
        #expect(shift("ab", "abc", cursor: 3) == nil)
        #expect(shift("abcdefgh", "xabcdefgh", cursor: 1) == nil)
        #expect(shift(tail, String(tail.reversed())) == nil)
    }

    @Test("what is two columns wide or bears marks stays where it is, also right of the frame")
    func wideCells() {
        #expect(shift("a 語 " + tail, "ab 語 " + tail, cursor: 2) == nil)
        #expect(shift("a e\u{301} " + tail, "ab e\u{301} " + tail, cursor: 2) == nil)
        #expect(shift("語 a" + tail, "語 ab" + tail, cursor: 5) != nil)
        var (old, new) = (row("a" + tail), row("ab" + tail))
        old.write("語", at: Point(x: 55, y: 0))
        new.write("語", at: Point(x: 55, y: 0))
        #expect(RowShift(row: 0, cursor: 2, from: old, to: new) == nil)
    }
}
