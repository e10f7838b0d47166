import Domain
import Engine
import Session

// What changes runs and pipelines beyond starting and ending them.
extension LinearSession {
    private static let markStates = ["success", "failed", "skipped"]

    mutating func mark(_ arguments: [String]) async throws {
        let run = try wantedRun(nil)
        let task = try wantedTask(arguments.first)
        guard arguments.count == 2, Self.markStates.contains(arguments[1]),
            let state = TaskState(rawValue: arguments[1])
        else {
            throw LinearError(
                "Say which state: \(Self.markStates.joined(separator: ", ")).",
                "Write 'mark \(task) success'.")
        }
        guard asks("Mark task \(task) of \(run) \(state.rawValue)?") else { return }
        say(try await host.perform(.mark(run, [task], state)).summary)
    }

    mutating func backfill(_ arguments: [String]) async throws {
        let name = try wantedPipeline(arguments.first)
        let dates = arguments.dropFirst().map { Instant(iso8601: $0) }
        guard dates.count == 2, let from = dates[0], let to = dates[1], from <= to else {
            throw LinearError(
                "Say from when and to when; nothing was started.",
                "Write 'backfill \(name) 2026-01-01 2026-01-31'.")
        }
        guard asks("Run every tick of \(name) from \(from.iso8601) to \(to.iso8601)?") else {
            return
        }
        let backfill = Backfill(id: "", pipeline: name, from: from, to: to, person: "")
        say(try await host.perform(.backfill(backfill, file: nil)).summary)
    }

    mutating func undo() async throws {
        guard let act = try host.lastAct() else {
            throw LinearError("You have done nothing that could be taken back.", "")
        }
        let words = act.words.prefix(1).uppercased() + act.words.dropFirst()
        guard let undo = act.undoWords else {
            throw LinearError("\(words): that cannot be taken back any more.", "")
        }
        guard asks("\(words): \(undo)?") else { return }
        say(try await host.perform(.undo).summary)
    }
}
