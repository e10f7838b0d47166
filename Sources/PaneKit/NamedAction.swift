/// What a pane or the shell can be told to do; the raw value is the action's name in `:`, in the
/// palette and in key files.
public protocol NamedAction: RawRepresentable, CaseIterable, Hashable, Sendable
where RawValue == String {}

/// A pane's name in key files, in `:` and in help: `runs`, `query`.
public struct PaneName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let name: String

    public init(_ name: String) { self.name = name }
    public init(stringLiteral value: String) { name = value }

    public var description: String { name }
}
