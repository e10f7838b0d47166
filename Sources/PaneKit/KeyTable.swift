public import Screen

/// The keys of one context by the names of their actions: what help, key bar, `:` line, palette, key
/// reference and key files are made from.
public struct KeyTable: Hashable, Sendable {
    /// An action and its keys.
    public struct Row: Hashable, Sendable {
        /// The action's name; a table has it once.
        public let action: String
        /// Two or three words for help.
        public let title: String
        /// None: the action is reached by its name alone.
        public var sequences: [KeySequence]
        /// Whether the key bar shows it.
        public let isInKeyBar: Bool

        public init(
            action: String, title: String, sequences: [KeySequence], isInKeyBar: Bool = false
        ) {
            self.action = action
            self.title = title
            self.sequences = sequences
            self.isInKeyBar = isInKeyBar
        }
    }

    /// In the order of help.
    public let rows: [Row]
    private let actions: [[Key]: String]
    private let prefixes: Set<[Key]>

    /// A key sequence that stands in several rows belongs to the first.
    public init(_ rows: [Row]) {
        self.rows = rows
        var actions: [[Key]: String] = [:]
        var prefixes: Set<[Key]> = []
        for row in rows {
            for sequence in row.sequences where actions[sequence.keys] == nil {
                actions[sequence.keys] = row.action
                for length in 1..<max(1, sequence.keys.count) {
                    prefixes.insert(Array(sequence.keys.prefix(length)))
                }
            }
        }
        self.actions = actions
        self.prefixes = prefixes
    }

    /// The name of the action that `keys` call.
    public func match(_ keys: [Key]) -> KeyMatch<String> {
        if let action = actions[keys] { return .matched(action) }
        return prefixes.contains(keys) ? .pending : .unknown
    }

    /// The first key sequence bound to the action of that name, as help shows it.
    public func label(of action: String) -> String? {
        row(of: action)?.sequences.first?.label
    }

    /// The row of the action of that name.
    public func row(of action: String) -> Row? { rows.first { $0.action == action } }

    /// Two sequences of which one hides the other, because it is the same or begins it.
    public struct Conflict: Hashable, Sendable {
        public let sequence: KeySequence
        public let action: String
        /// What is hidden by it.
        public let hidden: KeySequence
        public let hiddenAction: String
    }

    /// Every pair of sequences of which the second can never be typed. O(rows²).
    public var conflicts: [Conflict] {
        let all = rows.flatMap { row in row.sequences.map { (row.action, $0) } }
        var found: [Conflict] = []
        for (index, (action, sequence)) in all.enumerated() {
            for (other, (hiddenAction, hidden)) in all.enumerated() where other != index {
                let isSame = hidden.keys == sequence.keys
                guard isSame ? other > index : hidden.keys.starts(with: sequence.keys) else {
                    continue
                }
                found.append(
                    Conflict(
                        sequence: sequence, action: action, hidden: hidden,
                        hiddenAction: hiddenAction))
            }
        }
        return found
    }
}
