public import Screen

/// What a pane or the shell can be told to do; the raw value is the action's name in `:`, in the
/// palette and in key files.
public protocol NamedAction: RawRepresentable, CaseIterable, Hashable, Sendable
where RawValue == String {}

/// Keys that call an action, and the words that help and key bar show for it.
public struct Binding<Action: NamedAction>: Sendable {
    public let sequences: [KeySequence]
    public let action: Action
    /// Two or three words: `open log`.
    public let title: String
    /// Whether the key bar shows it; help shows all.
    public let isInKeyBar: Bool

    /// Binds `keys`, each as ``KeySequence/init(text:)`` reads it.
    ///
    /// - Precondition: each of `keys` is a key sequence; bindings are written in code.
    public init(_ keys: [String], _ action: Action, _ title: String, inKeyBar: Bool = false) {
        sequences = keys.map { text in
            guard let sequence = KeySequence(text: text) else {
                preconditionFailure("'\(text)' is no key sequence")
            }
            return sequence
        }
        self.action = action
        self.title = title
        isInKeyBar = inKeyBar
    }
}

/// What a keymap says to the keys pressed so far.
public enum KeyMatch<Action: NamedAction>: Equatable, Sendable {
    case matched(Action)
    /// The keys begin a longer sequence.
    case pending
    case unknown
}

/// The bindings of one context, looked up by the keys pressed.
public struct Keymap<Action: NamedAction>: Sendable {
    public let bindings: [Binding<Action>]
    private let actions: [[Key]: Action]
    private let prefixes: Set<[Key]>

    public init(_ bindings: [Binding<Action>]) {
        self.bindings = bindings
        var actions: [[Key]: Action] = [:]
        var prefixes: Set<[Key]> = []
        for binding in bindings {
            for sequence in binding.sequences where actions[sequence.keys] == nil {
                actions[sequence.keys] = binding.action
                for length in 1..<max(1, sequence.keys.count) {
                    prefixes.insert(Array(sequence.keys.prefix(length)))
                }
            }
        }
        self.actions = actions
        self.prefixes = prefixes
    }

    public func match(_ keys: [Key]) -> KeyMatch<Action> {
        if let action = actions[keys] { return .matched(action) }
        return prefixes.contains(keys) ? .pending : .unknown
    }

    /// The first key sequence bound to `action`, as help shows it.
    public func label(of action: Action) -> String? {
        bindings.first { $0.action == action }?.sequences.first?.label
    }
}
