import Domain
import PaneKit
import Screen
import SparkAdvice
import SparkLog
import Testing

@testable import ProfilePanes

@Suite("The profiler on small screens")
struct SmallScreensTests {
    private func desk(_ width: Int, _ height: Int, _ text: String? = nil) -> ProfileTests.Desk {
        var desk = ProfileTests.Desk()
        desk.size = Size(width: width, height: height)
        desk.show(SmallApplication.profiled(text ?? EverythingLog.text { String($0) }))
        return desk
    }

    private static let views: [ProfileView] = [
        .overview, .stage(1), .finding(0), .whatIf, .executor(0), .streams, .plan(0, version: 0),
    ]

    @Test(
        "whatever stands above the rows is seen whole by going down",
        arguments: [(78, 21), (38, 8), (18, 4), (18, 1)])
    func reachable(_ width: Int, _ height: Int) {
        for view in Self.views {
            var desk = desk(width, height)
            desk.state.views = [view]
            ProfilePane.show(&desk.state, desk.context)
            let header = desk.state.shown.header.map { $0.map(\.text).joined() }
            var seen: Set<String> = []
            desk.press(.first)
            for _ in 0...header.count {
                let layout = ProfilePane.layout(desk.state, height)
                let lines = desk.text.split(separator: "\n", omittingEmptySubsequences: false)
                    .dropFirst(layout.hasTabs ? 1 : 0).prefix(layout.shown)
                seen.formUnion(lines.map { trimmed(String($0)) })
                if layout.below == 0 { break }
                desk.press(.next)
            }
            #expect(!seen.contains { $0.contains("…") && !$0.hasPrefix("…") }, "\(desk.text)")
            for line in header { #expect(seen.contains(trimmed(line)), "\(view): \(line)") }
        }
    }

    private func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    @Test("what stands above the rows scrolls away before rows do, and comes back above the first")
    func scrolling() {
        var desk = desk(78, 12)
        desk.state.views = [.streams]
        ProfilePane.show(&desk.state, desk.context)
        #expect(desk.text.contains("batch duration"))
        #expect(!desk.text.contains("\ns         5"))
        desk.press(.last)
        let batches = desk.text.split(separator: "\n").filter { $0.hasPrefix("s  ") }
        #expect(batches.count == 6, "\(desk.text)")
        #expect(desk.state.table.top == 0)
        desk.press(.first)
        #expect(desk.text.contains("rows in a second"))
        desk.press(.next, .next, .previous, .previous, .previous, .previous, .previous)
        #expect(desk.text.contains("rows in a second"))
        #expect(desk.state.table.cursor == 0)
    }

    @Test("on one line `k` goes back from the first row to what stands above it")
    func oneLine() {
        var desk = desk(18, 1, SmallApplication.text)
        #expect(desk.text.contains("skewed-groupby"))
        desk.press(.first)
        #expect(desk.text.contains("wall time"))
        desk.press(.next)
        #expect(desk.text.contains("where it went"))
        desk.press(.last)
        #expect(desk.text.contains("skewed-groupby"))
        desk.state.views = [.stages]
        ProfilePane.show(&desk.state, desk.context)
        desk.press(.nextColumn, .nextColumn)
        #expect(desk.text.hasPrefix("0  WALL 530 ms"))
    }

    @Test("the footer tells how many lines are still to come, and what is read is then analysed")
    func footer() {
        var desk = desk(38, 8)
        let below = ProfilePane.layout(desk.state, 8).below
        #expect(below > 3)
        #expect(
            ProfilePane.caption(desk.state, desk.context).footer.hasPrefix("↓ \(below) lines"))
        desk.state.loading = ("app-1", 0.5)
        #expect(ProfilePane.caption(desk.state, desk.context).footer == "reading 50 %")
        desk.state.loading = ("app-1", 1)
        #expect(ProfilePane.caption(desk.state, desk.context).footer == "analysing")
    }

    @Test("at 80 columns all views are named, at 40 those around the one in sight")
    func tabs() {
        var desk = desk(78, 21)
        let names = ["SQL", "Exec", "Time", "What if", "Store", "Streams", "Fails", "Env"]
        for name in names { #expect(desk.text.contains(name)) }
        #expect(!desk.text.split(separator: "\n")[0].contains("…"))
        desk.size = Size(width: 38, height: 8)
        for view in ProfileView.tabs.dropLast() {
            desk.state.views = [view]
            ProfilePane.show(&desk.state, desk.context)
            let line = desk.text.split(separator: "\n")[0]
            #expect(line.contains("[\(view.shortTitle)]"))
        }
        desk.size = Size(width: 140, height: 30)
        ProfilePane.show(&desk.state, desk.context)
        #expect(desk.text.contains("Environment"))
    }

    @Test("a column is as narrow as what stands in it, and an empty one gives way at 80 columns")
    func columns() {
        var desk = desk(78, 21, SmallApplication.text)
        desk.state.views = [.stages]
        ProfilePane.show(&desk.state, desk.context)
        let heading = desk.text.split(separator: "\n")[1]
        #expect(heading.contains("FAILED") && heading.contains("WHEN"), "\(heading)")
        desk.size = Size(width: 72, height: 12)
        ProfilePane.show(&desk.state, desk.context)
        let narrow = desk.text.split(separator: "\n")[1]
        // Nothing was spilled, and one task failed.
        #expect(!narrow.contains("SPILL") && narrow.contains("FAILED"), "\(narrow)")
    }

    @Test("another width is drawn for at once")
    func resized() throws {
        var desk = desk(78, 21)
        let wide = desk.state.shown.header.count
        desk.size = Size(width: 38, height: 8)
        ProfilePane.show(&desk.state, desk.context)
        #expect(desk.state.shown.header.count > wide)
        #expect(
            desk.state.shown.header.allSatisfy {
                DisplayWidth.of($0.map(\.text).joined()) <= 38
            })
    }
}

@Suite("The list of applications")
struct ApplicationListTests {
    private func desk(_ width: Int, _ height: Int) -> ProfileTests.Desk {
        var desk = ProfileTests.Desk()
        desk.size = Size(width: width, height: height)
        let row = ApplicationRow(
            path: "/logs/app-7", id: "app-20261123072623-0059", name: "orders", version: "4.1.1",
            start: 1_795_418_783_000, end: 1_795_418_810_000, isInProgress: false, bytes: 5_000)
        _ = Profile.take(&desk.state, .listed(folder: ".", [row]), desk.context)
        return desk
    }

    @Test("each says its name, when it began and how long it took, also at 40 columns")
    func began() {
        let wide = desk(78, 21).text
        #expect(wide.contains("orders  2026-11-23 07:26  27.0 s"), "\(wide)")
        #expect(wide.contains("app-2026"))
        let narrow = desk(38, 8).text
        #expect(narrow.contains("orders  2026-11-23 07:26  27.0 s"), "\(narrow)")
    }

    @Test("o shows a row of the list in full, and ] goes on to the runs from there")
    func inFull() {
        var desk = desk(38, 10)
        desk.press(.inFull)
        #expect(desk.text.contains("app-20261123072623-0059"), "\(desk.text)")
        #expect(desk.text.contains("5000 B"))
        #expect(desk.text.contains("[Spark applications]"))
        desk.press(.nextTab)
        #expect(desk.state.views == [.runs])
        desk.press(.nextTab, .inFull)
        _ = ProfilePane.back(&desk.state, desk.context)
        #expect(desk.state.views.isEmpty)
        #expect(desk.text.contains("orders"))
    }
}

@Suite("The profiler on terminals and panes that change")
struct ProfileSurroundingsTests {
    @Test("in ASCII the parts of the wall time are told apart by their marks")
    func ascii() {
        var desk = ProfileTests.Desk()
        desk.charset = .ascii
        desk.open()
        for legend in [
            ". before the first task", "- no task running", "+ some slots idle",
            "# all slots busy",
        ] { #expect(desk.text.contains(legend), "\(desk.text)") }
        #expect(!desk.text.contains { !$0.isASCII })
    }

    @Test("what had scrolled away is back where a larger pane has room for it")
    func larger() {
        var desk = ProfileTests.Desk()
        desk.size = Size(width: 78, height: 9)
        desk.open()
        desk.press(.next, .next, .next, .next)
        #expect(!desk.text.contains("wall time"))
        desk.size = Size(width: 78, height: 30)
        ProfilePane.show(&desk.state, desk.context)
        #expect(desk.text.contains("wall time"), "\(desk.text)")
    }

    @Test("two runs stand in one column for each figure, all of them in sight at 80 columns")
    func comparison() {
        let (slow, fast) = (
            SmallApplication.profiled(),
            SmallApplication.profiled(
                SmallApplication.text.replacing(
                    #""Executor Run Time":9000"#, with: #""Executor Run Time":700"#
                ).replacing(#""Finish Time":14200"#, with: #""Finish Time":5900"#))
        )
        var desk = ProfileTests.Desk()
        desk.size = Size(width: 78, height: 21)
        _ = Profile.take(
            &desk.state,
            .compared(ComparedRuns(SparkComparison(slow.profile, fast.profile))), desk.context)
        #expect(desk.text.contains("9.0 s → 700 ms"), "\(desk.text)")
        #expect(desk.text.contains("-8.3 s"))
        #expect(desk.text.contains("SPILLED"))
    }

    @Test("without colours too, stages with slack are told from those on the critical path")
    func slack() {
        var desk = ProfileTests.Desk()
        let second = #"{"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":1"#
        // A short stage beside the first, which nothing waits for.
        desk.show(
            SmallApplication.profiled(
                SmallApplication.text.replacing(
                    second,
                    with: #"""
                        {"Event":"SparkListenerTaskEnd","Stage ID":9,"Stage Attempt ID":0,"Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":99,"Index":0,"Attempt":0,"Launch Time":6000,"Executor ID":"driver","Host":"h1","Finish Time":6100},"Task Metrics":{"Executor Run Time":100}}
                        """# + "\n" + second)))
        desk.state.views = [.timeline]
        ProfilePane.show(&desk.state, desk.context)
        let bars = desk.text.split(separator: "\n").filter { $0.contains(/^ *\d+ +\d/) }
        #expect(bars.contains { $0.contains("█") }, "\(desk.text)")
        #expect(bars.contains { $0.contains("▒") }, "\(desk.text)")
        #expect(desk.text.contains("▒ has slack"))
    }

    @Test("a number is not parted from its unit where a line is broken")
    func units() {
        for width in 20...60 {
            var table = ProfileTable()
            table.header = [
                [
                    TextRun("data      ", .dim),
                    TextRun("36 MB read, 41 MB written, 3 % of it", .plain),
                ]
            ]
            table.wrapHeader(width: width, isLow: false)
            for line in table.header {
                #expect(line.last?.text.trimmingPrefix(" ").last?.isNumber == false)
            }
        }
    }
}
