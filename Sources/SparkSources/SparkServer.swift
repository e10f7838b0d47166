import Foundation
public import SparkLog

/// A History Server or the UI of a running driver, read through its REST API.
///
/// What the API tells becomes lines of an event log, read by the same reader: one model, whatever
/// the source. It tells less than a log: totals of a plan's nodes but not which stage had which, so
/// rules that need that stay silent; a History Server can give the log itself.
public struct SparkServer: Sendable {
    private let client: HTTPClient
    /// It is held in memory; a log of this size is read from its file.
    private static let longestArchive = 512 << 20

    /// An application that the server knows.
    public struct Entry: Hashable, Sendable {
        public var id: String
        public var name: String
        /// The newest attempt, on YARN in cluster mode.
        public var attempt: String?
        public var isCompleted: Bool
    }

    /// - Parameter url: `http://host:18080` or the address of any page of the UI.
    /// - Throws: ``RemoteError`` where it is no such address.
    public init(url: String) throws(RemoteError) {
        if url.lowercased().hasPrefix("https://") { throw .encrypted(url) }
        guard let client = HTTPClient(url: url) else { throw .badAddress(url) }
        self.client = client
    }

    /// The applications that the server knows, in its order: the newest first.
    public func applications() throws(RemoteError) -> [Entry] {
        let list = try objects("/applications")
        return list.compactMap { object in
            guard let id = object["id"] as? String else { return nil }
            let attempts = object["attempts"] as? [[String: Any]] ?? []
            return Entry(
                id: id, name: object["name"] as? String ?? "",
                attempt: attempts.first?["attemptId"] as? String,
                isCompleted: attempts.first?["completed"] as? Bool ?? false)
        }
    }

    /// Reads one application; without an id the newest.
    ///
    /// A History Server hands out the event log itself, which tells everything; a driver, and a
    /// server that refuses, is asked for what its API tells.
    public func application(_ id: String? = nil) throws(RemoteError) -> SparkApplication {
        let known = try applications()
        let found = id == nil ? known.first : known.first { $0.id == id }
        guard let entry = found else { throw .noApplication(id, known: known.map(\.id)) }
        var path = "/applications/" + Self.escaped(entry.id)
        if let attempt = entry.attempt { path += "/" + Self.escaped(attempt) }
        if let bytes = try? client.get("/api/v1" + path + "/logs", atMost: Self.longestArchive),
            let log = try? ServerArchive(bytes)?.load()?.mainApplication, log.reading.events > 0
        {
            return log
        }
        let list = try objects("/applications").first { $0["id"] as? String == entry.id } ?? [:]
        var lines = RESTLines(application: list)
        lines.environment(try object(path + "/environment"))
        lines.executors(try objects(path + "/allexecutors"))
        let queries =
            (try? objects(
                path + "/sql?details=true&planDescription=false&offset=0&length=100000")) ?? []
        lines.jobs(try objects(path + "/jobs"), queries: queries)
        lines.stages(try objects(path + "/stages?details=true&withSummaries=false"))
        lines.end()
        var reader = EventLogReader()
        for line in lines.lines {
            guard let data = try? JSONSerialization.data(withJSONObject: line) else { continue }
            reader.feed(Array(data) + [0x0A])
        }
        reader.finish()
        return reader.currentApplication
    }

    private func objects(_ path: String) throws(RemoteError) -> [[String: Any]] {
        guard let list = try json(path) as? [[String: Any]] else {
            throw .wrong(path: path, what: "a list was expected")
        }
        return list
    }

    private func object(_ path: String) throws(RemoteError) -> [String: Any] {
        guard let object = try json(path) as? [String: Any] else {
            throw .wrong(path: path, what: "an object was expected")
        }
        return object
    }

    private func json(_ path: String) throws(RemoteError) -> Any {
        let body = try client.get("/api/v1" + path)
        do {
            return try JSONSerialization.jsonObject(with: Data(body))
        } catch {
            throw .wrong(path: path, what: "it is no JSON")
        }
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(
            withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-_.")))
            ?? ""
    }
}
