import Domain
import Screen
import Synchronization
import Workbench

/// Performs the workbench's effects off its loop, each by the performer of its module; each answer
/// goes into the mailbox.
final class EffectRunner: Sendable {
    private let mailbox: Mailbox
    private let monitor: MonitorPerformer
    private let themes: [String: Theme]
    private let outstanding = Mutex(0)

    init(host: WorkspaceHost, mailbox: Mailbox, themes: [String: Theme]) throws {
        self.mailbox = mailbox
        self.themes = themes
        monitor = try MonitorPerformer(host: host, mailbox: mailbox)
    }

    /// Effects begun and not yet answered.
    var outstandingCount: Int { outstanding.withLock { $0 } }

    /// The theme of that name; tells the user where there is none.
    func theme(named name: String) -> Theme? {
        if let theme = themes[name] { return theme }
        let near = nearestName(to: name, among: themes.keys.sorted())
        mailbox.post(
            .failed(
                problem: "There is no theme '\(name)'.",
                remedy: near.map { "Did you mean '\($0)'?" }
                    ?? "There are: \(themes.keys.sorted().joined(separator: ", "))."))
        return nil
    }

    func perform(_ effect: Effect) {
        outstanding.withLock { $0 += 1 }
        Task.detached { [self] in
            do {
                if let answer = try await answer(to: effect) { mailbox.post(answer) }
            } catch let error as any UserFacingError {
                mailbox.post(
                    .failed(problem: error.problem, remedy: error.remedy, effect: effect))
            } catch {
                mailbox.post(.failed(problem: "\(error)", remedy: "", effect: effect))
            }
            outstanding.withLock { $0 -= 1 }
            // Wakes the loop, so that it learns that nothing is under way any more.
            mailbox.wake()
        }
    }

    private func answer(to effect: Effect) async throws -> Message? {
        switch effect {
        case .monitor(let effect): return try await monitor.answer(to: effect).map(Message.monitor)
        case .copy, .chooseTheme, .setTicking, .repaint, .suspend, .quit:
            preconditionFailure("\(effect) belongs to the loop")
        }
    }
}
