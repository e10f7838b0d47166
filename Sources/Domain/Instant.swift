/// A moment in time: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Reaches from the year -290308 to 294247; arithmetic saturates at both ends, so that an absurd
/// delay in a file never traps.
public struct Instant: Hashable, Sendable, Comparable {
    public let microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Whole seconds since 1970; saturates.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        microseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Seconds since 1970, rounded down.
    public var seconds: Int64 {
        let quotient = microseconds / 1_000_000
        return microseconds % 1_000_000 < 0 ? quotient - 1 : quotient
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The moment `span` later (or earlier, where negative); saturates.
    public func advanced(by span: Span) -> Instant {
        let (sum, overflow) = microseconds.addingReportingOverflow(span.microseconds)
        return Instant(microseconds: overflow ? (span.microseconds < 0 ? .min : .max) : sum)
    }

    /// The time from `earlier` to this moment; saturates.
    public func since(_ earlier: Instant) -> Span {
        let (difference, overflow) = microseconds.subtractingReportingOverflow(
            earlier.microseconds)
        return Span(microseconds: overflow ? (self < earlier ? .min : .max) : difference)
    }
}

/// A length of time in microseconds; may be negative; arithmetic saturates.
public struct Span: Hashable, Sendable, Comparable {
    public let microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    public static let zero = Span(microseconds: 0)

    /// Whole seconds; saturates.
    public static func seconds(_ count: Int64) -> Span {
        Span(microseconds: Instant(seconds: count).microseconds)
    }

    /// Milliseconds; saturates.
    public static func milliseconds(_ count: Int64) -> Span {
        let (product, overflow) = count.multipliedReportingOverflow(by: 1_000)
        return Span(microseconds: overflow ? (count < 0 ? .min : .max) : product)
    }

    /// The length in seconds with its fraction.
    public var inSeconds: Double { Double(microseconds) / 1_000_000 }

    /// The length in milliseconds, rounded down towards zero.
    public var inMilliseconds: Int64 { microseconds / 1_000 }

    public static func < (left: Span, right: Span) -> Bool {
        left.microseconds < right.microseconds
    }

    public static func + (left: Span, right: Span) -> Span {
        let (sum, overflow) = left.microseconds.addingReportingOverflow(right.microseconds)
        return Span(microseconds: overflow ? (right.microseconds < 0 ? .min : .max) : sum)
    }

    /// `factor` times this length; saturates, and a NaN factor gives zero.
    public func scaled(by factor: Double) -> Span {
        let product = Double(microseconds) * factor
        if product.isNaN { return .zero }
        if product >= 9.2e18 { return Span(microseconds: .max) }
        if product <= -9.2e18 { return Span(microseconds: .min) }
        return Span(microseconds: Int64(product))
    }
}
