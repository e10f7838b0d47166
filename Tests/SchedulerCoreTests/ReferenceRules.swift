import Domain

@testable import SchedulerCore

/// The trigger rules a second time, from their definitions in words: "runs when", "gives up early".
///
/// Looks at each upstream instead of counts, and asks in another order than the machine does.
enum ReferenceRules {
    /// - Parameter upstream: a letter an upstream: S, F, U, K or – (unfinished).
    static func decision(_ rule: TriggerRule, upstream: String) -> TriggerDecision {
        if upstream.isEmpty || rule == .always { return .run }
        let settled = upstream.filter { $0 != "–" }
        let isOpen = settled.count < upstream.count
        func any(_ letters: String) -> Bool { settled.contains { letters.contains($0) } }
        func all(_ letters: String) -> Bool { !isOpen && settled.allSatisfy(letters.contains) }
        let runs: Bool
        /// What gives the task up as soon as it is there, and what it then becomes; in order.
        var early: [(letters: String, TriggerDecision)] = []
        /// What it becomes where all is settled and nothing above applied.
        var late = TriggerDecision.skip
        switch rule {
        case .allSuccess:
            runs = all("S")
            early = [("FU", .upstreamFailed), ("K", .skip)]
        case .allFailed:
            runs = all("FU")
            early = [("SK", .skip)]
        case .allDone, .allDoneSetupSuccess: runs = !isOpen
        case .allDoneMinOneSuccess:
            runs = !isOpen && !any("K") && any("S")
            early = [("K", .skip)]
            late = .upstreamFailed
        case .allSkipped:
            runs = all("K")
            early = [("SFU", .skip)]
        case .oneSuccess:
            runs = any("S")
            late = any("FU") ? .upstreamFailed : .skip
        case .oneFailed: runs = any("FU")
        case .oneDone: runs = any("SF")
        case .noneFailed:
            runs = all("SK")
            early = [("FU", .upstreamFailed)]
        case .noneFailedMinOneSuccess:
            runs = all("SK") && any("S")
            early = [("FU", .upstreamFailed)]
        case .noneSkipped:
            runs = !isOpen && !any("K")
            early = [("K", .skip)]
        case .always: runs = true
        }
        if runs { return .run }
        if let reason = early.first(where: { any($0.letters) }) { return reason.1 }
        return isOpen ? .wait : late
    }

    /// What an upstream in `state` is to the rules.
    static func letter(_ state: TaskState) -> Character {
        switch state {
        case .success: "S"
        case .failed: "F"
        case .upstreamFailed: "U"
        case .skipped: "K"
        default: "–"
        }
    }
}
