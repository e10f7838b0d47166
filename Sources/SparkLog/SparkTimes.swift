import Domain

extension Instant {
    /// Milliseconds since 1970, as Spark writes moments; saturates.
    init(milliseconds: Int64) {
        self.init(microseconds: Span.milliseconds(milliseconds).microseconds)
    }

    /// Milliseconds since 1970, rounded towards zero.
    var milliseconds: Int64 { microseconds / 1_000 }

    /// A moment as events carry it: absent, 0 and negative ones mean that it is not known.
    init?(sparkTime: Int64?) {
        guard let sparkTime, sparkTime > 0 else { return nil }
        self.init(milliseconds: sparkTime)
    }
}
