import Domain
import Testing

@testable import SchedulerCore

@Suite("Growing pauses between attempts")
struct RetryDelayTests {
    private func delay(_ attempt: Int, _ backoff: RetryBackoff?, _ base: Int64 = 60) -> Span {
        RetryDelay.after(
            failed: attempt, base: .seconds(base), backoff: backoff, key: "r/t/\(attempt)")
    }

    @Test("the ranges are Airflow's, over twelve attempts with and without a cap")
    func airflow() {
        let backoff = RetryBackoff(multiplier: 2, jitter: 1)
        let capped = RetryBackoff(multiplier: 2, maxDelay: .seconds(600), jitter: 1)
        for attempt in 1...40 {
            let floor = min(60 << min(attempt - 1, 20), 86_400)
            let span = delay(attempt, backoff)
            #expect(span >= .seconds(Int64(floor)))
            #expect(span < .seconds(Int64(2 * floor)) && span <= .seconds(86_400))
            #expect(delay(attempt, capped) <= .seconds(600))
            #expect(delay(attempt, capped) >= .seconds(Int64(min(floor, 600))))
        }
        #expect(delay(5, capped) == .seconds(600))
        #expect(delay(12, backoff) == .seconds(86_400))
    }

    @Test("a million attempts overflow nothing, and cost nothing")
    func saturation() {
        #expect(delay(1_000_000, RetryBackoff(multiplier: 1e9)) == .seconds(86_400))
        #expect(delay(1_000_000, RetryBackoff(multiplier: 1)) == .seconds(60))
        #expect(delay(1_000_000, RetryBackoff(multiplier: 0.5)) == .zero)
        #expect(delay(3, RetryBackoff(multiplier: 3), 0) == .zero)
        #expect(delay(9, nil) == .seconds(60))
    }

    @Test("jitter depends on the attempt alone, spreads evenly, and none means none")
    func jitter() {
        let backoff = RetryBackoff(multiplier: 1, jitter: 0.5)
        let spans = (1...2_000).map {
            RetryDelay.after(failed: 1, base: .seconds(100), backoff: backoff, key: "r/t\($0)/1")
        }
        #expect(spans.allSatisfy { $0 >= .seconds(100) && $0 < .seconds(150) })
        let mean = spans.map(\.inSeconds).reduce(0, +) / Double(spans.count)
        #expect(abs(mean - 125) < 2)
        #expect(delay(4, backoff) == delay(4, backoff))
        #expect(delay(1, RetryBackoff(multiplier: 2)) == .seconds(60))
    }

    @Test("the machine counts attempts from the last clear")
    func afterClear() throws {
        var talk = Conversation()
        let backoff = RetryBackoff(multiplier: 2)
        talk.create(
            try plan("a") { ($0.retries, $0.retryDelay) = (5, .seconds(10)) }
                .with("a") { $0.backoff = backoff })
        #expect(talk.end("a", code: 1).last == "set retry a at 10")
        talk.now = 10
        talk.retryDue("a")
        #expect(talk.end("a", 2, code: 1).last == "set retry a at 30")
        talk.clear("a")
        #expect(talk.end("a", 3, code: 1).last == "set retry a at 20")
    }
}
