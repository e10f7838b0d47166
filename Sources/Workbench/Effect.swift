public import MonitorPanes
public import PlanPanes
public import ProfilePanes
public import QualityPanes
public import QueryPanes
public import TransformPanes

/// What the workbench wants done in the world: the effects of its modules, performed off the UI
/// loop and answered by a ``Message``, and what the loop does itself.
public enum Effect: Hashable, Sendable {
    case monitor(Monitor.Effect)
    case profile(Profile.Effect)
    case query(QueryDesk.Effect)
    case plan(PlanDesk.Effect)
    case quality(QualityDesk.Effect)
    case transform(TransformDesk.Effect)
    case copy(String)
    case showTheme(String)
    /// The terminal's bell.
    case ring
    /// A message every second while something on screen counts time.
    case setTicking(Bool)
    case repaint
    case suspend
    case quit
    /// As `quit`, but what runs goes on without a screen.
    case quitKeepingRuns
}
