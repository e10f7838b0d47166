import ArgumentParser
import Domain
import JSONText
import Quality
import QualityHistory
import TransformHistory

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
            let bars = Sparkline.text(values, width: 40, isUnicode: Console.showsUnicode)
            Console.print("\(bars)  \(name)".printable)
        }
    }
}
