import Domain
import Synchronization

/// The pipelines' definitions that were read last: they never change once they are kept, and
/// reading one of a thousand tasks takes longer than reading the rows of its tasks.
final class DefinitionCache: Sendable {
    private struct Entry {
        var id: Int64
        var pipeline: Pipeline
    }

    private static let limit = 16
    /// The one used last comes last.
    private let entries = Mutex<[Entry]>([])

    /// The definition `id` as it was read before; nil where it is to be read.
    subscript(id: Int64) -> Pipeline? {
        entries.withLock { entries in
            guard let index = entries.lastIndex(where: { $0.id == id }) else { return nil }
            let entry = entries.remove(at: index)
            entries.append(entry)
            return entry.pipeline
        }
    }

    func keep(_ pipeline: Pipeline, as id: Int64) {
        entries.withLock { entries in
            entries.removeAll { $0.id == id }
            if entries.count >= Self.limit { entries.removeFirst() }
            entries.append(Entry(id: id, pipeline: pipeline))
        }
    }
}
