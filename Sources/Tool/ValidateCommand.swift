import ArgumentParser
import Domain
import JSONText
import Workspace

/// `validate [PATH]` says whether pipeline files are sound, by text and by exit code.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check pipeline files without running anything.",
        discussion: """
            Examples:
              spillway validate                       every file of this project
              spillway validate pipelines/orders.yml  one file
              spillway validate --json | jq .problems

            What files name beside themselves is looked at as well: other pipelines, their
            parameters, files of SQL with the templates in them, suites of checks.
            """)

    @Argument(help: "A pipeline file or a project folder.")
    var path = "."

    @Flag(help: "Print the problems as JSON.")
    var json = false

    func run() throws {
        let workspace = try Workspace.open(path).withReferencesChecked()
        let problems = workspace.settingsProblems + workspace.entries.flatMap(\.problems)
        let hasErrors = problems.contains { $0.severity == .error }
        if json {
            let pipelines = workspace.entries.map { entry in
                JSONValue.object([
                    "name": .string(entry.name.name), "file": .string(entry.file),
                    "tasks": .integer(orNull: entry.pipeline?.tasks.count),
                    "schedule": .string(orNull: entry.scheduleWords),
                    "valid": .bool(entry.pipeline != nil),
                ])
            }
            Console.printJSON(
                .object([
                    "valid": .bool(!hasErrors), "pipelines": .array(pipelines),
                    "problems": .array(problems.map(\.json)),
                ]))
        } else {
            for problem in problems { Console.error(problem.report) }
            for entry in workspace.entries {
                guard let pipeline = entry.pipeline else { continue }
                let schedule = entry.scheduleWords.map { "; runs " + $0 } ?? ""
                let tasks = pipeline.tasks.count == 1 ? "1 task" : "\(pipeline.tasks.count) tasks"
                Console.print("\(entry.name): \(tasks), sound\(schedule)".printable)
            }
            if workspace.entries.isEmpty {
                Console.print(
                    "There are no pipeline files here: 'spillway init' makes one, or name a file.")
            }
        }
        if hasErrors { throw Exit.workFailed }
    }
}

extension Workspace {
    /// Whether `spillway.yml` has no mistake: work that its pools, limits or defaults are to hold is
    /// not begun without them.
    var hasSoundSettings: Bool { settingsProblems.allSatisfy { $0.severity != .error } }
}

extension Workspace.Entry {
    /// When it runs, in words; nil for a pipeline that runs by hand.
    fileprivate var scheduleWords: String? {
        pipeline.flatMap { try? Schedules.words(of: $0) }
    }
}

extension Workspace {
    /// The workspace of a folder, or of one pipeline file.
    static func open(_ path: String) throws(WorkspaceError) -> Workspace {
        do {
            return try read(root: path)
        } catch {
            if case .notAFolder = error { return try read(file: path) }
            throw error
        }
    }
}

extension SourceProblem {
    /// `{"severity","file","line","column","problem","remedy","text"}`
    var json: JSONValue {
        .object([
            "severity": .string(severity.rawValue), "file": .string(file),
            "line": .integer(Int64(place.line)), "column": .integer(Int64(place.column)),
            "problem": .string(problem), "remedy": .string(remedy), "text": .string(lineText),
        ])
    }
}
