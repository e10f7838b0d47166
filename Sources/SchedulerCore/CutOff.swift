public import Domain

/// Tasks that were kept from their work, or taken from it, because their run was to end.
///
/// They are skipped, as those are that their rules leave out, and tell why in their note.
public enum CutOff {
    private static let cancelled = "cancelled by "
    private static let timedOut = "the run timed out after "

    static func note(cancelledBy person: String) -> String { cancelled + person }

    static func note(timeout: Span?) -> String {
        timedOut + (timeout?.durationText ?? "its time")
    }

    /// Whether a task with that note was ended, or kept from beginning, by that person's cancel.
    public static func isCancel(by person: String, note: String?) -> Bool {
        note == cancelled + person
    }

    /// Whether a task in that state with that note is one.
    public static func holds(_ state: TaskState, note: String?) -> Bool {
        guard state == .skipped, let note else { return false }
        return note.hasPrefix(cancelled) || note.hasPrefix(timedOut)
    }
}
