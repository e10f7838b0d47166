import PaneKit
import Screen
import SparkAdvice

extension ProfileTables {
    /// Wall times with other executors, as a plot over a table, and other scenarios below.
    var whatIf: ProfileTable {
        let simulation = profiled.simulation
        var table = ProfileTable()
        let apart =
            Double(abs(simulation.recorded - simulation.replayed))
            / Double(max(1, simulation.recorded))
        table.header = [
            pair("recorded", AdviceText.time(simulation.recorded), .strong),
            pair(
                "replayed",
                "\(AdviceText.time(simulation.replayed)), \(AdviceText.percent(apart)) apart"),
            pair(
                "no slots can beat",
                "\(AdviceText.time(simulation.bound)): the program's own time and the critical path"
            ),
        ]
        if let processors = profiled.processors {
            table.header.append(
                pair("one host", "all slots share \(processors) processors, those of this machine"))
        }
        if let calibration = simulation.calibration {
            let lines = calibration.effects + calibration.sources
            let name = calibration.effects.isEmpty ? "other runs" : "corrected"
            table.header += lines.enumerated().map { pair($0 == 0 ? name : "", $1) }
        }
        table.header.append([])
        let lines = plot(simulation)
        table.header += lines.isEmpty ? [] : lines + [[]]
        table.columns = [
            TableColumn("WHAT IF", .flexible(least: 22, weight: 1)),
            TableColumn("WALL", .fixed(10), .right), TableColumn("LIKELY", .fixed(18), .right),
            TableColumn("OF NOW", .fixed(11), .right), TableColumn("BUSY", .fixed(6), .right),
            TableColumn("SLOTS", .fixed(6), .right),
            TableColumn("", .flexible(least: 4, weight: 1)),
        ]
        let longest = max(
            1, simulation.rows.map(\.wall).max() ?? 1,
            simulation.scenarios.map(\.wall).max() ?? 1)
        func row(
            _ name: String, slots: Int?, _ wall: Int64, likely: ClosedRange<Int64>? = nil,
            busy: Double?
        ) -> ProfileTable.Row {
            let against = Double(wall) / Double(max(1, simulation.recorded))
            let role: Role = against < 0.97 ? .stateSuccess : against > 1.03 ? .warning : .plain
            return ProfileTable.Row(
                cells: [
                    .text(name, .plain),
                    time(wall),
                    likely.map { range in
                        .text(
                            AdviceText.shortRange(range.lowerBound, range.upperBound), .dim)
                    } ?? .text("-", .dim), .number(against, AdviceText.percent(against), role),
                    busy.map { .number($0, AdviceText.percent($0), .dim) } ?? .text("-", .dim),
                    slots.map { .number(Double($0), "\($0)", .plain) } ?? .text("-", .dim),
                    .bar(from: 0, to: Double(wall) / Double(longest), .accent1),
                ], target: nil, copy: "\(name): \(AdviceText.time(wall))")
        }
        table.rows = simulation.rows.map { entry in
            let many = entry.executors == 1 ? "1 executor" : "\(entry.executors) executors"
            return row(
                "\(many) × \(entry.cores) cores", slots: entry.executors * entry.cores, entry.wall,
                likely: entry.low...max(entry.low, entry.high), busy: entry.busyShare)
        }
        table.rows += simulation.scenarios.map {
            row($0.name, slots: nil, $0.wall, busy: nil)
        }
        return table
    }

    /// Eight lines of columns, one for each number of slots, each with a thin line up to where it is
    /// likely to lie at most, and the bound drawn through.
    private func plot(_ simulation: SparkSimulation) -> [[TextRun]] {
        let height = 8
        // Six cells each behind 12 of the scale, and the word for the bound.
        let room = (width - 18) / 6
        guard room >= 3 else { return [] }
        let rows = Array(
            simulation.rows.sorted { $0.executors * $0.cores < $1.executors * $1.cores }
                .prefix(room))
        guard let longest = rows.map({ max($0.wall, $0.high) }).max(), longest > 0 else {
            return []
        }
        let step = Double(longest) / Double(height)
        let boundLine = min(height - 1, Int(Double(simulation.bound) / step))
        let marks = charset.pick(" ▁▂▃▄▅▆▇█", ascii: " ..::==##").map(String.init)
        var lines: [[TextRun]] = []
        for line in (0..<height).reversed() {
            let label = AdviceText.time((step * Double(line + 1)).whole)
            var runs = [TextRun(padded(label, 12), .dim)]
            for row in rows {
                let filled = Double(row.wall) / step - Double(line)
                let part = marks[min(8, max(0, Int((filled * 8).rounded())))]
                let isBound = line == boundLine && filled <= 0
                let isLikely = filled <= 0 && Double(row.high) / step - Double(line) >= 0.5
                let empty = charset.pick("┄", ascii: "-")
                let mark = isBound ? empty : part
                let role: Role = isBound ? .warning : .accent1
                let whisker = charset.pick("│", ascii: "|")
                runs +=
                    isLikely
                    ? [
                        TextRun(isBound ? empty : " ", role), TextRun(whisker, .accent1),
                        TextRun(String(repeating: isBound ? empty : " ", count: 2), role),
                    ] : [TextRun(String(repeating: mark, count: 4), role)]
                runs.append(
                    TextRun(line == boundLine ? empty + empty : "  ", .warning))
            }
            if line == boundLine { runs.append(TextRun(" bound", .warning)) }
            lines.append(runs)
        }
        let labels = rows.map { row in
            let text = "\(row.executors * row.cores)"
            return text + String(repeating: " ", count: max(1, 6 - text.count))
        }
        lines.append([
            TextRun(padded("slots", 12) + labels.joined(), .dim),
            TextRun(charset.pick("│", ascii: "|") + " likely at most", .dim),
        ])
        return lines
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
