import Testing

@testable import Runners

@Suite("Turns of looks")
struct LookQueueTests {
    private func begun(_ queue: inout LookQueue<Int>) -> [Int] {
        var ids: [Int] = []
        while let next = queue.next() { ids += next.ids }
        return ids
    }

    @Test("one place has few looks at a time, and the next of it begins as one ends")
    func onePlace() {
        var queue = LookQueue<Int>()
        let place = LookPlace(kind: .http, name: "http://dead")
        for id in 0..<10 { queue.add(id, at: place) }
        queue.add(10, at: LookPlace(kind: .http, name: "http://alive"))
        #expect(begun(&queue).sorted() == [0, 1, 2, 3, 10])
        queue.finished(at: place)
        #expect(begun(&queue) == [4])
    }

    @Test("places take turns, and kinds do not know of each other")
    func turns() {
        var queue = LookQueue<Int>()
        let count = LookQueue<Int>.ofOneKind
        let places = (0...count).map { LookPlace(kind: .command, name: "\($0)") }
        for round in 0..<2 {
            for (index, place) in places.enumerated() {
                queue.add(round * 1_000 + index, at: place)
            }
        }
        #expect(begun(&queue) == Array(0..<count))
        queue.add(-1, at: LookPlace(kind: .sql, name: "db"))
        #expect(begun(&queue) == [-1])
        queue.finished(at: places[0])
        #expect(begun(&queue) == [count])
        queue.finished(at: places[5])
        #expect(begun(&queue) == [1_000])
    }

    @Test("looks that took no time go together, those that may take long go alone")
    func together() {
        var queue = LookQueue<Int>()
        let place = LookPlace(kind: .sql, name: "db")
        for id in 0..<40 { queue.add(id, at: place, isQuick: id != 20) }
        var gos: [[Int]] = []
        while let next = queue.next() { gos.append(next.ids) }
        #expect(gos == [Array(0..<16), Array(16..<20), [20], Array(21..<37)])
        queue.finished(at: place)
        #expect(queue.next()?.ids == [37, 38, 39])
    }
}
