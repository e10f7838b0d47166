/// What is done beside the work when a task or a run comes to a certain point. Its own failure
/// never changes any state.
public struct Hook: Hashable, Sendable {
    /// When it is done.
    public enum Occasion: String, Hashable, Sendable, CaseIterable {
        case success = "on_success"
        /// No retry is left; not for tasks that never ran because of others.
        case failure = "on_failure"
        /// An attempt failed and another follows.
        case retry = "on_retry"
        /// The task skipped itself.
        case skipped = "on_skipped"
        /// The run is not done at its deadline.
        case deadline = "on_deadline"
    }

    public enum Action: Hashable, Sendable {
        /// A command for `/bin/sh -c`; a template.
        case command(String)
        /// A JSON object by HTTP POST to this URL; a template.
        case webhook(String)
        /// The terminal's bell.
        case bell
        /// A message in the workbench; a template.
        case toast(String)
    }

    public var occasion: Occasion
    public var action: Action

    public init(_ occasion: Occasion, _ action: Action) {
        self.occasion = occasion
        self.action = action
    }
}
