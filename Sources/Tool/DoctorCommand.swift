import ArgumentParser
import Domain
import JSONText
import Store
import Workspace

/// `doctor` looks through the recorded state, and saves what can be read of a damaged one.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the recorded state, and mend it.",
        discussion: """
            Reads every page and every record. With --fix, what can be read of a damaged file goes into a
            new one, and the damaged one is kept beside it. Exit code 0: the state is whole, or is again;
            1: it is damaged.

            With --json: {"path","whole","runs","tasks","events","damage":[…],"salvaged","damaged_file"}.

            Examples:
              spillway doctor
              spillway doctor --fix
            """)

    @OptionGroup var options: StateOptions

    @Flag(help: "Save what can be read of a damaged state.")
    var fix = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let folder = try options.folder()
        let report = try StateDoctor.check(folder)
        var salvage: StateDoctor.Salvage?
        if !report.damage.isEmpty, fix {
            salvage = try StateDoctor.salvage(folder, holding: try StateLock(folder))
        }
        if json {
            Console.printJSON(Self.json(folder, report, salvage))
        } else {
            tell(folder, report, salvage)
        }
        if !report.damage.isEmpty, salvage == nil { throw Exit.workFailed }
    }

    private func tell(
        _ folder: StateFolder, _ report: StateDoctor.Report, _ salvage: StateDoctor.Salvage?
    ) {
        for line in report.damage { Console.print("damaged: \(line.printable)") }
        if let salvage {
            let rows = salvage.rows.sorted { $0.key < $1.key }
            let counts = rows.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            Console.print("saved: \(counts)")
            Console.print("the damaged file is kept as \(salvage.damagedPath.printable)")
        } else if report.damage.isEmpty {
            Console.print(
                "\(folder.databasePath.printable) is whole: "
                    + "\(report.runs) runs, \(report.tasks) tasks, \(report.events) events")
        } else {
            Console.error("Save what can be read with 'spillway doctor --fix'.")
        }
    }

    private static func json(
        _ folder: StateFolder, _ report: StateDoctor.Report, _ salvage: StateDoctor.Salvage?
    ) -> JSONValue {
        .object([
            "path": .string(folder.databasePath),
            "whole": .bool(report.damage.isEmpty), "runs": .integer(Int64(report.runs)),
            "tasks": .integer(Int64(report.tasks)), "events": .integer(Int64(report.events)),
            "damage": .array(report.damage.map { .string($0) }),
            "salvaged": .integer(
                orNull: salvage.map { Int64($0.rows.values.reduce(0, +)) }),
            "damaged_file": .string(orNull: salvage?.damagedPath),
        ])
    }
}
