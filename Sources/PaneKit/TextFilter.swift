/// What was typed to leave rows of a list out: those that hold the text stay, after a leading `!`
/// the others. Case does not count; an empty text lets all pass.
public struct TextFilter: Hashable, Sendable {
    public let text: String
    private let wanted: String
    private let isInverted: Bool

    public init(_ text: String = "") {
        self.text = text
        isInverted = text.hasPrefix("!")
        wanted = (isInverted ? String(text.dropFirst()) : text).lowercased()
    }

    /// Whether every row passes.
    public var isEmpty: Bool { wanted.isEmpty }

    /// Whether a row that says `text` is shown; O(length), and nothing while the filter is empty.
    public func passes(_ text: @autoclosure () -> String) -> Bool {
        wanted.isEmpty || text().lowercased().contains(wanted) != isInverted
    }
}
