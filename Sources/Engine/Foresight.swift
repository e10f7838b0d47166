public import Domain

/// When the intents of tasks that come next are recorded ahead, and for how long.
public struct Foresight: Sendable {
    /// As many are recorded as attempts ended within this time, none where fewer than two did.
    public var window: Span
    /// They are taken back when no attempt has ended for this time.
    public var lifetime: Span

    /// The times that pay for short tasks: a disk takes a fraction of a millisecond for a record.
    public init(window: Span = .milliseconds(20), lifetime: Span = .seconds(1)) {
        self.window = window
        self.lifetime = lifetime
    }
}
