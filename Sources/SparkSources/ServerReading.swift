/// An application of a server, looked at again and again while it runs.
public struct ServerReading {
    /// The application as it was when it was looked for.
    public let entry: SparkServer.Entry
    private let server: SparkServer
    private var served: ServedApplication
    private var isArchive: Bool?
    /// What the list of a History Server said when its log was read.
    private var known: String?
    private let source: RESTSource

    init(_ server: SparkServer, _ entry: SparkServer.Entry, _ source: RESTSource) {
        (self.server, self.entry, self.source) = (server, entry, source)
        served = ServedApplication(source, id: entry.id, attempt: entry.attempt)
    }

    /// What there is now; nil where nothing has changed since the last look, or it was given up.
    ///
    /// - Parameters:
    ///   - isWanted: asked between two questions.
    ///   - progress: told how much was read, from 0 to 1.
    /// - Throws: ``RemoteError`` where the server does not answer or is none.
    public mutating func look(
        isWanted: () -> Bool = { true }, progress: (Double) -> Void = { _ in }
    ) throws(RemoteError) -> LoadedEventLog? {
        if isArchive == false { return try served.look(isWanted: isWanted, progress: progress) }
        // A log that grows is fetched again when the server has read more of it.
        let state = try entry.isCompleted ? "ended" : lastChange()
        if state == known { return nil }
        if let log = server.archive(of: entry) {
            (isArchive, known) = (true, state)
            return log
        }
        isArchive = false
        return try served.look(isWanted: isWanted, progress: progress)
    }

    private func lastChange() throws(RemoteError) -> String {
        let told = try source.object("/applications/" + RESTSource.escaped(entry.id))
        let attempts = told["attempts"] as? [[String: Any]] ?? []
        let own = attempts.first { $0["attemptId"] as? String == entry.attempt } ?? [:]
        return "\(own["lastUpdated"] ?? "") \(own["completed"] ?? "")"
    }
}
