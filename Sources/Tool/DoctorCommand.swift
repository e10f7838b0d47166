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
            Reads every page and every record. With --fix, bytes that are not as they were written are put \
            back where it can be known what they were; else what can be read goes into a new file. The \
            damaged files are kept beside it. Exit code 0: the state is whole, or is again; 1: it is damaged.

            With --json: {"path","whole","runs","tasks","events","damage":[…],"repairs":[…],"salvaged", \
            "damaged_file"}; "salvaged" is null where nothing had to be copied.

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
        var mending: StateDoctor.Mending?
        if !report.damage.isEmpty, fix {
            mending = try StateDoctor.mend(folder, holding: try StateLock(folder))
        }
        if json {
            Console.printJSON(Self.json(folder, report, mending))
        } else {
            tell(folder, report, mending)
        }
        if !report.damage.isEmpty, mending == nil { throw Exit.workFailed }
    }

    private func tell(
        _ folder: StateFolder, _ report: StateDoctor.Report, _ mending: StateDoctor.Mending?
    ) {
        for line in report.damage { Console.print("damaged: \(line.printable)") }
        if let mending {
            for line in mending.repairs { Console.print("repaired: \(line.printable)") }
            if let rows = mending.rows {
                let counts = rows.sorted { $0.key < $1.key }
                    .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
                let isNothing = rows.values.allSatisfy { $0 == 0 }
                Console.print(
                    isNothing
                        ? "nothing could be read; the history begins anew" : "saved: \(counts)")
            }
            if let path = mending.damagedPath {
                Console.print("the damaged file is kept as \(path.printable)")
            }
        } else if report.damage.isEmpty {
            Console.print(
                "\(folder.databasePath.printable) is whole: "
                    + "\(report.runs) runs, \(report.tasks) tasks, \(report.events) events")
        } else {
            Console.error("Save what can be read with 'spillway doctor --fix'.")
        }
    }

    private static func json(
        _ folder: StateFolder, _ report: StateDoctor.Report, _ mending: StateDoctor.Mending?
    ) -> JSONValue {
        .object([
            "path": .string(folder.databasePath),
            "whole": .bool(report.damage.isEmpty), "runs": .integer(Int64(report.runs)),
            "tasks": .integer(Int64(report.tasks)), "events": .integer(Int64(report.events)),
            "damage": .array(report.damage.map { .string($0) }),
            "repairs": .array((mending?.repairs ?? []).map { .string($0) }),
            "salvaged": .integer(
                orNull: mending?.rows.map { Int64($0.values.reduce(0, +)) }),
            "damaged_file": .string(orNull: mending?.damagedPath),
        ])
    }
}
