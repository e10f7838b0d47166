import Domain
import PaneKit
import Screen
import SparkAdvice
import SparkLog
import Testing

@testable import ProfilePanes

@Suite("Rows of the profiler in full, and where they lead")
struct RowInFullTests {
    private func desk(_ text: String? = nil) -> ProfileTests.Desk {
        var desk = ProfileTests.Desk()
        desk.size = Size(width: 78, height: 21)
        desk.show(SmallApplication.profiled(text ?? EverythingLog.text { String($0) }))
        return desk
    }

    private func show(_ desk: inout ProfileTests.Desk, _ views: ProfileView...) {
        desk.state.views = views
        ProfilePane.show(&desk.state, desk.context)
    }

    @Test("o shows every column of a row exactly, and where the row leads; Esc goes back to it")
    func stage() {
        var desk = desk()
        show(&desk, .stages)
        desk.press(.next, .inFull)
        let text = desk.text
        // Six tasks wrote 100 + 900 n bytes to the shuffle and as much elsewhere.
        #expect(text.contains("written   27 kB (28200 B)") || text.contains("(28200 B)"), "\(text)")
        for lead in ["→ stage 1", "→ the tasks of stage 1", "→ job 0", "→ the plan of query 7"] {
            #expect(text.contains(lead), "\(text)")
        }
        desk.press(.last, .open)
        #expect(desk.state.views.last == .plan(0, version: 0))
        _ = ProfilePane.back(&desk.state, desk.context)
        _ = ProfilePane.back(&desk.state, desk.context)
        #expect(desk.state.views == [.stages])
        #expect(desk.state.table.cursor == 1)
    }

    @Test("Enter on a row that leads nowhere shows it in full: a long value is cut nowhere")
    func longValue() {
        let path = "/" + (0..<30).map { "folder-\($0)" }.joined(separator: "/")
        var desk = desk(
            SmallApplication.text.replacing(
                #""spark.master":"local[2]""#, with: #""spark.master":"\#(path)""#))
        show(&desk, .environment)
        #expect(!desk.text.contains("folder-29"))
        desk.press(.open)
        #expect(desk.text.contains("folder-29"), "\(desk.text)")
        #expect(desk.text.contains("setting"))
    }

    @Test("a node of a plan shows each metric by itself, its arguments, and leads to its stage")
    func node() {
        var desk = desk()
        show(&desk, .plan(0, version: 0))
        desk.press(.inFull)
        let text = desk.text
        #expect(text.contains("data size"))
        #expect(text.contains("least, middle, most of 12") || text.contains("in all"), "\(text)")
        #expect(text.contains("hashpartitioning(k, 200)"))
        #expect(text.contains("→ stage 0"))
    }

    @Test("J leads from a stage to its job, p to the plan of its query, t to its tasks")
    func links() {
        var desk = desk()
        show(&desk, .stages)
        desk.press(.toJob)
        #expect(desk.state.views == [.stages, .job(0)])
        show(&desk, .stages, .stage(1))
        desk.press(.toPlan)
        #expect(desk.state.views.last == .plan(0, version: 0))
        show(&desk, .jobs)
        desk.press(.toPlan)
        #expect(desk.state.views.last == .plan(0, version: 0))
        show(&desk, .stages)
        desk.press(.allTasks)
        #expect(desk.state.views.last == .tasks(0))
        show(&desk, .environment)
        let requests = ProfilePane.update(&desk.state, .toJob, desk.context)
        guard case .notice? = requests.first else {
            Issue.record("no word that there is no job")
            return
        }
    }

    @Test("a failure tells where it struck, and leads to those tasks, the failed ones first")
    func failures() {
        var desk = desk()
        show(&desk, .failures)
        #expect(desk.text.contains("ExecutorLostFailure  0, 1   2"), "\(desk.text)")
        desk.press(.open)
        guard case .tasks? = desk.state.views.last else {
            Issue.record("\(desk.state.views)")
            return
        }
        let rows = desk.text.split(separator: "\n").dropFirst(2)
        #expect(rows.first?.contains("failed") == true, "\(desk.text)")
        let times = desk.state.order.dropFirst().map { desk.state.shown.sortKey($0, 4) }
        #expect(times == times.sorted(by: >))
    }

    @Test("the overview says first that jobs failed, and why")
    func failedJob() {
        let text = SmallApplication.text.replacing(
            #"{"Result":"JobSucceeded"}"#,
            with: #"{"Result":"JobFailed","Exception":{"Message":"no space left\nat x"}}"#)
        var desk = desk(text)
        show(&desk, .overview)
        #expect(desk.text.contains("failed              job 0: no space left"), "\(desk.text)")
    }

    @Test("evidence is told with its unit, rounded and exact")
    func evidence() {
        var desk = desk(SmallApplication.text)
        show(&desk, .finding(0))
        #expect(desk.text.contains("9.0 s (9000 ms)"), "\(desk.text)")
        #expect(!desk.text.contains("_ms"))
    }

    @Test("settings that differ from the version's default come first")
    func environment() {
        var desk = desk(
            SmallApplication.text.replacing(
                #""spark.master":"local[2]""#,
                with: #""spark.a":"1","spark.master":"local[2]","spark.sql.shuffle.partitions":"7""#
            ))
        show(&desk, .environment)
        let rows = desk.text.split(separator: "\n")
        #expect(rows[3].hasPrefix("spark.sql.shuffle.partitions"), "\(desk.text)")
    }

    @Test("a stage is called by what it does, where its plan tells")
    func operators() {
        var desk = desk(EverythingLog.text { String($0) }.replacing(#""ID":51"#, with: #""ID":53"#))
        show(&desk, .stages)
        #expect(desk.text.contains("Scan · s"), "\(desk.text)")
        desk.press(.open)
        #expect(desk.text.contains("does                Scan"))
    }

    @Test("the cursor stays on its row when rows come that sort before it")
    func growing() {
        let lines = EverythingLog.text { String($0) }.split(separator: "\n")
        func application(_ count: Int) -> ProfiledApplication {
            SmallApplication.profiled(lines.prefix(count).joined(separator: "\n") + "\n")
        }
        var desk = ProfileTests.Desk()
        desk.show(application(18))
        show(&desk, .stages)
        desk.press(.sortDescending)
        #expect(desk.state.order.count == 1)
        _ = Profile.take(&desk.state, .sharpened(application(26)), desk.context)
        #expect(desk.state.order == [1, 0])
        #expect(desk.state.table.cursor == 1)
    }

    @Test("who left an application by Esc comes back to it by Enter where the folder has no log")
    func back() {
        var desk = desk()
        _ = ProfilePane.back(&desk.state, desk.context)
        #expect(desk.text.contains("Enter goes back to all"))
        desk.press(.open)
        #expect(desk.state.views == [.overview])
    }
}

@Suite("What the profiler knows and what it does not")
struct KnownInProfileTests {
    @Test("a file without any event of Spark opens nothing, and says so")
    func noLog() {
        var desk = ProfileTests.Desk()
        _ = Profile.run(&desk.state, word: "spark", ["app-1"], desk.context)
        let requests = Profile.take(
            &desk.state, .loaded(SmallApplication.profiled("nothing\n")), desk.context)
        #expect(desk.state.opened == nil)
        guard case .notice(let notice)? = requests.first else {
            Issue.record("nothing was said")
            return
        }
        #expect(notice.text.contains("holds no event"))
    }

    @Test("where the log has no events of blocks, how much was cached is unknown and not nothing")
    func unknownStorage() {
        let text = EverythingLog.text { String($0) }
        var desk = ProfileTests.Desk()
        desk.show(SmallApplication.profiled(text))
        desk.state.views = [.storage]
        ProfilePane.show(&desk.state, desk.context)
        #expect(!desk.text.contains("is not in this log"))
        let lines = text.split(separator: "\n").filter { !$0.contains("BlockUpdated") }
            .map {
                $0.replacing(#""Number of Cached Partitions":3"#, with: #""x":0"#)
                    .replacing(#""Memory Size":10,"Disk Size":10"#, with: #""y":0"#)
            }
        desk.show(SmallApplication.profiled(lines.joined(separator: "\n") + "\n"))
        desk.state.views = [.storage]
        ProfilePane.show(&desk.state, desk.context)
        #expect(desk.text.contains("is not in this log"), "\(desk.text)")
        #expect(desk.text.contains("?/3"))
    }

    @Test("what is in sight while the log is read says so, and not that the log ends abruptly")
    func soFar() {
        var desk = ProfileTests.Desk()
        let lines = EverythingLog.text { String($0) }.split(separator: "\n").prefix(20)
        let part = SmallApplication.profiled(lines.joined(separator: "\n") + "\n")
        _ = Profile.run(&desk.state, word: "spark", ["app-1"], desk.context)
        _ = Profile.take(&desk.state, .sharpened(part), desk.context)
        #expect(desk.text.contains("the log is still being read"), "\(desk.text)")
        #expect(!desk.text.contains("incomplete"))
        _ = Profile.take(&desk.state, .loaded(part), desk.context)
        #expect(!desk.text.contains("still being read"))
    }

    @Test("a plan steps in where it branches, and not with every node of a chain")
    func branches() {
        let shape = PlanBranches(depths: [0, 1, 2, 3, 4, 3, 4, 2], .unicode)
        #expect(shape.prefixes == ["", "", "├ ", "│ ├ ", "│ │ ", "│ └ ", "│   ", "└ "])
        let ascii = PlanBranches(depths: [0, 2, 2], .ascii)
        #expect(ascii.prefixes == ["", "+ ", "` "])
    }
}

@Suite("Old logs in the profiler")
struct OldLogsTests {
    private func desk() -> ProfileTests.Desk {
        var desk = ProfileTests.Desk()
        desk.show(
            SmallApplication.profiled(
                SmallApplication.text.replacing(#","Total Cores":2"#, with: "")
                    .replacing(#""Submission Time":1200,"Stage Infos""#, with: #""Stage Infos""#)
                    .replacing(#""Completion Time":14300,"Job"#, with: #""Job"#)))
        return desk
    }

    @Test(
        "where the log names no cores, slots are those taken at once, and never more than all busy")
    func noCores() {
        let desk = desk()
        #expect(desk.text.contains("taken at once; the log names no cores"), "\(desk.text)")
        let share = desk.text.split(separator: "\n").first { $0.hasPrefix("slots busy") }?
            .split(separator: " ").dropFirst(2).first.flatMap { Int($0) }
        #expect((1...100).contains(share ?? 0), "\(desk.text)")
    }

    @Test("cores that a task takes several of are one slot")
    func taskCPUs() {
        func busy(_ text: String) -> Substring? {
            var desk = ProfileTests.Desk()
            desk.show(SmallApplication.profiled(text))
            return desk.text.split(separator: "\n").first { $0.hasPrefix("slots busy") }
        }
        let (one, two) = ("spark.master\":\"local[2]\"", ",\"spark.task.cpus\":\"2\"")
        let text = SmallApplication.text
        #expect(busy(text)?.contains("of 26.8 s slot time") ?? false, "\(busy(text) ?? "")")
        let paired = busy(text.replacing(one, with: one + two))
        #expect(paired?.contains("of 13.4 s slot time") ?? false, "\(paired ?? "")")
    }

    @Test("a job without times took from its first task to its last")
    func jobTimes() {
        var desk = desk()
        desk.state.views = [.jobs]
        ProfilePane.show(&desk.state, desk.context)
        // 1200 to 14200 of 1000 to 14500.
        #expect(desk.text.contains("13.0 s"), "\(desk.text)")
    }

    @Test("the steps of a histogram are told apart by their labels")
    func histogram() {
        let lines = ProfileTable.histogram(
            [520, 521, 521, 523], buckets: 6, width: 10, charset: .unicode
        ) { "\($0) ms" }
        #expect(lines.map { $0[0].text.prefix(6) } == ["520 ms", "521 ms", "522 ms", "523 ms"])
        let wide = ProfileTable.histogram(
            [0, 100, 600], buckets: 6, width: 10, charset: .unicode
        ) { "\($0) ms" }
        #expect(wide.count == 6)
        #expect(wide[0][0].text.hasPrefix("0 ms – 100 ms"))
    }
}
