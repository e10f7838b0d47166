public import Domain
public import SparkLog

/// A History Server or the UI of a running driver, read through its REST API.
///
/// What the API tells becomes lines of an event log, read by the same reader: one model, whatever
/// the source. It tells less than a log, which a History Server hands out whole; what is missing is
/// told in ``SparkLogFacts/notTold``.
public struct SparkServer: Sendable {
    private let source: RESTSource
    /// It is held in memory; a log of this size is read from its file.
    private static let longestArchive = 512 << 20

    /// One attempt of an application that the server knows.
    public struct Entry: Hashable, Sendable {
        public var id: String
        public var name: String
        /// On YARN in cluster mode.
        public var attempt: String?
        public var isCompleted: Bool
        public var sparkVersion: String?
        public var user: String?
        public var startedAt: Instant?
        /// Nil where it goes on.
        public var endedAt: Instant?
        /// The address by which it is opened.
        public var url: String
    }

    /// The application whose page the address is, if it is one's.
    public var application: String? { source.client.address.application }

    /// - Parameter url: `http://host:18080` or the address of any page of the UI.
    /// - Throws: ``RemoteError`` where it is no such address.
    public init(url: String) throws(RemoteError) {
        if url.lowercased().hasPrefix("https://") { throw .encrypted(url) }
        guard let address = ServerAddress(url: url) else { throw .badAddress(url) }
        source = RESTSource(client: HTTPClient(address))
    }

    /// Whether a text that names a log is the address of a server.
    public static func isAddress(_ text: String) -> Bool {
        let start = text.prefix(8).lowercased()
        return start.hasPrefix("http://") || start == "https://"
    }

    /// The applications that the server knows, each attempt for itself, in its order: the
    /// newest first.
    public func applications() throws(RemoteError) -> [Entry] {
        try source.objects("/applications").flatMap { object -> [Entry] in
            guard let id = object["id"] as? String else { return [] }
            let attempts = object["attempts"] as? [[String: Any]] ?? []
            return (attempts.isEmpty ? [[:]] : attempts).map { attempt in
                let number = attempt["attemptId"] as? String
                let isCompleted = attempt["completed"] as? Bool ?? false
                return Entry(
                    id: id, name: object["name"] as? String ?? "", attempt: number,
                    isCompleted: isCompleted, sparkVersion: attempt["appSparkVersion"] as? String,
                    user: attempt["sparkUser"] as? String,
                    startedAt: Self.moment(attempt, "startTime"),
                    endedAt: isCompleted ? Self.moment(attempt, "endTime") : nil,
                    url: url(of: id, number))
            }
        }
    }

    private static func moment(_ attempt: [String: Any], _ key: String) -> Instant? {
        let told = RESTLines.moment(attempt[key]) ?? attempt[key + "Epoch"] as? Int
        return told.flatMap {
            $0 > 0 ? Instant(microseconds: Span.milliseconds(Int64($0)).microseconds) : nil
        }
    }

    private func url(of id: String, _ attempt: String?) -> String {
        let address = source.client.address
        return "http://\(address.authority)\(address.prefix)/history/" + RESTSource.escaped(id)
            + (attempt.map { "/" + RESTSource.escaped($0) } ?? "")
    }

    /// The application that is asked for: an id, `id/attempt`, that of the address, or the newest.
    ///
    /// - Throws: ``RemoteError`` where the server knows none such.
    public func entry(_ id: String? = nil) throws(RemoteError) -> Entry {
        let known = try applications()
        let address = source.client.address
        let wanted = id ?? address.application
        let attempt = id == nil ? address.attempt : nil
        let found = known.first { entry in
            guard let wanted else { return true }
            if let number = entry.attempt, wanted == "\(entry.id)/\(number)" { return true }
            return entry.id == wanted && (attempt == nil || entry.attempt == attempt)
        }
        guard let found else {
            let name = attempt.map { "\(wanted ?? "")/\($0)" } ?? wanted
            let names = known.map { $0.id + ($0.attempt.map { "/" + $0 } ?? "") }
            throw .noApplication(name, known: names)
        }
        return found
    }

    /// Reads one application; without an id that of the address, or the newest.
    ///
    /// A History Server hands out the event log itself, which tells everything; a driver, and a
    /// server that refuses, is asked for what its API tells.
    public func application(_ id: String? = nil) throws(RemoteError) -> SparkApplication {
        guard let found = try load(id).mainApplication else {
            throw .noApplication(id, known: [])
        }
        return found
    }

    /// As ``application(_:)``, with what is known of how it was read.
    public func load(_ id: String? = nil) throws(RemoteError) -> LoadedEventLog {
        var reading = try reading(id)
        guard let log = try reading.look() else { throw .noApplication(id, known: []) }
        return log
    }

    /// An application to be looked at again and again.
    public func reading(_ id: String? = nil) throws(RemoteError) -> ServerReading {
        ServerReading(self, try entry(id), source)
    }

    /// The log itself; nil where the server has none to give.
    func archive(of entry: Entry) -> LoadedEventLog? {
        var path = "/api/v1/applications/" + RESTSource.escaped(entry.id)
        if let attempt = entry.attempt { path += "/" + RESTSource.escaped(attempt) }
        guard let bytes = try? source.client.get(path + "/logs", atMost: Self.longestArchive),
            let log = try? ServerArchive(bytes)?.load(),
            log.mainApplication?.reading.events ?? 0 > 0
        else { return nil }
        return log
    }
}
