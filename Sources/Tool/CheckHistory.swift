import ArgumentParser
import Domain
import Foundation
import JSONText
import Quality

/// The file that keeps what earlier runs of a suite found.
struct CheckHistory {
    let path: String

    /// - Parameter folder: the project's; its state folder holds the history.
    init(suite: String, folder: String = ".") {
        let safe = String(
            suite.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "_" })
        path = folder + "/.spillway/checks/" + safe + ".jsonl"
    }

    /// Whether the project has a state folder already: only then, or where it is asked for, a
    /// history is kept.
    static var hasFolder: Bool { FileManager.default.fileExists(atPath: ".spillway") }

    var records: [CheckRecord] {
        FileManager.default.contents(atPath: path).map { CheckRecord.all(in: Array($0)) } ?? []
    }

    /// Appends a record; the folder is made with mode 0700, the file with 0600.
    func append(_ record: CheckRecord) throws {
        let folder = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        if !FileManager.default.fileExists(atPath: path) {
            guard
                FileManager.default.createFile(
                    atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw HistoryError(path: path) }
        }
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        defer { handle.closeFile() }
        _ = try handle.seekToEnd()
        try handle.write(contentsOf: Data((record.json.text + "\n").utf8))
    }
}

struct HistoryError: UserFacingError {
    var path: String
    var problem: String { "The history '\(path)' cannot be written." }
    var remedy: String { "Check the permissions of the state folder." }
}

/// `check history SUITE` shows what earlier runs found.
struct CheckHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show what earlier runs of a suite found.",
        discussion: "Example:\n  spillway check history checks/orders.yml --json")
    @Argument(help: "The suite's file, or its name.") var suite: String
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let name = try CheckRun.suiteName(of: suite)
        let records = CheckHistory(suite: name).records
        if json {
            Console.printJSON(.object(["records": .array(records.map(\.json))]))
            return
        }
        var table = TextTable(["AT", "TABLE", "VERDICT", "HELD", "ROWS"])
        for record in records {
            table.add([
                record.at, record.table, record.verdict.rawValue,
                "\(record.passed) of \(record.total)",
                record.measures["row_count"].map { "\(Int($0))" } ?? "-",
            ])
        }
        Console.print(table.text)
        let names = Set(records.flatMap { $0.measures.keys }).sorted()
        for name in names {
            let values = records.compactMap { $0.measures[name] }
            Console.print("\(Sparkline.text(values))  \(name)".printable)
        }
    }
}

/// Numbers as a row of little bars.
enum Sparkline {
    /// The last 40 of `values`, from the least to the greatest; digits where the locale has no
    /// bars.
    static func text(_ values: [Double]) -> String {
        let shown = values.suffix(40)
        let marks = Array(Console.showsUnicode ? "▁▂▃▄▅▆▇█" : "12345678")
        guard let least = shown.min(), let most = shown.max() else { return "" }
        return String(
            shown.map { value in
                let share = most > least ? (value - least) / (most - least) : 0
                return marks[min(marks.count - 1, Int(share * Double(marks.count)))]
            })
    }
}
