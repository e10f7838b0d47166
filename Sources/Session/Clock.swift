import Domain
import Glibc
import PaneKit

/// The time of day and the time since boot; the only place of this module that asks for either.
enum Clock {
    static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(
            microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// The user's clock, by TZ or the machine's setting.
    static func local() -> LocalClock {
        let now = now()
        var seconds = time_t(now.seconds)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return LocalClock(now: now, offset: parts.tm_gmtoff)
    }

    /// Milliseconds of a clock that nobody sets.
    static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
