public import MonitorPanes
public import PaneKit
public import PlanPanes
public import ProfilePanes
public import QualityPanes
public import QueryPanes
public import Screen
public import TransformPanes

/// Everything that can happen to the workbench.
public enum Message: Sendable {
    case key(Key)
    case resized(Size)
    /// The time of day; sent with each batch of messages, so that `update` needs no clock.
    case clock(LocalClock)
    case monitor(Monitor.Answer)
    case profile(Profile.Answer)
    case query(QueryDesk.Answer)
    case plan(PlanDesk.Answer)
    case quality(QualityDesk.Answer)
    case transform(TransformDesk.Answer)
    /// The store holds something new.
    case storeAdvanced
    case notice(Notice)
    /// Something could not be done; `effect` is what had asked for it.
    case failed(problem: String, remedy: String, effect: Effect? = nil)
    /// A sentence that stays in the title bar while it is true; nil when it no longer is.
    case alarm(String?)
    /// The key files have changed.
    case keysLoaded(KeyTables)
    /// The themes have changed; these can be chosen.
    case themesLoaded([String])
    /// A hook rings the terminal's bell.
    case ring
}
