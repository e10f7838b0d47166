import Domain
import Glibc

/// The time of day, for commands.
enum SystemClock {
    static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(
            microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// How far the user's clock is from UTC now, by TZ or the machine's setting.
    static var secondsEastOfUTC: Int {
        var seconds = time_t(now().seconds)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return parts.tm_gmtoff
    }
}
