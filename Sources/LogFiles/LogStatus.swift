/// How a log stands on disk at one moment; two of them compared tell what happened between.
public struct LogStatus: Hashable, Sendable {
    public enum Presence: Hashable, Sendable {
        /// Nothing has been at the path since the log was opened.
        case missing
        case present
        /// The path is empty again; what was there can still be read until another file appears.
        case deleted
    }

    public var presence: Presence
    /// In bytes.
    public var size: Int64
    /// Counts from 0, one up with each other file or new beginning at the path: offsets of one
    /// generation mean nothing in the next.
    public var generation: Int
    /// Why the last generation began; nil in the first.
    public var reason: NewGeneration?

    public enum NewGeneration: Hashable, Sendable {
        /// The same file became shorter, or was written anew from its start.
        case truncated
        /// Another file stands at the path: rotated, moved over it, or made after a deletion.
        case replaced
    }

    public init(
        presence: Presence, size: Int64, generation: Int = 0, reason: NewGeneration? = nil
    ) {
        self.presence = presence
        self.size = size
        self.generation = generation
        self.reason = reason
    }

    /// What happened from `earlier` to this; nil for nothing.
    public func change(since earlier: LogStatus) -> LogChange? {
        if generation != earlier.generation {
            return reason == .truncated ? .truncated : .replaced
        }
        if presence != earlier.presence {
            switch presence {
            case .present: return earlier.presence == .missing ? .appeared : .replaced
            case .deleted: return .deleted
            case .missing: return nil
            }
        }
        return size > earlier.size ? .grown(byBytes: size - earlier.size) : nil
    }
}

/// What happened to a log.
public enum LogChange: Hashable, Sendable {
    case appeared
    case grown(byBytes: Int64)
    case truncated
    case replaced
    case deleted
}
