import PaneKit
import QueryPlans
import Screen

extension PlanPane {
    private static let barWidth = 6

    static func caption(_ state: PlanDesk.State) -> PaneCaption {
        var title = "Plan"
        if let plan = state.plan {
            title += " · \(plan.engine)"
            if let total = plan.totalMS {
                title += " · \(PlanText.time(total)) ms"
            } else {
                title += " · not run"
            }
            switch state.view {
            case .tree: if state.branch != 0 { title += " · one branch" }
            case .ranked(let rank): title += " · by \(rank.rawValue)"
            case .comparison: title += " · compared"
            case .node: title += " · node"
            case .advice: title += " · advice"
            }
        }
        if let awaited = state.awaited {
            let doing =
                awaited.isAdvice
                ? "trying what may help" : awaited.isAnalyzing ? "running" : "asking"
            return PaneCaption(title, footer: doing + ", x cancels")
        }
        if state.plan != nil, let problem = state.problem {
            return PaneCaption(title, footer: problem)
        }
        if state.view == .comparison, let before = state.pinned, let after = state.plan {
            return PaneCaption(title, footer: outcome(before, after))
        }
        if state.view == .advice {
            return PaneCaption(title, footer: "y copies, o puts it into the editor")
        }
        if let note = state.changeNote { return PaneCaption(title, footer: "changed " + note) }
        guard let plan = state.plan, let node = node(state) else { return PaneCaption(title) }
        let badge = plan.nodes[node].badges.first?.explanation
        return PaneCaption(title, footer: badge ?? "\(node + 1) of \(plan.nodes.count)")
    }

    static func draw(
        _ state: PlanDesk.State, in inside: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        guard let plan = state.plan else {
            return drawNothing(state, in: inside, on: &grid)
        }
        let headings = headingRows(state)
        if headings > 0 { drawHeading(state, in: inside, on: &grid) }
        let height = max(0, inside.height - headings)
        let top = PaneFrame.topRow(
            state.table.top, cursor: state.table.cursor, count: state.rows.count, height: height)
        for (line, row) in state.rows.dropFirst(top).prefix(height).enumerated() {
            let place = line + headings
            switch row {
            case .node(let node): draw(plan, node, state, row: place, of: inside, on: &grid)
            case .pair(let pair): draw(pair, state, row: place, of: inside, on: &grid)
            case .text(let text, let isHeading):
                grid.write(
                    text, row: place, of: inside, column: isHeading ? 0 : 2,
                    role: isHeading ? .strong : .plain, overflow: .ellipsis)
            case .advice(_, let text, let isHeading):
                grid.write(
                    text, row: place, of: inside, column: isHeading ? 0 : 2,
                    role: isHeading ? .strong : .plain, overflow: .ellipsis)
            case .query(let text, let lit):
                draw(text, lit: lit, row: place, of: inside, on: &grid)
            }
            if top + line == state.table.cursor {
                let surface: Surface = context.isFocused ? .selected : .selectedUnfocused
                grid.highlight(row: place, of: inside, surface: surface)
            }
        }
    }

    /// What is told before there is a plan.
    private static func drawNothing(
        _ state: PlanDesk.State, in area: Rect, on grid: inout Grid
    ) {
        var lines = [(state.awaited == nil ? "No plan yet." : "Asking for the plan…", Role.plain)]
        if state.awaited == nil, let problem = state.problem {
            lines = LineWrapping.pieces(of: problem, width: area.width).map { ($0, .error) }
        }
        let help = "F7 in the query shows its plan; ':explain CONNECTION SQL' any other's."
        lines += LineWrapping.pieces(of: help, width: area.width).map { ($0, .dim) }
        for (row, line) in lines.prefix(area.height).enumerated() {
            grid.write(line.0, row: row, of: area, role: line.1, overflow: .ellipsis)
        }
    }

    /// Where the figures at the left end: a bar and its per cent, own time, rows, expected rows;
    /// fewer where the pane is narrow or nothing was measured.
    private struct Columns {
        var bar: Int
        var time: Int
        var rows: Int
        var expected: Int
        /// Where the tree begins.
        var tree: Int

        init(_ area: Rect, hasTimes: Bool, isMeasured: Bool) {
            bar = hasTimes ? barWidth + 5 : 0
            time = hasTimes && area.width >= 44 ? bar + 9 : 0
            let start = max(bar, time)
            rows = area.width >= start + 44 || !hasTimes ? start + 9 : 0
            expected = isMeasured && rows > 0 && area.width >= rows + 56 ? rows + 10 : 0
            tree = max(start, rows, expected) + 1
        }
    }

    private static func drawHeading(
        _ state: PlanDesk.State, in area: Rect, on grid: inout Grid
    ) {
        let ends = Columns(
            area, hasTimes: state.hasTimes, isMeasured: state.plan?.isMeasured == true)
        if state.view == .comparison {
            grid.write("before ms", row: 0, of: area, column: 2, role: .dim)
            grid.write("after ms", row: 0, of: area, column: 13, role: .dim)
            grid.write("difference", row: 0, of: area, column: 22, role: .dim)
            return
        }
        if ends.bar > 0 { grid.write("share", row: 0, of: area, role: .dim) }
        if ends.time > 0 { right("own ms", row: 0, of: area, end: ends.time, .dim, &grid) }
        let rows = state.plan?.isMeasured == true ? "rows" : "expected"
        if ends.rows > 0 { right(rows, row: 0, of: area, end: ends.rows, .dim, &grid) }
        if ends.expected > 0 {
            right("expected", row: 0, of: area, end: ends.expected, .dim, &grid)
        }
        grid.write("operator", row: 0, of: area, column: ends.tree, role: .dim)
    }

    private static func right(
        _ text: String, row: Int, of area: Rect, end: Int, _ role: Role, _ grid: inout Grid
    ) {
        grid.write(text, row: row, of: area, column: max(0, end - text.count), role: role)
    }

    private static func draw(
        _ plan: QueryPlan, _ place: Int, _ state: PlanDesk.State, row: Int, of area: Rect,
        on grid: inout Grid
    ) {
        let node = plan.nodes[place]
        let ends = Columns(
            area, hasTimes: state.hasTimes, isMeasured: state.plan?.isMeasured == true)
        let share = state.shares.indices.contains(place) ? state.shares[place] : nil
        if ends.bar > 0 { drawHeat(share, row: row, of: area, on: &grid) }
        let role = heat(share)
        if ends.time > 0 {
            let text = PlanText.time(node.exclusiveMS)
            right(text, row: row, of: area, end: ends.time, role, &grid)
        }
        if ends.rows > 0 {
            let isOff = node.badges.contains { $0.rawValue.hasPrefix("estimate-off") }
            let isEstimate = node.actualRows == nil && ends.expected == 0
            right(
                short(
                    isEstimate ? node.estimatedRows : node.actualRows,
                    isEstimate: isEstimate && plan.isMeasured),
                row: row, of: area, end: ends.rows, isOff ? .warning : .plain, &grid)
            if ends.expected > 0 {
                right(
                    short(node.estimatedRows, isEstimate: false), row: row, of: area,
                    end: ends.expected, .dim, &grid)
            }
        }
        let isTree = state.view == .tree
        let indent = isTree ? min(2 * (node.depth - plan.nodes[state.branch].depth), 60) : 0
        var runs: [TextRun] = []
        if isTree {
            let isFolded = state.folded.contains(place)
            let isLeaf = node.end == place + 1
            let mark =
                isLeaf
                ? "  "
                : isFolded
                    ? grid.charset.pick("▸ ", ascii: "> ") : grid.charset.pick("▾ ", ascii: "v ")
            runs.append(TextRun(mark, .dim))
        }
        runs.append(TextRun(node.operation, node.isNeverExecuted ? .dim : role, .bold))
        if let object = node.object { runs.append(TextRun(" " + object, .strong)) }
        if !node.badges.isEmpty {
            let names = node.badges.map(\.rawValue).joined(separator: " ")
            let isProblem = node.badges.contains(where: \.isProblem)
            runs.append(TextRun(" [\(names)]", isProblem ? .warning : .dim))
        }
        if let detail = node.detail { runs.append(TextRun("  " + detail, .dim)) }
        grid.write(runs, row: row, of: area, column: ends.tree + indent, overflow: .ellipsis)
    }

    /// A bar and its number: the share is told without colour, too.
    private static func drawHeat(
        _ share: Double?, row: Int, of area: Rect, on grid: inout Grid
    ) {
        guard let share else {
            return right("-", row: row, of: area, end: barWidth + 4, .dim, &grid)
        }
        if share >= 0.005 {
            let eighths = max(1, Int((share * Double(barWidth * 8)).rounded()))
            let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
            let bar =
                String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
            let plain = String(repeating: "#", count: (eighths + 7) / 8)
            grid.write(
                grid.charset == .unicode ? bar : plain, row: row, of: area, role: heat(share))
        }
        let percent = Int((share * 100).rounded())
        right("\(percent)%", row: row, of: area, end: barWidth + 4, heat(share), &grid)
    }

    /// The bands of explain.depesz.com: half and more, a tenth and more.
    private static func heat(_ share: Double?) -> Role {
        guard let share else { return .plain }
        return share >= 0.5 ? .error : share >= 0.1 ? .warning : .plain
    }

    /// 12 300 000 as `12.3M`; what is only expected has a tilde.
    static func short(_ rows: Double?, isEstimate: Bool) -> String {
        guard let rows else { return "-" }
        let units = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
        let sign = isEstimate ? "~" : ""
        guard rows >= 1e4, let (size, unit) = units.first(where: { rows >= $0.0 }) else {
            return sign + PlanText.count(rows)
        }
        let tenths = Int((rows / size * 10).rounded())
        return sign + "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)") + unit
    }

    private static func draw(
        _ pair: PlanComparison.Pair, _ state: PlanDesk.State, row: Int, of area: Rect,
        on grid: inout Grid
    ) {
        let old = pair.before.flatMap { place in state.pinned.map { $0.nodes[place] } }
        let new = pair.after.flatMap { place in state.plan.map { $0.nodes[place] } }
        let marks: [PlanComparison.Change: (String, Role)] = [
            .same: (" ", .plain), .changed: ("~", .warning), .moved: (">", .warning),
            .removed: ("-", .error),
            .added: ("+", .info),
        ]
        let (mark, role) = marks[pair.change] ?? (" ", .plain)
        grid.write(mark, row: row, of: area, role: role)
        right(PlanText.time(old?.exclusiveMS), row: row, of: area, end: 11, .plain, &grid)
        right(PlanText.time(new?.exclusiveMS), row: row, of: area, end: 21, .plain, &grid)
        let difference = pair.exclusiveMS
        let sign: Role = (difference ?? 0) > 0.5 ? .error : (difference ?? 0) < -0.5 ? .info : .dim
        right(PlanText.time(difference), row: row, of: area, end: 32, sign, &grid)
        let node = new ?? old
        var title = node?.title ?? ""
        if let old, let new, old.title != new.title {
            title = old.title + grid.charset.pick(" → ", ascii: " -> ") + new.title
        }
        let indent = min(2 * (node?.depth ?? 0), 40)
        var runs = [TextRun(title, role)]
        if let detail = node?.detail { runs.append(TextRun("  " + detail, .dim)) }
        grid.write(runs, row: row, of: area, column: 34 + indent, overflow: .ellipsis)
    }

    private static func draw(
        _ line: String, lit: [Range<Int>], row: Int, of area: Rect, on grid: inout Grid
    ) {
        let bytes = Array(line.utf8)
        var runs: [TextRun] = []
        var place = 0
        for range in lit {
            runs.append(TextRun(String(decoding: bytes[place..<range.lowerBound], as: UTF8.self)))
            runs.append(
                TextRun(String(decoding: bytes[range], as: UTF8.self), .accent1, .bold))
            place = range.upperBound
        }
        runs.append(TextRun(String(decoding: bytes[place...], as: UTF8.self)))
        grid.write(runs, row: row, of: area, column: 2, overflow: .ellipsis)
    }
}
