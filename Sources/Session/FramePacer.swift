/// Says when the next frame is due.
///
/// A key is answered at once; what changes by itself is drawn at most ten times a second, so that
/// a busy run costs a slow link little. Times are milliseconds of a monotonic clock.
struct FramePacer: Hashable, Sendable {
    /// Least time between two frames that no key asked for.
    static let backgroundInterval: Int64 = 100
    /// How long to wait before looking again whether the terminal has taken the last frame.
    static let congestionInterval: Int64 = 15

    private var isDirty = true
    private var isUrgent = true
    private var lastFrame: Int64 = .min / 2

    /// Something shown has changed; `byKey` where the user waits for it.
    mutating func markDirty(byKey: Bool) {
        isDirty = true
        isUrgent = isUrgent || byKey
    }

    /// Milliseconds until a frame is due: 0 now, nil none.
    func delay(now: Int64) -> Int64? {
        guard isDirty else { return nil }
        return isUrgent ? 0 : max(0, lastFrame + Self.backgroundInterval - now)
    }

    mutating func drawn(now: Int64) {
        (isDirty, isUrgent, lastFrame) = (false, false, now)
    }
}
