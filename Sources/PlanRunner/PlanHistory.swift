public import Domain
import Foundation
import JSONText
public import QueryPlans
import WholeFiles

/// The plans of earlier runs, kept by the fingerprint of their query, so that a plan that changed
/// is found.
///
/// A file a query (`plans/<fingerprint>.jsonl`, mode 0600), a line a run; the last 50 are kept.
public struct PlanHistory {
    /// One run of a query.
    public struct Entry {
        public var at: Instant
        /// The connection as it was named; never with a secret.
        public var connection: String
        public var plan: QueryPlan
        /// Whether its plan differs from that of the run before on the same connection.
        public var isChanged: Bool
    }

    /// All runs of one query, the oldest first.
    public struct Query {
        public var fingerprint: String
        /// With `?` for its values.
        public var text: String
        public var entries: [Entry]

        /// How often the plan changed from one run to the next.
        public var changes: Int { entries.count { $0.isChanged } }
    }

    private static let keptRuns = 50
    private let folder: String

    /// The history below a state folder.
    public init(stateFolder: String) { folder = stateFolder + "/plans" }

    /// Adds a run.
    ///
    /// - Returns: The run before it on the same connection, where there is one.
    /// - Throws: Where the folder cannot be made or written.
    @discardableResult
    public func add(_ plan: QueryPlan, connection: String, at now: Instant) throws -> Entry? {
        let files = FileManager.default
        let fingerprint = QueryFingerprint(plan.query)
        try files.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let path = file(fingerprint.text)
        let earlier = files.contents(atPath: path).map { lines($0) } ?? []
        let line = JSONValue.object([
            "at_us": .integer(now.microseconds), "connection": .string(connection),
            "plan": plan.json,
        ]).text
        let kept = (earlier + [line]).suffix(Self.keptRuns).joined(separator: "\n") + "\n"
        try DraftFile.write(kept, to: path)
        return entries(earlier).last { $0.connection == connection }
    }

    /// The runs of the query with that fingerprint, or a beginning of it.
    public func query(_ fingerprint: String) -> Query? {
        names.first { $0.hasPrefix(fingerprint) }.flatMap(read)
    }

    /// All queries, the one that ran last first.
    public func queries() -> [Query] {
        names.compactMap(read).sorted {
            ($0.entries.last?.at.microseconds ?? 0) > ($1.entries.last?.at.microseconds ?? 0)
        }
    }

    private var names: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()
    }

    private func file(_ fingerprint: String) -> String { folder + "/" + fingerprint + ".jsonl" }

    private func lines(_ data: Data) -> [String] {
        String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func read(_ fingerprint: String) -> Query? {
        guard let data = FileManager.default.contents(atPath: file(fingerprint)) else { return nil }
        let entries = entries(lines(data))
        guard let last = entries.last else { return nil }
        return Query(
            fingerprint: fingerprint, text: QueryFingerprint(last.plan.query).query,
            entries: entries)
    }

    /// Lines that cannot be read (a newer version's) are left out.
    private func entries(_ lines: [String]) -> [Entry] {
        var last: [String: QueryPlan] = [:]
        return lines.compactMap { line in
            guard let json = try? JSONValue(reading: Array(line.utf8)),
                let at = json["at_us"]?.double, let connection = json["connection"]?.string,
                let plan = json["plan"].flatMap({ try? QueryPlan(reading: $0) })
            else { return nil }
            let before = last.updateValue(plan, forKey: connection)
            return Entry(
                at: Instant(microseconds: Int64(at)), connection: connection, plan: plan,
                isChanged: before.map { $0.shape != plan.shape } ?? false)
        }
    }
}
