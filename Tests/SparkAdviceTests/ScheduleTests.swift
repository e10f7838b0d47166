import SparkLog
import Testing

@testable import SparkAdvice

@Suite("The order of events, fingerprints of plans and slots over time")
struct ScheduleTests {
    @Test(
        "events come in the order of their times, equal ones in that of their entry",
        arguments: 1...5)
    func heap(_ seed: Int) {
        var state = UInt64(seed)
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        var heap = EventHeap<Int>()
        var waiting: [(time: Double, number: Int)] = []
        for number in 0..<2_000 {
            if next(3) == 0, let first = heap.pop() {
                let expected = waiting.min { ($0.time, $0.number) < ($1.time, $1.number) }
                #expect(first.element == expected?.number)
                #expect(first.time == expected?.time)
                waiting.removeAll { $0.number == first.element }
            }
            let time = Double(next(50))
            heap.push(number, at: time)
            waiting.append((time, number))
        }
        var last = (time: -1.0, number: -1)
        while let entry = heap.pop() {
            #expect((last.time, last.number) < (entry.time, entry.element))
            last = (entry.time, entry.element)
        }
        #expect(heap.isEmpty)
    }

    @Test("what differs from run to run is not in a fingerprint, everything else is")
    func fingerprints() {
        func hash(_ text: String) -> UInt64 {
            var hash = FingerprintHash()
            hash.mixNormalised(text)
            return hash.value
        }
        #expect(hash("sum(x#12L) by k#3") == hash("sum(x#905L) by k#44"))
        #expect(hash("Exchange [plan_id=7], 8") == hash("Exchange [plan_id=1234], 8"))
        #expect(hash("Scan [id=#17] t") == hash("Scan [id=#9] t"))
        #expect(hash("sum(x#12L) by k#3") != hash("sum(y#12L) by k#3"))
        #expect(hash("Exchange [plan_id=7], 8") != hash("Exchange [plan_id=7], 9"))
        #expect(hash("a#") == hash("a#1"))
        #expect(hash("plan_id") != hash(""))
    }

    @Test("what is left out of fingerprints is the same as byte by byte", arguments: 0..<40)
    func normalised(seed: Int) {
        let pieces = [
            "#", "1", "23", "L", "p", "plan_id", "plan_id=", "[id=", "[", "id=", "=", "]", "x",
            "HashAggregate(keys=", "é", " ", "plan_plan_id=", "a longer piece of a description",
        ]
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        var prints: [[UInt8]: UInt64] = [:]
        var known: Set<UInt64> = []
        for _ in 0..<300 {
            let text = (0..<next(9)).map { _ in pieces[next(pieces.count)] }.joined()
            var hash = FingerprintHash()
            hash.mix(7)
            hash.mixNormalised(text)
            let rest = Self.withoutNumbers(Array(text.utf8))
            if let print = prints[rest] {
                #expect(print == hash.value, "\(text)")
            } else {
                #expect(known.insert(hash.value).inserted, "\(text)")
                prints[rest] = hash.value
            }
        }
    }

    /// One byte after the other.
    private static func withoutNumbers(_ bytes: [UInt8]) -> [UInt8] {
        var rest: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "#") {
                place += 1
                let first = place
                while place < bytes.count, (48...57).contains(bytes[place]) { place += 1 }
                let isLong = place < bytes.count && bytes[place] == UInt8(ascii: "L")
                if place > first, isLong { place += 1 }
            } else if bytes[place...].starts(with: "plan_id=".utf8)
                || bytes[place...].starts(with: "[id=".utf8)
            {
                while place < bytes.count, bytes[place] != UInt8(ascii: "]") { place += 1 }
            } else {
                rest.append(bytes[place])
                place += 1
            }
        }
        return rest
    }

    @Test("slots that live in a span are those that came before its end and left after its start")
    func slots() {
        var reader = EventLogReader()
        let lines =
            [
                #"{"Event":"SparkListenerApplicationStart","App Name":"a","App ID":"a","Timestamp":0}"#
            ]
            + (1...20).map { number in
                #"{"Event":"SparkListenerExecutorAdded","Timestamp":\#(number * 10),"Executor ID":"\#(number)","Executor Info":{"Host":"h","Total Cores":\#(number % 3 + 1)}}"#
            }
            + (1...10).map { number in
                #"{"Event":"SparkListenerExecutorRemoved","Timestamp":\#(number * 10 + 55),"Executor ID":"\#(number)","Removed Reason":"x"}"#
            }
        reader.feed(Array((lines.joined(separator: "\n") + "\n").utf8))
        reader.finish()
        let slots = ExecutorSlots(reader.currentApplication, end: 1_000)
        #expect(slots.executors.count == 20)
        for from in stride(from: Int64(0), to: 260, by: 7) {
            for length in [Int64(0), 1, 30, 500] {
                let to = from + length
                let expected = slots.executors.reduce(0) { sum, executor in
                    executor.from <= to && (executor.to ?? .max) >= from
                        ? sum + executor.slots : sum
                }
                #expect(slots.slots(from: from, to: to) == expected)
            }
        }
        #expect(slots.slots(from: 0, to: .max) == slots.executors.reduce(0) { $0 + $1.slots })
    }
}
