public import Domain

extension RunRow {
    /// The run in a list: when (only the time where it is of today), and why it was made.
    public func listName(_ clock: LocalClock) -> String {
        let time = clock.civilTime(logicalDate)
        let isToday = time.isoDate == clock.civilTime(clock.now).isoDate
        let when =
            isToday ? time.clockText : time.isoDate.dropFirst(5) + " " + time.clockText.prefix(5)
        return when + " " + trigger.rawValue.replacing("_", with: " ")
    }
}
