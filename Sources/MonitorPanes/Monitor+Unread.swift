import Domain
import PaneKit

/// A run asked for before its pipeline's file was read, so that nobody knows its parameters yet.
struct AwaitedTrigger: Hashable, Sendable {
    var pipeline: PipelineName
    /// The words after `trigger` on the `:` line; nil: the key was pressed.
    var arguments: [String]?

    init(_ pipeline: PipelineName, arguments: [String]?) {
        self.pipeline = pipeline
        self.arguments = arguments
    }
}

// What is done to pipelines whose files are still to be read.
extension Monitor {
    /// Takes note of a run that is made as soon as its pipeline is read; once, however often the
    /// key is pressed meanwhile.
    static func wait(_ state: inout State, _ trigger: AwaitedTrigger) -> Requests {
        if !state.model.awaitedTriggers.contains(trigger) {
            state.model.awaitedTriggers.append(trigger)
        }
        return say("\(trigger.pipeline) is still to be read: it is triggered as soon as it is.")
    }

    /// Makes the runs whose pipelines have been read by now; says which have turned out to be gone.
    static func startAwaited(_ state: inout State) -> Requests {
        guard !state.model.awaitedTriggers.isEmpty else { return [] }
        var requests: Requests = []
        let awaited = state.model.awaitedTriggers
        state.model.awaitedTriggers = []
        for trigger in awaited {
            switch state.model.pipelines.first(where: { $0.name == trigger.pipeline }) {
            case nil:
                let words = "\(trigger.pipeline) was not triggered: its file is gone."
                requests.append(.notice(Notice(.error, words)))
            case let row? where !row.isRead: state.model.awaitedTriggers.append(trigger)
            case .some:
                if let arguments = trigger.arguments {
                    requests += Monitor.trigger(&state, arguments)
                } else {
                    requests += Monitor.trigger(&state, trigger.pipeline)
                }
            }
        }
        return requests
    }
}
