import Domain
import Foundation
import PaneKit
import Screen
import SparkAdvice
import SparkLog
import Testing

@testable import ProfilePanes

/// A small application: two stages, the second with one slow task, and a failed attempt.
enum SmallApplication {
    static func profiled(_ text: String = Self.text) -> ProfiledApplication {
        var reader = EventLogReader()
        reader.feed(Array(text.utf8))
        reader.finish()
        return ProfiledApplication(
            path: "app-1", reader.currentApplication,
            facts: SparkLogFacts(
                layout: "single", isInProgress: false, files: 1, bytes: 9_000, codec: "none"))
    }

    static var text: String {
        var lines = [
            #"{"Event":"SparkListenerLogStart","Spark Version":"4.1.1"}"#,
            #"{"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.master":"local[2]"}}"#,
            #"{"Event":"SparkListenerApplicationStart","App Name":"or\u001b[2Jders","App ID":"app-1","Timestamp":1000}"#,
            #"{"Event":"SparkListenerExecutorAdded","Timestamp":1100,"Executor ID":"driver","Executor Info":{"Host":"h1","Total Cores":2}}"#,
            #"{"Event":"SparkListenerJobStart","Job ID":0,"Submission Time":1200,"Stage Infos":[],"Stage IDs":[0,1]}"#,
        ]
        for stage in 0...1 {
            lines.append(
                #"{"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":\#(stage),"Stage Attempt ID":0,"Stage Name":"step \#(stage)","Number of Tasks":4,"Parent IDs":[\#(stage == 1 ? "0" : "")],"Submission Time":\#(1200 + stage * 4000)}}"#
            )
            for task in 0..<4 {
                let start = 1200 + stage * 4000
                let length = stage == 1 && task == 3 ? 9_000 : 500 + task * 10
                let isLost = stage == 0 && task == 0
                lines.append(
                    #"{"Event":"SparkListenerTaskEnd","Stage ID":\#(stage),"Stage Attempt ID":0,"Task End Reason":{"Reason":"\#(isLost ? "ExceptionFailure\",\"Class Name\":\"java.lang.Boom" : "Success")"},"Task Info":{"Task ID":\#(stage * 10 + task),"Index":\#(task),"Attempt":0,"Launch Time":\#(start),"Executor ID":"driver","Host":"h1","Finish Time":\#(start + length)},"Task Metrics":{"Executor Run Time":\#(length),"Shuffle Read Metrics":{"Local Bytes Read":\#(stage * length * 9_000)}}}"#
                )
            }
            lines.append(
                #"{"Event":"SparkListenerStageCompleted","Stage Info":{"Stage ID":\#(stage),"Stage Attempt ID":0,"Stage Name":"step \#(stage)","Number of Tasks":4,"Submission Time":\#(1200 + stage * 4000),"Completion Time":\#(5000 + stage * 9300)}}"#
            )
        }
        lines.append(
            #"{"Event":"SparkListenerJobEnd","Job ID":0,"Completion Time":14300,"Job Result":{"Result":"JobSucceeded"}}"#
        )
        lines.append(#"{"Event":"SparkListenerApplicationEnd","Timestamp":14500}"#)
        return lines.joined(separator: "\n") + "\n"
    }
}

@Suite("The profiler")
struct ProfileTests {
    static let clock = LocalClock(now: Instant(seconds: 0), offset: 0)

    struct Desk {
        var state = Profile.State()
        var size = Size(width: 110, height: 30)
        var charset = Charset.unicode
        var context: PaneContext {
            PaneContext(
                clock: ProfileTests.clock, size: size, isFocused: true, charset: charset)
        }

        mutating func open() {
            let wanted = Profile.run(&state, word: "spark", ["app-1"], context)
            #expect(wanted.contains(.perform(.load(path: "app-1"))))
            _ = Profile.take(&state, .loaded(SmallApplication.profiled()), context)
        }

        mutating func press(_ actions: ProfilePane.Action...) {
            for action in actions { _ = ProfilePane.update(&state, action, context) }
        }

        var text: String {
            var grid = Grid(size: size, charset: charset)
            ProfilePane.draw(state, in: grid.bounds, context, on: &grid)
            return grid.text
        }
    }

    @Test("an application opens on its overview: where the time went and what was found")
    func overview() {
        var desk = Desk()
        desk.open()
        let text = desk.text
        #expect(text.contains("[Overview]"))
        #expect(text.contains("wall time           13.5 s"))
        #expect(text.contains("where it went"))
        #expect(text.contains("before the first task 200 ms"))
        #expect(text.contains("all slots busy 1.0 s"))
        #expect(text.contains("critical path"))
        #expect(text.contains("skewed-groupby"))
        #expect(!text.contains("\u{1b}"))
    }

    @Test("a finding leads to its evidence, from there to the stage, to the tasks, and back")
    func walk() {
        var desk = Desk()
        desk.open()
        desk.press(.open)
        #expect(desk.text.contains("rule                skewed-groupby"))
        #expect(desk.text.contains("max task"))
        desk.press(.open)
        #expect(desk.text.contains("stage               1, attempt 0: step 1"))
        #expect(desk.text.contains("tail"))
        desk.press(.open)
        #expect(desk.text.contains("INDEX"))
        desk.press(.sortDescending)
        for _ in 0..<4 { _ = ProfilePane.back(&desk.state, desk.context) }
        #expect(desk.state.views.isEmpty)
        #expect(ProfilePane.back(&desk.state, desk.context) == nil)
    }

    @Test("stages sort by the column under the cursor, and a filter keeps what holds its text")
    func sorting() {
        var desk = Desk()
        desk.open()
        desk.press(.nextTab, .nextTab)
        #expect(desk.text.contains("[Stages]"))
        #expect(desk.state.order == [0, 1])
        desk.press(.nextColumn, .nextColumn, .sortDescending)
        #expect(desk.state.order == [1, 0])
        _ = Profile.typed(&desk.state, "filter", .changed("step 0"), desk.context)
        #expect(desk.state.order == [0])
    }

    @Test("failures are grouped by their reason")
    func failures() {
        var desk = Desk()
        desk.open()
        for _ in 0..<10 { desk.press(.nextTab) }
        #expect(desk.text.contains("[Failures]"))
        #expect(desk.text.contains("java.lang.Boom"))
    }

    @Test(
        "every view draws at every size, empty and full",
        arguments: [(1, 1), (20, 5), (80, 24), (160, 45)])
    func sizes(_ width: Int, _ height: Int) {
        var desk = Desk()
        desk.size = Size(width: width, height: height)
        _ = desk.text
        desk.open()
        let views: [ProfileView] =
            ProfileView.tabs + [
                .stage(1), .tasks(1), .plan(0, version: 0), .finding(0), .stage(99), .job(0),
                .job(9), .executor(0), .executor(9), .comparison,
            ]
        for view in views {
            desk.state.views = [view]
            ProfilePane.show(&desk.state, desk.context)
            _ = desk.text
            desk.press(.next, .last, .pageUp, .open, .olderPlan, .nextFinding, .copy)
        }
    }

    @Test("on the smallest screen the row under the cursor is seen, and can be walked along")
    func smallest() {
        var desk = Desk()
        desk.size = Size(width: 18, height: 1)
        desk.open()
        #expect(desk.text.contains("skewed-groupby"))
        desk.press(.nextTab, .nextTab)
        #expect(desk.text.hasPrefix("0  step 0"))
        desk.press(.next)
        #expect(desk.text.hasPrefix("1  step 1"))
    }

    @Test("at 80 columns no line above the rows is cut")
    func usualScreen() {
        var desk = Desk()
        desk.size = Size(width: 78, height: 21)
        desk.show(SmallApplication.profiled(EverythingLog.text { String($0) }))
        for view in [ProfileView.overview, .finding(0), .streams, .executor(0), .whatIf] {
            desk.state.views = [view]
            ProfilePane.show(&desk.state, desk.context)
            let header = desk.text.split(separator: "\n").dropFirst()
                .prefix(desk.state.shown.header.count)
            #expect(!header.contains { $0.contains("…") }, "\(desk.text)")
        }
    }

    @Test("a job leads to its stages, an executor to what it did of each")
    func jobsAndExecutors() {
        var desk = Desk()
        desk.open()
        desk.press(.nextTab)
        #expect(desk.text.contains("[Jobs]"))
        desk.press(.open)
        #expect(desk.state.views == [.jobs, .job(0)])
        #expect(desk.text.contains("step 1"))
        desk.state.views = [.executors]
        ProfilePane.show(&desk.state, desk.context)
        desk.press(.open)
        #expect(desk.text.contains("ELSEWHERE"))
        #expect(desk.text.contains("alive"))
    }

    @Test("what-if shows other executors as a plot and a table, with what no slots can beat")
    func whatIf() {
        var desk = Desk()
        desk.open()
        desk.state.views = [.whatIf]
        ProfilePane.show(&desk.state, desk.context)
        let text = desk.text
        #expect(text.contains("no slots can beat"))
        #expect(text.contains("1 executor × "))
        #expect(text.contains("bound"))
        #expect(text.contains("without skew"))
        #expect(text.contains("likely at most"))
        #expect(!text.contains("all slots share"))
        desk.state.opened?.processors = 3
        ProfilePane.show(&desk.state, desk.context)
        #expect(desk.text.contains("all slots share 3 processors"))
    }

    @Test("a server that knows several applications shows its list")
    func servers() throws {
        var desk = Desk()
        let url = "http://h:18080"
        _ = Profile.run(&desk.state, word: "spark", [url], desk.context)
        #expect(desk.state.loading?.path == url)
        let rows = (1...2).map { number in
            ApplicationRow(
                path: "\(url)/history/app-\(number)", id: "app-\(number)", name: "n",
                version: "4.3.0", start: 0, end: nil, isInProgress: true, bytes: nil)
        }
        _ = Profile.take(&desk.state, .listed(folder: url, rows), desk.context)
        #expect(desk.state.loading == nil)
        #expect(desk.text.contains("app-2"))
        let requests = ProfilePane.update(&desk.state, .open, desk.context)
        #expect(requests.contains(.perform(.load(path: "\(url)/history/app-1"))))
        #expect(
            Profile.run(&desk.state, word: "spark", [], desk.context)
                .contains(.perform(.list(folder: "."))))
    }

    @Test("applying a finding asks, runs, and sets both runs side by side with the verdict")
    func apply() throws {
        var desk = Desk()
        desk.open()
        desk.press(.open)
        let opened = try #require(desk.state.opened)
        let finding = opened.findings[0]
        let requests = ProfilePane.update(&desk.state, .apply, desk.context)
        if let arguments = finding.submitArguments {
            let effect = Profile.Effect.prove(
                path: "app-1", finding.rule, stage: finding.stage)
            #expect(
                requests == [.confirm("Run the task again with \(arguments)?", [effect])])
        } else {
            guard case .notice? = requests.first else { throw Missing() }
        }
        _ = Profile.take(&desk.state, .proving(path: "app-1"), desk.context)
        #expect(ProfilePane.caption(desk.state).footer.contains("running again"))
        #expect(
            Profile.interrupt(&desk.state, desk.context)?.contains(.perform(.cancelProof)) ?? false)
        #expect(ProfilePane.caption(desk.state).footer.contains("being ended"))
        #expect(Profile.unfinishedWork(desk.state)?.contains("run again") ?? false)
        // A failure that names another log: one proof at a time, so none is under way.
        let failed = Profile.Effect.prove(path: "app-2", finding.rule, stage: nil)
        _ = Profile.failed(&desk.state, failed, problem: "x", desk.context)
        #expect(Profile.unfinishedWork(desk.state) == nil)
        _ = Profile.take(&desk.state, .proving(path: "app-1"), desk.context)
        let proof = SparkProof(finding, SparkComparison(opened.profile, opened.profile))
        _ = Profile.take(
            &desk.state,
            .proved(path: "app-1", ComparedRuns(proof), summary: "refuted once"), desk.context)
        #expect(desk.state.proving == nil)
        let text = desk.text
        #expect(text.contains("[Comparison]"))
        #expect(text.contains("100 % of the time before, 1.0 × as fast"))
        #expect(text.contains("refuted"))
        #expect(text.contains("step 1"))
        _ = ProfilePane.back(&desk.state, desk.context)
        #expect(desk.state.views.last == .finding(0))
        #expect(desk.text.contains("refuted once"))
        #expect(!ProfilePane.caption(desk.state).footer.contains("running again"))
    }

    private struct Missing: Error {}

    @Test("every action has a key, and no key has two")
    func keys() {
        let bound = ProfilePane.keymap.bindings.map(\.action)
        #expect(Set(bound) == Set(ProfilePane.Action.allCases))
        let sequences = ProfilePane.keymap.bindings.flatMap(\.sequences)
        #expect(Set(sequences).count == sequences.count)
        #expect(Profile.panes.map(\.name) == ["profile"])
    }

    @Test("an answer for a log that is no longer wanted changes nothing")
    func stale() {
        var desk = Desk()
        _ = Profile.run(&desk.state, word: "spark", ["app-2"], desk.context)
        _ = Profile.take(&desk.state, .loaded(SmallApplication.profiled()), desk.context)
        #expect(desk.state.opened == nil)
        #expect(Profile.interrupt(&desk.state, desk.context) != nil)
        #expect(desk.state.loading == nil)
    }
}

@Suite("Logs that grow while they are in sight")
struct GrowingProfileTests {
    private func application(_ lines: Int, _ path: String = "app-1") -> ProfiledApplication {
        let all = EverythingLog.text { String($0) }.split(separator: "\n")
        var application = SmallApplication.profiled(
            all.prefix(lines).joined(separator: "\n") + "\n")
        application.path = path
        application.facts.isInProgress = lines < all.count
        return application
    }

    @Test("a long log is in sight as far as it was read, and keeps its view when all of it was")
    func sharpening() {
        var desk = ProfileTests.Desk()
        _ = Profile.run(&desk.state, word: "spark", ["app-1"], desk.context)
        _ = Profile.take(&desk.state, .sharpened(application(14)), desk.context)
        #expect(desk.text.contains("[Overview]"))
        desk.press(.nextTab, .nextTab)
        #expect(desk.state.views == [.stages])
        let before = desk.state.order.count
        _ = Profile.take(&desk.state, .loaded(application(99)), desk.context)
        #expect(desk.state.views == [.stages])
        #expect(desk.state.order.count > before)
        #expect(desk.state.loading == nil)
    }

    @Test("a log that is followed changes its figures, not the view or the place in it")
    func following() {
        var desk = ProfileTests.Desk()
        desk.show(application(14))
        #expect(ProfilePane.caption(desk.state).footer.contains("following"))
        desk.state.views = [.stages, .stage(0), .tasks(0)]
        ProfilePane.show(&desk.state, desk.context)
        desk.press(.last)
        let (rows, row) = (desk.state.order.count, ProfilePane.row(desk.state))
        _ = Profile.take(&desk.state, .sharpened(application(24)), desk.context)
        #expect(desk.state.views == [.stages, .stage(0), .tasks(0)])
        #expect(desk.state.order.count > rows)
        #expect(ProfilePane.row(desk.state) == row)
        _ = Profile.take(&desk.state, .sharpened(application(99)), desk.context)
        #expect(!ProfilePane.caption(desk.state).footer.contains("following"))
    }

    @Test("who has gone back to the list is not taken from it by a log that grows")
    func outOfSight() {
        var desk = ProfileTests.Desk()
        desk.show(application(18))
        _ = ProfilePane.back(&desk.state, desk.context)
        _ = Profile.take(&desk.state, .sharpened(application(24)), desk.context)
        #expect(desk.state.views.isEmpty)
        _ = Profile.take(&desk.state, .sharpened(application(24, "app-2")), desk.context)
        #expect(desk.state.opened?.path == "app-1")
    }

    @Test("reading a log again keeps the view; a log written anew is shown from its overview")
    func again() {
        var desk = ProfileTests.Desk()
        desk.show(application(99))
        desk.press(.nextTab, .reload)
        #expect(desk.state.loading?.path == "app-1")
        _ = Profile.take(&desk.state, .sharpened(application(14)), desk.context)
        #expect(desk.state.opened?.application.endedAt != nil)
        _ = Profile.take(&desk.state, .loaded(application(99)), desk.context)
        #expect(desk.state.views == [.jobs])
        desk.show(application(18))
        let other = SmallApplication.profiled(
            EverythingLog.text { String($0) }.replacing(
                #""App ID":"app-1""#, with: #""App ID":"b""#))
        _ = Profile.take(&desk.state, .sharpened(other), desk.context)
        #expect(desk.state.views == [.overview])
    }

    @Test("Ctrl-C gives the reading up")
    func givenUp() {
        var desk = ProfileTests.Desk()
        _ = Profile.run(&desk.state, word: "spark", ["app-1"], desk.context)
        let requests = Profile.interrupt(&desk.state, desk.context)
        #expect(requests?.contains(.perform(.cancelLoad)) ?? false)
    }
}
