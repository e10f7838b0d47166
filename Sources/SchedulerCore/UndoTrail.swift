/// What a person did, for those who take it back: step by step, as far back as it goes.
///
/// Taking something back is an event like any other, so that the audit trail has it; by whom it is
/// says that it was an undo. Walking back, each such event and the act it belongs to are passed over
/// together.
public enum UndoTrail {
    private static let mark = " (undo)"
    /// How many of the newest things that all people did are looked through.
    public static let limit = 2_000

    /// Whom the audit trail names for what an undo of `person` does.
    public static func name(of person: String) -> String { person + mark }

    /// The newest thing that `person` did and has not taken back.
    ///
    /// - Parameter events: newest first, of all people.
    public static func newestAct(
        of person: String, in events: some Sequence<SchedulerEvent>
    ) -> SchedulerEvent? {
        let undo = name(of: person)
        var takenBack = 0
        // One undo may take several events, which then happen at one instant.
        var lastUndo: SchedulerEvent?
        for event in events {
            if event.person == undo {
                if lastUndo?.instant != event.instant { takenBack += 1 }
                lastUndo = event
            } else if event.person == person {
                guard takenBack > 0 else { return event }
                takenBack -= 1
                lastUndo = nil
            }
        }
        return nil
    }
}
