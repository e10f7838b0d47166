import Domain

/// The pause before the next attempt, as Airflow computes it.
enum RetryDelay {
    /// The longest pause that a growing one may reach by itself.
    static let limit = Span.seconds(86_400)

    /// `base · multiplierⁿ⁻¹` after the n-th failed attempt, and a share of it that depends on
    /// `key` alone, so that a replay comes to the same; at most ``limit`` and the backoff's own cap.
    /// Saturates: any number of attempts is fine.
    static func after(
        failed attempt: Int, base: Span, backoff: RetryBackoff?, key: @autoclosure () -> String
    ) -> Span {
        guard let backoff else { return base }
        let cap = min(limit, backoff.maxDelay ?? limit)
        let floor = grown(base, by: backoff.multiplier, times: attempt - 1, cap: cap)
        guard backoff.jitter > 0, floor < cap else { return min(floor, cap) }
        let share = Double(hash(key()) >> 11) / Double(UInt64(1) << 53)
        return min(floor + floor.scaled(by: share * min(1, backoff.jitter)), cap)
    }

    private static func grown(_ base: Span, by factor: Double, times: Int, cap: Span) -> Span {
        if factor == 1 || times <= 0 { return min(base, cap) }
        var delay = base
        for _ in 0..<times {
            delay = delay.scaled(by: factor)
            // Neither more nor less can become of it.
            if delay >= cap || delay <= .zero { break }
        }
        return min(delay, cap)
    }

    /// FNV-1a with a final mixing, as keys differ in their last bytes only.
    private static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        return hash ^ (hash >> 33)
    }
}
