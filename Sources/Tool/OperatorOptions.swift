import ArgumentParser
import Domain
import JSONText
import Session
import Store
import Workspace

/// What the commands share that change something: where, and how they answer.
struct OperatorOptions: ParsableArguments {
    @OptionGroup var place: StateOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    /// The workspace of the folder, its state open: as the owner where there is none, and else as
    /// one who asks the owner.
    ///
    /// - Parameter workspace: with the pipelines that the action is about; nil: about none.
    func host(_ workspace: Workspace? = nil) throws -> WorkspaceHost {
        let workspace = try workspace ?? PipelineFolder(root: place.dir).outline
        return try WorkspaceHost(
            workspace, stateFolder: place.state, purpose: .recording, attaches: true)
    }

    /// Carries out an action and prints what came of it.
    ///
    /// - Parameter waits: whether the work that follows needs a process that schedules.
    func perform(
        _ action: OperatorAction, on host: WorkspaceHost, waits: Bool = false
    ) async throws {
        try await perform([action], on: host, waits: waits)
    }

    /// The same with several actions, one after the other. As JSON: what came of the first, and where
    /// there are several of all under `"results"`.
    func perform(
        _ actions: [OperatorAction], on host: WorkspaceHost, waits: Bool = false
    ) async throws {
        let isScheduling = host.engine == nil
        var results: [OperatorResult] = []
        do {
            for action in actions {
                results.append(try await host.patiently { try await host.perform(action) })
            }
        } catch {
            await host.close(terminating: false)
            throw error
        }
        await host.close(terminating: false)
        if json {
            let values = results.map { $0.json(isScheduling: isScheduling) }
            guard values.count > 1, case .object(var members) = values[0] else {
                return Console.printJSON(values.first ?? .null)
            }
            members.append(JSONValue.Member("results", .array(values)))
            return Console.printJSON(.object(members))
        }
        for result in results { Console.print(result.summary.printable) }
        if waits, !isScheduling {
            Console.print(
                "No scheduler runs here: it starts as soon as one does ('spillway serve' or 'spillway')."
            )
        }
    }
}

extension OperatorResult {
    /// `{"summary","pipeline","run_id","backfill_id","tasks":[…],"scheduler_running"}`
    func json(isScheduling: Bool) -> JSONValue {
        .object([
            "summary": .string(summary), "pipeline": .string(orNull: pipeline?.name),
            "run_id": .string(orNull: run?.name), "backfill_id": .string(orNull: backfill?.name),
            "tasks": .array(tasks.map { .string($0.name) }),
            "scheduler_running": .bool(isScheduling),
        ])
    }
}

/// `KEY=VALUE` words as a dictionary.
enum ParameterWords {
    static func check(_ words: [String]) throws {
        if let bad = words.first(where: { !$0.contains("=") || $0.hasPrefix("=") }) {
            throw ValidationError("--param takes KEY=VALUE, not '\(bad)'.")
        }
    }

    static func values(_ words: [String]) -> [String: String] {
        Dictionary(
            words.map { text in
                let parts = text.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), String(parts[1]))
            }, uniquingKeysWith: { $1 })
    }
}

/// Dates as commands take them.
enum DateWords {
    static func check(_ text: String?, _ option: String) throws {
        guard let text, Instant(iso8601: text) == nil else { return }
        throw ValidationError(
            "\(option) takes a date such as 2026-01-02 or 2026-01-02T06:00:00Z, not '\(text)'.")
    }
}
