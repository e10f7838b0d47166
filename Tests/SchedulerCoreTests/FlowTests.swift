import Domain
import Testing

@testable import SchedulerCore

@Suite("The scheduler's machine: branches, waits, setups and the run's own time")
struct FlowTests {
    @Test(
        "a branch leaves out the children it does not name, and what only they lead to",
        arguments: [
            ("x", ["y skipped (left out by 'br')"], ["launch x#1"]),
            ("y", ["x skipped (left out by 'br')"], ["launch y#1"]),
            ("", ["x skipped (left out by 'br')", "y skipped (left out by 'br')"], []),
        ])
    func branch(choice: String, skipped: [String], launched: [String]) throws {
        var talk = Conversation()
        talk.create(
            try plan("br -> x; br -> y; x -> j[none_failed_min_one_success]; y -> j; br -> j") {
                _ in
            }.with("br") { $0.conduct = .branch })
        talk.start("br")
        talk.write("br", "branch", .text(choice))
        let words = talk.end("br")
        #expect(
            words.filter { $0.contains("left out") } == skipped.map { $0 }
                + (choice.isEmpty ? ["j skipped (left out by 'br')"] : []))
        #expect(words.filter { $0.hasPrefix("launch") } == launched)
    }

    @Test("a branch may name several tasks, or a group; one that does not need it is a failure")
    func branchNames() throws {
        let shape = try plan("br -> a; br -> b; br -> c; d")
            .with("br") { $0.conduct = .branch }
            .with("a") { $0.group = "g" }.with("b") { $0.group = "g" }
        var talk = Conversation()
        talk.create(shape)
        talk.write("br", TaskOutput.bareKey, .list([.text("g"), .text(" c ")]))
        #expect(!talk.end("br").contains { $0.contains("left out") })
        talk.create(shape, as: "s")
        talk.write("br", "branch", .text("d"), of: "s")
        #expect(
            talk.end("br", of: "s").first
                == "br failed (the branch names 'd', which does not need it)")
    }

    @Test(
        "a child left out is left out again when it alone is cleared, and runs where its branch is")
    func branchRemembered() throws {
        var talk = Conversation()
        talk.create(try plan("br -> x; br -> y").with("br") { $0.conduct = .branch })
        talk.write("br", "branch", .text("x"))
        talk.end("br")
        #expect(talk.clear("y") == ["y none", "y skipped (left out by 'br')"])
        talk.clear("br", "y")
        talk.start("br", 2)
        talk.write("br", "branch", .text("y"), 2)
        #expect(talk.end("br", 2).contains("launch y#1"))
    }

    @Test(
        "a short-circuit that does not hold skips all that follows, whatever the rules; not teardowns"
    )
    func shortCircuit() throws {
        let shape = "sc -> t1 -> t2[all_done] -> down[all_done_setup_success]"
        var talk = Conversation()
        talk.create(
            try plan(shape).with("sc") { $0.conduct = .shortCircuit(leavesOutAll: true) }
                .with("down") { $0.role = .teardown(failsRun: false) })
        #expect(
            talk.end("sc", code: 1) == [
                "sc success (leaves out what follows)", "t1 skipped (left out by 'sc')",
                "t2 skipped (left out by 'sc')", "down queued", "launch down#1",
            ])
        talk.create(
            try plan("sc -> t1 -> t2[all_done]").with("sc") {
                $0.conduct = .shortCircuit(leavesOutAll: false)
            }, as: "s")
        #expect(
            talk.end("sc", code: 1, of: "s").suffix(2) == ["t2 queued", "launch t2#1"])
        talk.create(
            try plan("sc -> t1").with("sc") { $0.conduct = .shortCircuit(leavesOutAll: true) },
            as: "t")
        #expect(talk.end("sc", of: "t").contains("launch t1#1"))
    }

    @Test("a wait takes no slot, its time counts over all attempts, and in vain is no retry")
    func wait() throws {
        var talk = Conversation(parallelism: 1)
        let shape = try plan("w; a; b") { ($0.retries, $0.retryDelay) = (2, .seconds(5)) }
            .with("w") { $0.conduct = .wait(SensorPlan(timeout: .seconds(60))) }
        #expect(
            talk.create(shape) == [
                "r queued", "r running", "w deferred", "a queued", "b scheduled", "launch w#1",
                "set wait w at 60", "launch a#1",
            ])
        talk.start("w")
        talk.now = 10
        #expect(talk.end("w", code: 1) == ["w up_for_retry", "set retry w at 15"])
        talk.now = 15
        #expect(talk.retryDue("w") == ["w deferred", "launch w#2"])
        talk.now = 59
        #expect(talk.waitDue("w") == ["set wait w at 60"], "the clock was set back")
        talk.now = 60
        #expect(talk.waitDue("w") == ["terminate w#2"])
        #expect(
            talk.end("w", 2, .signalled(number: 15)) == ["w failed (waited 1m in vain)"])
    }

    @Test("a soft wait is skipped where it waited in vain or says that waiting is no use")
    func softWait() throws {
        var talk = Conversation()
        let soft = SensorPlan(timeout: .seconds(60), isSoft: true)
        let shape = try plan("w; v; u").with("w") { $0.conduct = .wait(soft) }
            .with("v") { $0.conduct = .wait(soft) }.with("u") { $0.conduct = .wait(soft) }
        talk.create(shape)
        talk.now = 60
        talk.waitDue("w")
        #expect(
            talk.end("w", 1, .signalled(number: 15)) == ["w skipped (waited 1m in vain)"])
        #expect(
            talk.end("v", code: 98) == [
                "v skipped (failed without a retry (exit code 98))", "cancel wait v",
            ])
        #expect(talk.end("u") == ["u success", "r success", "cancel wait u"])
    }

    @Test("work is taken down however it ended; a teardown's failure does not fail the run")
    func teardown() throws {
        let shape = try plan("up -> work -> down[all_done_setup_success]; up -> down")
            .with("up") { $0.role = .setup }
            .with("down") { $0.role = .teardown(failsRun: false) }
        var talk = Conversation()
        talk.create(shape)
        talk.end("up")
        #expect(
            talk.end("work", code: 1) == ["work failed", "down queued", "launch down#1"])
        #expect(talk.end("down") == ["down success", "r failed"], "the work failed")

        talk.create(shape, as: "s")
        talk.end("up", of: "s")
        talk.end("work", of: "s")
        #expect(talk.end("down", code: 1, of: "s") == ["down failed", "s success"])

        talk.create(shape, as: "t")
        #expect(
            talk.end("up", code: 1, of: "t") == [
                "up failed", "work upstream_failed", "down upstream_failed", "t failed",
            ])
        talk.create(shape, as: "u")
        #expect(
            talk.end("up", code: 99, of: "u").prefix(3) == [
                "up skipped (skipped itself (exit code 99))",
                "work skipped (skipped by trigger rule all_success)",
                "down skipped (skipped by trigger rule all_done_setup_success)",
            ])
        talk.create(try plan("a -> b").with("b") { $0.role = .teardown(failsRun: true) }, as: "v")
        talk.end("a", of: "v")
        #expect(talk.end("b", code: 1, of: "v") == ["b failed", "v failed"])
    }

    @Test("a task within a setup's reach runs once that has succeeded, whatever its own rule says")
    func scope() throws {
        let words =
            "up -> work -> more[all_done] -> down[all_done_setup_success]; up -> down; more -> last[always]"
        let shape = try plan(words).with("up") { $0.role = .setup }
            .with("down") { $0.role = .teardown(failsRun: false) }
        var talk = Conversation()
        #expect(talk.create(shape).contains("last queued"), "it stands outside")
        talk.end("last")
        #expect(
            talk.end("up", code: 1) == [
                "up failed", "work upstream_failed",
                "more upstream_failed (its setup 'up' failed)", "down upstream_failed", "r failed",
            ])
        talk.create(shape, as: "s")
        talk.end("last", of: "s")
        #expect(
            talk.end("up", code: 99, of: "s").contains(
                "more skipped (its setup 'up' was skipped)"))

        // Without a teardown it is for all that follows.
        let early = try plan("up -> a -> b[always] -> c[one_failed]; x -> c")
            .with("up") { $0.role = .setup }
        talk.create(early, as: "e")
        #expect(talk.end("x", code: 1, of: "e") == ["x failed"], "c waits for up, as b does")
        let steps = talk.end("up", of: "e")
        #expect(steps.contains("launch b#1") && steps.contains("launch c#1"), "\(steps)")
    }

    @Test("what is ready within a setup's reach waits again when that is cleared")
    func scopeCleared() throws {
        let shape = try plan("up -> a -> b[always]; up -> c").with("up") { $0.role = .setup }
        var talk = Conversation(parallelism: 1)
        talk.create(shape)
        talk.end("up")
        #expect(talk.clear("up").contains("b none"))
        #expect(talk.end("a", code: 0).contains("launch up#2"))
        let failed = talk.end("up", 2, .exited(code: 1))
        #expect(failed.contains("b upstream_failed (its setup 'up' failed)"), "\(failed)")
    }

    @Test("a cancelled run still takes down what it brought up; a second cancel ends that as well")
    func cancelSparesTeardown() throws {
        let shape = try plan("up -> work -> down[all_done_setup_success]; up -> down")
            .with("up") { $0.role = .setup }
            .with("down") { $0.role = .teardown(failsRun: false) }
        var talk = Conversation()
        talk.create(shape)
        talk.end("up")
        #expect(talk.cancel() == ["terminate work#1"])
        #expect(
            talk.end("work", 1, .signalled(number: 15)) == [
                "work failed (cancelled by ada)", "down queued", "launch down#1",
            ])
        #expect(talk.cancel() == ["terminate down#1"])
        #expect(
            talk.end("down", 1, .signalled(number: 15)) == [
                "down failed (cancelled by ada)", "r cancelled",
            ])
    }

    @Test("clearing what stands outside of a setup and its teardown leaves both alone")
    func clearOutside() throws {
        let words = "up -> work -> down[all_done_setup_success]; up -> down; work -> long -> last"
        let shape = try plan(words).with("up") { $0.role = .setup }
            .with("down") { $0.role = .teardown(failsRun: false) }
        var talk = Conversation()
        talk.create(shape)
        for task: TaskID in ["up", "work", "down", "long"] { talk.end(task) }
        let steps = talk.clear("long")
        #expect(!steps.contains { $0.contains("up") || $0.contains("down") }, "\(steps)")
        #expect(talk.clear("work").contains { $0.contains("up") }, "for this one it is brought up")
    }

    @Test("clearing work clears what brings it up and takes it down")
    func clearWithRoles() throws {
        let shape = try plan("up -> work -> down[all_done_setup_success] -> last; up -> down")
            .with("up") { $0.role = .setup }
            .with("down") { $0.role = .teardown(failsRun: false) }
        var talk = Conversation()
        talk.create(try plan("x"), as: "other")
        talk.create(shape)
        for task: TaskID in ["up", "work", "down"] { talk.end(task) }
        let words = talk.clear("work")
        #expect(words.prefix(3) == ["work none", "up none", "down none"])
        #expect(words.suffix(1) == ["launch up#2"])
    }

    @Test("what is only recorded waits, and its time begins when somebody is there to carry it out")
    func admission() throws {
        var shape = try plan("a -> b")
        shape.timeout = .seconds(100)
        var talk = Conversation()
        #expect(talk.admit(false) == [])
        #expect(talk.create(shape) == ["r queued"])
        talk.now = 500
        let began = talk.admit(true)
        #expect(began.contains("r running") && began.contains("launch a#1"), "\(began)")
        #expect(began.contains("set timeout of r at 600"), "\(began)")
        talk.admit(false)
        #expect(talk.end("a").contains("launch b#1"), "what has begun goes on")
    }

    @Test(
        "a run that has used up its time ends: what runs is terminated, all is skipped, it failed")
    func runTimeout() throws {
        var shape = try plan("a -> b; c")
        shape.timeout = .seconds(100)
        var talk = Conversation()
        #expect(talk.create(shape).contains("set timeout of r at 100"))
        talk.end("c")
        talk.now = 99
        #expect(talk.runDue() == ["set timeout of r at 100"])
        talk.now = 100
        #expect(
            talk.runDue() == ["b skipped (the run timed out after 1m40s)", "terminate a#1"])
        #expect(
            talk.end("a", 1, .signalled(number: 15)) == [
                "a skipped (the run timed out after 1m40s)", "r failed",
            ])
        talk.create(shape, as: "s")
        talk.end("a", of: "s")
        talk.end("b", of: "s")
        #expect(talk.end("c", of: "s") == ["c success", "s success", "cancel timeout of s"])
    }

    @Test("a task's own exit codes say what skips and what fails without a retry")
    func exitCodes() throws {
        let shape = try plan("a; b; c; d") { $0.retries = 1 }
            .with("a") { $0.exitCodes = ExitCodes(skip: [3], fail: [4]) }
            .with("b") { $0.exitCodes = ExitCodes(skip: [3], fail: [4]) }
            .with("c") { $0.exitCodes = ExitCodes(skip: [], fail: []) }
        var talk = Conversation()
        talk.create(shape)
        #expect(talk.end("a", code: 3) == ["a skipped (skipped itself (exit code 3))"])
        #expect(talk.end("b", code: 4) == ["b failed (failed without a retry (exit code 4))"])
        #expect(talk.end("c", code: 99).first == "c up_for_retry")
        #expect(
            talk.end("d", 1, .rejected(reason: "too much")).first == "d up_for_retry (too much)")
    }

    @Test("what did not change counts as done")
    func unchanged() throws {
        var talk = Conversation()
        talk.create(try plan("a -> b"))
        #expect(
            talk.end("a", 1, .unchanged) == [
                "a success (unchanged since it last ran)", "b queued", "launch b#1",
            ])
    }
}
