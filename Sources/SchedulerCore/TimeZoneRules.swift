public import Domain

/// When the clocks of a zone show what: its offsets from UTC, past and to come.
///
/// Built from the bytes of a TZif file (RFC 9636); the caller finds and reads it. What follows the
/// last transition in the file comes from its footer: 400 years of it are laid out, and later times
/// are folded back, as the Gregorian calendar repeats after 146,097 days.
public struct TimeZoneRules: Hashable, Sendable {
    /// A stretch of time with one offset.
    struct Period: Hashable, Sendable {
        /// Seconds since 1970, the first second of the stretch; `-Self.forever` for the first one.
        var start: Int64
        /// The first second after it; `Self.forever` for the last one.
        var end: Int64
        /// Seconds east of UTC.
        var offset: Int64

        /// Beyond every instant, with room to add offsets.
        static let forever = Int64(1) << 60
    }

    /// The seconds after which the calendar repeats: 146,097 days, a whole number of weeks.
    private static let cycle = Int64(146_097) * 86_400

    /// The zone's name as the caller gave it, such as `Europe/Berlin`.
    public let name: String
    /// Starts of the periods after the first, ascending; each changes the offset.
    private let starts: [Int64]
    /// Offsets of the periods; one more than `starts`.
    private let offsets: [Int64]
    /// From here on the periods repeat after a cycle; nil where the last one lasts for ever.
    private let repeatsFrom: Int64?

    /// Coordinated Universal Time.
    public static let utc = TimeZoneRules(name: "UTC", first: 0, changes: [], repeatsFrom: nil)

    /// - Parameters:
    ///   - changes: ascending by time; those that keep the offset are dropped.
    ///   - repeatsFrom: a time after which the changes repeat, at least a cycle and a year before
    ///     the last change.
    init(
        name: String, first: Int64, changes: [(at: Int64, offset: Int64)], repeatsFrom: Int64?
    ) {
        self.name = name
        self.repeatsFrom = repeatsFrom
        var starts: [Int64] = []
        var offsets = [first]
        for change in changes where change.offset != offsets[offsets.count - 1] {
            starts.append(change.at)
            offsets.append(change.offset)
        }
        (self.starts, self.offsets) = (starts, offsets)
    }

    /// Seconds east of UTC at `instant`.
    public func offset(at instant: Instant) -> Int {
        Int(period(at: instant.seconds).offset)
    }

    /// What a clock in the zone shows at `instant`.
    public func civilTime(at instant: Instant) -> CivilTime {
        let seconds = instant.seconds
        return CivilTime(secondsSinceEpoch: seconds + period(at: seconds).offset)
    }

    /// The stretch of one offset that holds `seconds`. O(log transitions).
    func period(at seconds: Int64) -> Period {
        var shift: Int64 = 0
        if let repeatsFrom, seconds >= repeatsFrom + Self.cycle {
            shift = (seconds - repeatsFrom) / Self.cycle * Self.cycle
        }
        let folded = seconds - shift
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= folded { low = middle + 1 } else { high = middle }
        }
        return Period(
            start: low == 0 ? -Period.forever : starts[low - 1] + shift,
            end: low == starts.count ? Period.forever : starts[low] + shift,
            offset: offsets[low])
    }
}

/// Why the bytes of a zone file were refused.
public struct TimeZoneError: UserFacingError, Hashable {
    public var problem: String
    public var remedy: String
}
