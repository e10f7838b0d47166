import Domain
import SchedulerCore

/// An outcome in the three columns of the `attempts` table.
struct OutcomeColumns {
    var word: String
    var code: Int32?
    var reason: String?

    init(word: String, code: Int32?, reason: String?) {
        (self.word, self.code, self.reason) = (word, code, reason)
    }

    init(_ outcome: AttemptOutcome) {
        switch outcome {
        case .exited(let code): (word, self.code) = ("exited", code)
        case .signalled(let number): (word, code) = ("signalled", number)
        case .notStarted(let reason): (word, self.reason) = ("not_started", reason)
        case .lost: word = "lost"
        case .rejected(let reason): (word, self.reason) = ("rejected", reason)
        case .unchanged: word = "unchanged"
        case .failed(let reason): (word, self.reason) = ("failed", reason)
        }
    }

    /// The outcome that the columns hold; nil where there is none yet.
    static func outcome(word: String?, code: Int32?, reason: String?) -> AttemptOutcome? {
        switch word {
        case "exited": .exited(code: code ?? 0)
        case "signalled": .signalled(number: code ?? 0)
        case "not_started": .notStarted(reason: reason ?? "")
        case "lost": .lost
        case "rejected": .rejected(reason: reason ?? "")
        case "unchanged": .unchanged
        case "failed": .failed(reason: reason ?? "")
        default: nil
        }
    }
}
