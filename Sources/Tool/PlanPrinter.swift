import Domain
import Glibc
import JSONText
import PlanRunner
import QueryPlans
import Workspace

/// Plans as text and JSON on standard output.
enum PlanPrinter {
    static func show(_ plan: QueryPlan) {
        var table = TextTable(PlanText.headings + ["OPERATOR"])
        for line in PlanText.lines(plan, isUnicode: Console.showsUnicode) {
            table.add(line.cells + [line.tree])
        }
        Console.print(table.text)
        if let total = plan.totalMS {
            let planning = plan.planningMS.map { ", planned in \(PlanText.time($0)) ms" } ?? ""
            Console.print("total \(PlanText.time(total)) ms\(planning)")
        } else {
            Console.print("not run: --analyze measures it")
        }
        for fact in plan.engine == "sqlite" ? plan.root.facts : [] {
            Console.print("\(fact.name): \(fact.value)".printable)
        }
        let badges = Set(plan.nodes.flatMap(\.badges))
        for badge in PlanBadge.allCases where badges.contains(badge) {
            Console.print("\(badge.rawValue): \(badge.explanation)")
        }
        for note in plan.notes { Console.print("note: " + note.printable) }
    }

    /// Says that a plan is not the one of the last run.
    static func printChange(from earlier: PlanHistory.Entry, to plan: QueryPlan) {
        guard earlier.plan.shape != plan.shape else { return }
        let fingerprint = QueryFingerprint(plan.query).text
        Console.print(
            "The plan changed since \(earlier.at.iso8601): 'spillway plan history \(fingerprint)'")
    }

    static func show(_ comparison: PlanComparison) {
        var table = TextTable(["", "BEFORE ms", "AFTER ms", "DIFFERENCE", "OPERATOR"])
        let marks: [PlanComparison.Change: String] = [
            .same: " ", .changed: "~", .moved: ">", .removed: "-", .added: "+",
        ]
        for pair in comparison.pairs {
            let old = pair.before.map { comparison.before.nodes[$0] }
            let new = pair.after.map { comparison.after.nodes[$0] }
            let node = new ?? old
            let indent = String(repeating: "  ", count: min(node?.depth ?? 0, 40))
            var title = node?.title ?? ""
            if let old, let new, pair.change == .changed, old.title != new.title {
                title = old.title + " -> " + new.title
            }
            if let detail = node?.detail { title += "  " + detail }
            table.add([
                marks[pair.change] ?? "", PlanText.time(old?.exclusiveMS),
                PlanText.time(new?.exclusiveMS), PlanText.time(pair.exclusiveMS), indent + title,
            ])
        }
        Console.print(table.text)
        Console.print(summary(comparison))
    }

    private static func summary(_ comparison: PlanComparison) -> String {
        var text = comparison.isChanged ? "The plans differ." : "The plans are the same."
        if let old = comparison.before.totalMS, let new = comparison.after.totalMS {
            text += " Total \(PlanText.time(old)) ms before, \(PlanText.time(new)) ms after"
            if let speedup = comparison.speedup, speedup > 0 {
                let factor = speedup >= 1 ? speedup : 1 / speedup
                let rounded = (factor * 10).rounded() / 10
                text += ": \(rounded) times \(speedup >= 1 ? "faster" : "slower")"
            }
            text += "."
        }
        return text
    }

    static func show(_ advice: [PlanAdvice]) {
        guard !advice.isEmpty else { return Console.print("advice: nothing that was tried helps") }
        for (number, one) in advice.enumerated() {
            Console.print("advice \(number + 1): \(one.action.printable)")
            Console.print("  why: " + one.reason.printable)
            if let before = one.before, let after = one.after {
                let times =
                    one.speedup.map { speedup in
                        let rounded = (speedup * 10).rounded() / 10
                        return "\(PlanText.time(before.totalMS)) ms without, "
                            + "\(PlanText.time(after.totalMS)) ms with it: \(rounded) times faster"
                    } ?? "the plan changes; times were not measured"
                Console.print("  tried: " + times)
                for line in PlanText.lines(after, isUnicode: Console.showsUnicode) {
                    Console.print("    " + line.tree.printable)
                }
            } else {
                Console.print("  not tried")
            }
        }
    }

    static func show(_ queries: [PlanHistory.Query], asJSON: Bool) {
        if asJSON { return Console.printJSON(.array(queries.map(brief))) }
        guard !queries.isEmpty else {
            return Console.print("No plan was kept yet: 'spillway plan' keeps those it makes here.")
        }
        var table = TextTable(["FINGERPRINT", "RUNS", "CHANGES", "LAST", "TOTAL ms", "QUERY"])
        for query in queries {
            let last = query.entries.last
            table.add([
                query.fingerprint, "\(query.entries.count)", "\(query.changes)",
                last?.at.iso8601 ?? "-", PlanText.time(last?.plan.totalMS),
                String(query.text.prefix(100)),
            ])
        }
        Console.print(table.text)
    }

    private static func brief(_ query: PlanHistory.Query) -> JSONValue {
        .object([
            "fingerprint": .string(query.fingerprint), "query": .string(query.text),
            "runs": .integer(Int64(query.entries.count)), "changes": .integer(Int64(query.changes)),
            "last_at": .string(orNull: query.entries.last?.at.iso8601),
        ])
    }

    static func show(_ query: PlanHistory.Query, asJSON: Bool) {
        if asJSON {
            let runs = query.entries.map { entry in
                JSONValue.object([
                    "at": .string(entry.at.iso8601), "connection": .string(entry.connection),
                    "changed": .bool(entry.isChanged), "plan": entry.plan.json,
                ])
            }
            return Console.printJSON(
                .object([
                    "fingerprint": .string(query.fingerprint), "query": .string(query.text),
                    "runs": .array(runs),
                ]))
        }
        Console.print(query.text.printable)
        var last: [String: QueryPlan] = [:]
        for entry in query.entries {
            Console.print(
                "\n\(entry.at.iso8601)  \(PlanText.time(entry.plan.totalMS)) ms  "
                    + "\(entry.connection.printable)\(entry.isChanged ? "  plan changed" : "")")
            if let before = last[entry.connection], entry.isChanged {
                show(PlanComparison(before, entry.plan))
            }
            last[entry.connection] = entry.plan
        }
    }
}

/// A plan in a file.
enum PlanFile {
    struct Failure: UserFacingError {
        var what: String
        var help: String

        var problem: String { what }
        var remedy: String { help }
    }

    private static let largestBytes = 256 << 20

    static func read(_ path: String) throws -> QueryPlan {
        let help = "Give a file that 'spillway plan --json' or EXPLAIN (FORMAT JSON) printed."
        guard let file = fopen(path, "r") else {
            throw Failure(what: "\(path): " + String(cString: strerror(errno)), help: help)
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&part, 1, part.count, file)
            guard count > 0 else { break }
            bytes += part.prefix(count)
            guard bytes.count <= largestBytes else {
                throw Failure(what: "\(path) is larger than 256 MiB.", help: help)
            }
        }
        do {
            return try QueryPlan(inAnyForm: JSONValue(reading: bytes))
        } catch let error as JSONSyntaxError {
            throw Failure(what: "\(path), byte \(error.offset): \(error.problem).", help: help)
        } catch let error as PlanReadingError {
            throw Failure(what: "\(path): \(error.problem)", help: help)
        }
    }
}
