import Domain

/// The windows of time in which a microbatch model is built: §6.
public struct Microbatch: Sendable {
    /// One batch: from `start`, before `end`; texts `YYYY-MM-DD HH:MM:SS` in UTC.
    public struct Window: Hashable, Sendable {
        public var start: String
        public var end: String
    }

    public enum Size: String, Hashable, Sendable {
        case hour, day, month, year
    }

    public let eventTime: String
    public let size: Size
    private let begin: CivilTime
    private let lookback: Int

    /// More windows than this are refused: a wrong `begin` is likelier than a million batches.
    static let most = 100_000

    /// - Throws: which configuration is missing or wrong.
    public init(_ config: ConfigMap) throws(Incremental.Refusal) {
        guard let eventTime = config["event_time"]?.string else {
            throw Self.refusal("the strategy microbatch needs event_time", "Name the column.")
        }
        guard let size = config["batch_size"]?.string.flatMap(Size.init(rawValue:)) else {
            let written = config["batch_size"]?.text
            throw Self.refusal(
                written.map { "'\($0)' is no batch_size" }
                    ?? "the strategy microbatch needs batch_size",
                "Write hour, day, month or year.")
        }
        guard let text = config["begin"]?.text, let begin = Self.time(text) else {
            throw Self.refusal(
                "the strategy microbatch needs begin, a date", "Write begin='2024-01-01'.")
        }
        self.eventTime = eventTime
        self.size = size
        self.begin = begin
        lookback = max(0, config["lookback"]?.int ?? 1)
    }

    private static func refusal(_ message: String, _ remedy: String) -> Incremental.Refusal {
        Incremental.Refusal(message: message, remedy: remedy)
    }

    static func time(_ text: String) -> CivilTime? {
        for pattern in ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"] {
            if let time = DateText.parse(String(text.prefix(19)), pattern) { return time }
        }
        return nil
    }

    /// The batches of a run, oldest first.
    ///
    /// - Parameters:
    ///   - now: the time of the run.
    ///   - isFirst: whether everything from `begin` on is built.
    ///   - newest: the newest event in the table; given, a gap since then is filled too.
    ///   - start, end: `--event-time-start` and `--event-time-end`, which come together.
    public func windows(
        now: String, isFirst: Bool, newest: String? = nil, start: String? = nil,
        end: String? = nil
    ) throws(Incremental.Refusal) -> [Window] {
        guard let current = Self.time(now) else {
            throw Self.refusal("'\(now)' is no time", "Give the time of the run.")
        }
        var from = isFirst ? begin : moved(floor(current), by: -lookback)
        var until = moved(floor(current), by: 1)
        if let newest, let time = Self.time(newest), !isFirst { from = min(from, floor(time)) }
        if let start, let end {
            guard let first = Self.time(start), let last = Self.time(end), first < last else {
                throw Self.refusal(
                    "'\(start)' to '\(end)' is no span of time", "Write two dates in order.")
            }
            from = first
            until = floor(last) == last ? last : moved(floor(last), by: 1)
        } else {
            from = max(from, begin)
        }
        var result: [Window] = []
        var place = floor(from)
        while place < until {
            let next = moved(place, by: 1)
            guard result.count < Self.most, next > place else {
                throw Self.refusal(
                    "more than \(Self.most) batches", "Choose a later begin or larger batches.")
            }
            result.append(Window(start: Self.text(place), end: Self.text(next)))
            place = next
        }
        return result
    }

    static func text(_ time: CivilTime) -> String {
        DateText.format(time, "%Y-%m-%d %H:%M:%S")
    }

    /// The start of the batch that holds `time`.
    private func floor(_ time: CivilTime) -> CivilTime {
        switch size {
        case .hour:
            CivilTime(year: time.year, month: time.month, day: time.day, hour: time.hour)
        case .day: CivilTime(year: time.year, month: time.month, day: time.day)
        case .month: CivilTime(year: time.year, month: time.month, day: 1)
        case .year: CivilTime(year: time.year, month: 1, day: 1)
        }
    }

    private func moved(_ time: CivilTime, by count: Int) -> CivilTime {
        let other = Self.moved(time, by: count, of: size)
        return size == .month || size == .year ? floor(other) : other
    }

    /// The time `count` units later; a day that the month does not have becomes its last.
    static func moved(_ time: CivilTime, by count: Int, of size: Size) -> CivilTime {
        let count = max(-1_000_000, min(1_000_000, count))
        switch size {
        case .hour, .day:
            let unit: Int64 = size == .hour ? 3_600 : 86_400
            return CivilTime(secondsSinceEpoch: time.secondsSinceEpoch + Int64(count) * unit)
        case .month, .year:
            let total = time.year * 12 + time.month - 1 + (size == .year ? count * 12 : count)
            let year = total >= 0 ? total / 12 : (total - 11) / 12
            let month = ((total % 12) + 12) % 12 + 1
            return CivilTime(
                year: year, month: month,
                day: min(time.day, CivilTime.days(inMonth: month, of: year)), hour: time.hour,
                minute: time.minute, second: time.second)
        }
    }

    /// The statements that replace the rows of one window.
    public func statements(
        _ window: Window, target: RelationName, source: String, columns: [String]
    ) -> [String] {
        let names = columns.map(SQLText.quoted).joined(separator: ", ")
        return [
            "delete from \(target.sql) where "
                + Self.condition(eventTime, window, target.dialect),
            "insert into \(target.sql) (\(names)) select \(names) from \(source)",
        ]
    }

    /// `time >= start and time < end`, comparing texts: a bare date is the start of its day.
    static func condition(
        _ column: String, _ window: Window, _ dialect: SQLDialect
    ) -> String {
        let name = dialect.time(Incremental.column(column))
        return "\(name) >= \(dialect.moment(window.start)) and "
            + "\(name) < \(dialect.moment(window.end))"
    }
}
