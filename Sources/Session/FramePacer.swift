/// Says when the next frame is due.
///
/// A key is answered at once, and so is what it asked for, which arrives in pieces; what changes by
/// itself is drawn at most ten times a second, so that a busy run costs a slow link little. Times are milliseconds of a monotonic clock.
struct FramePacer: Hashable, Sendable {
    /// Least time between two frames that no key asked for.
    static let backgroundInterval: Int64 = 100
    /// How long to wait before looking again whether the terminal has taken the last frame.
    static let congestionInterval: Int64 = 15

    /// Frames after a key's own that need not wait for the interval.
    static let answerFrames = 3

    private var isDirty = true
    private var isUrgent = true
    private var credit = answerFrames
    private var lastFrame: Int64 = .min / 2

    /// Something shown has changed; `byKey` where the user waits for it.
    mutating func markDirty(byKey: Bool) {
        isDirty = true
        guard byKey else { return }
        isUrgent = true
        credit = Self.answerFrames
    }

    /// Milliseconds until a frame is due: 0 now, nil none.
    func delay(now: Int64) -> Int64? {
        guard isDirty else { return nil }
        return isUrgent || credit > 0 ? 0 : max(0, lastFrame + Self.backgroundInterval - now)
    }

    mutating func drawn(now: Int64) {
        if !isUrgent { credit = max(0, credit - 1) }
        (isDirty, isUrgent, lastFrame) = (false, false, now)
    }
}
