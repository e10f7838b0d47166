public import Screen

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
public enum KeyMatch<Action: Hashable & Sendable>: Equatable, Sendable {
    case matched(Action)
    /// The keys begin a longer sequence.
    case pending
    case unknown
}

/// The bindings of one context as its code writes them; what is looked up while the program runs is
/// the ``KeyTable`` made from it, which the user's key file may have changed.
public struct Keymap<Action: NamedAction>: Sendable {
    public let bindings: [Binding<Action>]
    /// The same without the action's type.
    public let table: KeyTable

    public init(_ bindings: [Binding<Action>]) {
        self.bindings = bindings
        table = KeyTable(
            bindings.map { binding in
                KeyTable.Row(
                    action: binding.action.rawValue, title: binding.title,
                    sequences: binding.sequences, isInKeyBar: binding.isInKeyBar)
            })
    }

    /// What `keys` mean by these bindings.
    public func match(_ keys: [Key]) -> KeyMatch<Action> {
        switch table.match(keys) {
        case .matched(let name): Action(rawValue: name).map { .matched($0) } ?? .unknown
        case .pending: .pending
        case .unknown: .unknown
        }
    }

    /// The first key sequence bound to `action`, as help shows it.
    public func label(of action: Action) -> String? { table.label(of: action.rawValue) }
}
