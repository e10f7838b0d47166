import Domain

/// What a look saw.
struct Sighting: Hashable, Sendable {
    var isThere: Bool
    /// What was seen instead, in a few words; nil: nothing to speak of.
    var words: String?
    /// The last of what a command printed.
    var output = ""
}

/// Why it can never be known.
struct LookFailure: Error {
    var reason: String
}

extension SensorLaunch.Condition {
    /// How long one look may take at the least.
    private static let limit = Span.seconds(60)
    private static let httpLimit = Span.seconds(30)

    /// Where a look that may take long is taken; nil: it takes no time.
    var place: LookPlace? {
        switch self {
        case .file, .run: nil
        case .sql(_, let database): LookPlace(kind: .sql, name: database)
        case .http(let url): LookPlace(kind: .http, name: HTTPExchange.place(of: url))
        case .command(let command): LookPlace(kind: .command, name: command.command)
        }
    }

    /// Takes a look at its place. Blocks the thread, until it is cancelled at most.
    ///
    /// - Parameter interval: from one look to the next; a command may take as long.
    func look(
        interval: Span, _ cancellation: Cancellation
    ) -> Result<Sighting, LookFailure> {
        switch self {
        case .file, .run: return .success(Sighting(isThere: false))
        case .sql(let query, let database):
            return SQLProbe.look(
                query, database: database, limit: max(Self.limit, interval), cancellation)
        case .http(let url):
            switch HTTPExchange(url: url).status(
                limit: Self.httpLimit, isCancelled: { cancellation.isRequested })
            {
            case .success(let status):
                return .success(
                    Sighting(isThere: (200..<300).contains(status), words: "status \(status)"))
            // Not there yet is what a wait is for.
            case .failure(let failure):
                return .success(Sighting(isThere: false, words: failure.reason))
            }
        case .command(let command):
            let limit = max(Self.limit, interval)
            let (outcome, output) = command.runKeepingOutput(limit: limit) {
                cancellation.isRequested
            }
            switch outcome {
            case .exited(code: 0): return .success(Sighting(isThere: true, output: output))
            case .notStarted(let reason): return .failure(LookFailure(reason: reason))
            case .exited(let code):
                return .success(
                    Sighting(isThere: false, words: "exit code \(code)", output: output))
            case .signalled(let number):
                return .success(
                    Sighting(isThere: false, words: "signal \(number)", output: output))
            case .timedOut:
                let words = "the command took longer than \(limit.humanText)"
                return .success(Sighting(isThere: false, words: words, output: output))
            }
        }
    }

    /// What is waited for, as the log says it.
    var words: String {
        switch self {
        case .file(let path): "the file " + path
        case .sql(_, let database): "a query on " + database
        case .http(let url): "an answer from " + HTTPExchange.shown(url)
        case .command(let command): command.title
        case .run(let pipeline, let date): "a run of \(pipeline) for \(date.iso8601)"
        }
    }
}
