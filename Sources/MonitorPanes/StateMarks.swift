import Domain
import Screen

/// How a state is told: a glyph for those who see shapes, a role for those who see colours.
struct StateMark: Hashable, Sendable {
    let glyph: String
    /// The glyph where only ASCII can be shown.
    let letter: String
    let role: Role

    func text(_ charset: Charset) -> String { charset == .unicode ? glyph : letter }
}

extension TaskState {
    var mark: StateMark {
        switch self {
        case .none: StateMark(glyph: "·", letter: ".", role: .stateNone)
        case .scheduled: StateMark(glyph: "○", letter: "o", role: .stateQueued)
        case .queued: StateMark(glyph: "◎", letter: "O", role: .stateQueued)
        case .running: StateMark(glyph: "▶", letter: ">", role: .stateRunning)
        case .restarting: StateMark(glyph: "↺", letter: "R", role: .stateRetry)
        case .upForRetry: StateMark(glyph: "↻", letter: "r", role: .stateRetry)
        case .upForReschedule, .deferred: StateMark(glyph: "◌", letter: "w", role: .stateQueued)
        case .success: StateMark(glyph: "✓", letter: "+", role: .stateSuccess)
        case .skipped: StateMark(glyph: "»", letter: "s", role: .stateSkipped)
        case .failed: StateMark(glyph: "✗", letter: "x", role: .stateFailed)
        case .upstreamFailed: StateMark(glyph: "⊘", letter: "/", role: .stateUpstreamFailed)
        case .removed: StateMark(glyph: "-", letter: "-", role: .stateNone)
        }
    }

    /// The state in words, as lists and help show it.
    var words: String {
        self == .none ? "not started" : rawValue.replacing("_", with: " ")
    }
}

extension RunState {
    var mark: StateMark {
        switch self {
        case .queued: StateMark(glyph: "○", letter: "o", role: .stateQueued)
        case .running: StateMark(glyph: "▶", letter: ">", role: .stateRunning)
        case .success: StateMark(glyph: "✓", letter: "+", role: .stateSuccess)
        case .failed: StateMark(glyph: "✗", letter: "x", role: .stateFailed)
        case .cancelled: StateMark(glyph: "⊘", letter: "/", role: .stateSkipped)
        }
    }
}
