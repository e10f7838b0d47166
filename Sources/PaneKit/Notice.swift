public import Domain
public import Screen

/// A sentence for the user, shown once and kept in the history.
public struct Notice: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case info, success, warning, error }

    public var kind: Kind
    public var text: String

    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// A failure and what to do about it, each a sentence: words of engines and systems come
    /// without a full stop.
    public static func failure(problem: String, remedy: String) -> Notice {
        let sentences = [problem, remedy].filter { !$0.isEmpty }.map { text in
            ".!?…:".contains(text.last ?? ".") ? text : text + "."
        }
        return Notice(.error, sentences.joined(separator: " "))
    }
}

extension Notice.Kind {
    public var role: Role {
        switch self {
        case .info: .info
        case .success: .stateSuccess
        case .warning: .warning
        case .error: .error
        }
    }

    /// The kind as a word before the text, since colour alone tells nobody.
    public var word: String {
        switch self {
        case .info, .success: ""
        case .warning: "Warning: "
        case .error: "Error: "
        }
    }
}

/// The newest notices, newest last; at most 200 are kept.
public struct NoticeHistory: Sendable {
    /// A notice and when it came.
    public struct Entry: Hashable, Sendable {
        public var notice: Notice
        public var at: Instant
    }

    public private(set) var entries: [Entry] = []
    /// Whether the newest one is still on show; any key takes it away.
    public var isShowing = false

    public init() {}

    public mutating func add(_ notice: Notice, at: Instant) {
        entries.append(Entry(notice: notice, at: at))
        if entries.count > 200 { entries.removeFirst(entries.count - 200) }
        isShowing = true
    }
}
