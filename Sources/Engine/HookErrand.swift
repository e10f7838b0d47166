import Domain
import Glibc
import Runners

/// One hook that is carried out, away from the engine's thread. What is said of it goes to the run's
/// `hooks.log`, without secrets.
struct HookErrand: Sendable {
    /// `on_failure of task load`
    let title: String
    /// Absolute path of `hooks.log`.
    let log: String
    let seal: SecretSeal
    private let secrets: [EnvironmentEntry]

    private static let commandLimit = Span.seconds(60)
    private static let webhookLimit = Span.seconds(10)

    init(title: String, log: String, secrets: [EnvironmentEntry]) {
        (self.title, self.log, self.secrets) = (title, log, secrets)
        seal = SecretSeal(secrets)
    }

    /// Adds a line: the moment, which hook, and `text` right behind it.
    func note(_ text: String) {
        AttemptLog.note(
            SystemClock.now().iso8601 + " " + title + seal.masked(text), in: log)
    }

    /// Runs a command. What it prints goes to the log with the secrets masked.
    func run(_ command: String, environment: [EnvironmentEntry], in folder: String) {
        var brief = BriefCommand(
            command: command, environment: environment, directory: folder, log: log)
        brief.hidden = secrets.map(\.value)
        let outcome = brief.run(limit: Self.commandLimit)
        if outcome != .exited(code: 0) { note(": the command " + outcome.words) }
    }

    /// Posts `body`. A receiver that has a bad moment gets it again: it knows repeats by their key.
    ///
    /// Of the URL scheme and host are told: the rest is the secret of many a receiver.
    func call(_ url: String, body: String) {
        let exchange = HTTPExchange(url: url, body: body)
        let place = HTTPExchange.place(of: url)
        for pause in [0, 1, 4] as [UInt32] {
            if pause > 0 { sleep(pause) }
            switch exchange.status(limit: Self.webhookLimit) {
            case .success(200..<300): return
            case .success(let status):
                note(": \(place) answered \(status)")
                if (400..<500).contains(status) { return }
            case .failure(let failure):
                note(": \(place): \(failure.reason)")
                if failure.isFinal { return }
            }
        }
    }
}

extension Hook.Action {
    /// Its template; nil where it has none.
    var text: String? {
        switch self {
        case .bell: nil
        case .command(let text), .webhook(let text), .toast(let text): text
        }
    }
}
