import ArgumentParser
import Domain
import JSONText
import Quality
import QualityHistory

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
