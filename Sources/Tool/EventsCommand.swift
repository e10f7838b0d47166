import ArgumentParser
import Domain
import JSONText
import SchedulerCore
import Session
import Store

/// `events [RUN]` tells what happened, when, and who did it.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Tell what happened in a run, when, and who did it.",
        discussion: """
            Without a run: the newest things that people and schedules did, newest first.

            Examples:
              spillway events latest
              spillway events --limit 20
              spillway events scheduled__2026-01-02 --json
            """)

    @Argument(help: "A run's id, a beginning of it, or 'latest'; also as PIPELINE/RUN.")
    var runName: String?

    @Option(help: "How many at the most.")
    var limit: Int?

    @OptionGroup var place: StateOptions

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1 up.") }
    }

    func run() throws {
        let events: [StoredEvent]
        if let runName {
            let reader = try place.reader()
            events = try reader.events(of: reader.run(named: runName).id, limit: limit ?? .max)
        } else {
            events = try place.readerIfAny()?.operations(limit: limit ?? 50) ?? []
        }
        if json { return Console.printJSON(.object(["events": .array(events.map(\.json))])) }
        guard !events.isEmpty else { return Console.print("Nothing happened yet.") }
        var table = TextTable(["WHEN", "WHAT", "TASK", "BY", "DETAIL"])
        for stored in events {
            let words = EventWords(stored.event)
            table.add([
                stored.event.at.iso8601, words.kind.replacing("_", with: " "),
                words.tasks.map(\.name).joined(separator: ", "), stored.event.person ?? "-",
                [words.detail, words.next.map { "\($0) begins" }].compactMap { $0 }
                    .joined(separator: ", "),
            ])
        }
        Console.print(table.text)
    }
}

extension StoredEvent {
    /// `{"seq","at","kind","run_id","pipeline","tasks":[…],"attempt","next","by","detail"}`; `next`
    /// is the task that was begun in the place of one that ended.
    fileprivate var json: JSONValue {
        let words = EventWords(event)
        return .object([
            "seq": .integer(sequence), "at": .string(event.at.iso8601),
            "kind": .string(words.kind), "run_id": .string(orNull: event.run?.name),
            "pipeline": .string(orNull: words.pipeline?.name),
            "tasks": .array(words.tasks.map { .string($0.name) }),
            "attempt": .integer(orNull: words.attempt),
            "next": .string(orNull: words.next?.name), "by": .string(orNull: event.person),
            "detail": .string(orNull: words.detail),
        ])
    }
}

/// What an event says, in words.
private struct EventWords {
    let kind: String
    var pipeline: PipelineName?
    var tasks: [TaskID] = []
    var attempt: Int?
    var next: TaskID?
    var detail: String?

    init(_ event: SchedulerEvent) {
        switch event {
        case .runCreated(let creation, _):
            kind = "run_created"
            (pipeline, detail) = (creation.pipeline, creation.trigger.rawValue)
            if let backfill = creation.backfill { detail = "\(backfill)" }
        case .attemptStarted(let id, let process, _):
            kind = "attempt_started"
            (tasks, attempt) = ([id.task], id.number)
            detail = process.map { "process \($0.pid)" }
        case .attemptEnded(let id, let outcome, _, let next):
            kind = "attempt_ended"
            (tasks, attempt, detail) = ([id.task], id.number, Self.words(outcome))
            self.next = next?.task
        case .timerFired(let timer, _):
            switch timer {
            case .retry(_, let task): (kind, tasks) = ("retry_due", [task])
            case .timeout(let id): (kind, tasks, attempt) = ("timed_out", [id.task], id.number)
            case .runTimeout: kind = "run_timed_out"
            case .deadline: kind = "deadline_missed"
            case .wait(_, let task): (kind, tasks) = ("waited_in_vain", [task])
            case .pool(let pool): (kind, detail) = ("pool_due", pool.name)
            }
        case .outputsWritten(let id, let outputs, _):
            (kind, tasks, attempt) = ("outputs_written", [id.task], id.number)
            detail = outputs.map { SecretSeal.shown($0.key) }.joined(separator: ", ")
        case .runCancelRequested: kind = "run_cancelled"
        case .taskCancelRequested(_, let task, _, _): (kind, tasks) = ("task_cancelled", [task])
        case .tasksCleared(_, let cleared, _, _): (kind, tasks) = ("tasks_cleared", cleared)
        case .runRevised: kind = "run_revised"
        case .tasksMarked(_, let marks, _, _):
            (kind, tasks) = ("tasks_marked", marks.map(\.task))
            detail = marks.first.map { "\($0.state.rawValue), was \($0.previous.rawValue)" }
        case .pastMet(_, let met, _): (kind, tasks) = ("past_met", met)
        case .pipelinePaused(let name, let isPaused, _, _):
            (kind, pipeline) = (isPaused ? "pipeline_paused" : "pipeline_resumed", name)
        case .backfillCreated(let backfill, _):
            (kind, pipeline) = ("backfill_created", backfill.pipeline)
            detail = "\(backfill.id): \(backfill.from.iso8601) … \(backfill.to.iso8601)"
        case .backfillAdvanced(let id, let tick, _, _):
            (kind, detail) = ("backfill_advanced", "\(id): \(tick.iso8601)")
        case .admission(let isOpen, _): kind = isOpen ? "scheduler_began" : "scheduler_gone"
        case .backfillChanged(let id, let state, _, _):
            (kind, detail) = ("backfill_changed", "\(id): \(state.rawValue)")
        }
    }

    private static func words(_ outcome: AttemptOutcome) -> String {
        switch outcome {
        case .exited(let code): "exit code \(code)"
        case .signalled(let number): "signal \(number)"
        case .notStarted(let reason): "not started: \(reason)"
        case .lost: "lost"
        case .rejected(let reason): "not taken: \(reason)"
        case .unchanged: "unchanged"
        case .failed(let reason): reason
        }
    }
}
