import Domain
import Testing

@testable import SchedulerCore

@Suite("The scheduler's machine: tasks made once an item")
struct MappingTests {
    private func over(_ count: Int, maxActive: Int? = nil) -> (inout TaskFlow) -> Void {
        { $0.mapping = MappingPlan(source: .count(count), maxActive: maxActive) }
    }

    private func over(output task: Int, _ key: String = "items") -> (inout TaskFlow) -> Void {
        { $0.mapping = MappingPlan(source: .output(task: task, key: key)) }
    }

    private func list(_ count: Int) -> OutputValue {
        .list((0..<count).map { .number("\($0)") })
    }

    @Test("a task over three items is three instances; what needs it waits for all of them")
    func literal() throws {
        var talk = Conversation()
        #expect(
            talk.create(try plan("m -> after").with("m", over(3))) == [
                "r queued", "r running", "m running", "m has 0..<3", "m[0] queued", "m[1] queued",
                "m[2] queued", "launch m[0]#1", "launch m[1]#1", "launch m[2]#1",
            ])
        #expect(talk.end("m[1]") == ["m[1] success"])
        #expect(talk.end("m[0]") == ["m[0] success"])
        #expect(
            talk.end("m[2]") == ["m[2] success", "m success", "after queued", "launch after#1"])
        #expect(talk.end("after") == ["after success", "r success"])
    }

    @Test("the list may be what another task wrote; the instances know their items")
    func output() throws {
        var talk = Conversation()
        talk.create(try plan("src -> m").with("m", over(output: 0)))
        talk.write("src", "items", .list([.text("a"), .object([.init("k", .number("1"))])]))
        let words = talk.end("src")
        #expect(words.suffix(2) == ["launch m[0]#1", "launch m[1]#1"])
        #expect(talk.scheduler.item(of: "m[0]", in: "r") == .text("a"))
        #expect(talk.scheduler.item(of: "m[1]", in: "r")?["k"] == .number("1"))
        #expect(talk.scheduler.item(of: "m[2]", in: "r") == nil)
    }

    @Test("bare lines are a list, be they several, one or none")
    func bareLines() throws {
        let shape = try plan("src -> m").with("m", over(output: 0, TaskOutput.bareKey))
        var talk = Conversation()
        talk.create(shape)
        #expect(talk.end("src").dropFirst() == ["m skipped (no items to map over)", "r success"])
        talk.create(shape, as: "s")
        talk.write("src", TaskOutput.bareKey, .text("one"), of: "s")
        #expect(talk.end("src", of: "s").last == "launch m[0]#1")
        #expect(talk.scheduler.item(of: "m[0]", in: "s") == .text("one"))
    }

    @Test("no items skip the task, and what is no list fails it with the reason")
    func edges() throws {
        let shape = try plan("src -> m -> after[none_failed]").with("m", over(output: 0))
        var talk = Conversation()
        talk.create(shape)
        talk.write("src", "items", .list([]))
        #expect(
            talk.end("src").dropFirst() == [
                "m skipped (no items to map over)", "after queued", "launch after#1",
            ])
        for (value, note) in [
            (OutputValue.text("x"), "nothing to map over: 'items' of 'src' is no list"),
            (list(TaskMapping.limit + 1), "100001 items are more than can be mapped over (100000)"),
        ] {
            talk.create(shape, as: "s")
            talk.write("src", "items", value, of: "s")
            #expect(
                talk.end("src", of: "s") == [
                    "src success", "m failed (\(note))", "after upstream_failed", "s failed",
                ])
        }
        talk.create(shape, as: "t")
        #expect(
            talk.end("src", of: "t")[1]
                == "m failed (nothing to map over: 'src' wrote no 'items')")
    }

    @Test("the members of an object are items, and so are the outputs of a mapped task")
    func otherLists() throws {
        var talk = Conversation()
        talk.create(
            try plan("src -> m -> n").with("m", over(output: 0)).with("n", over(output: 1, "id")))
        talk.write("src", "items", .object([.init("x", .number("1")), .init("y", .null)]))
        talk.end("src")
        #expect(talk.scheduler.item(of: "m[1]", in: "r")?["key"] == .text("y"))
        talk.write("m[1]", "id", .text("second"))
        talk.write("m[0]", "id", .text("first"))
        talk.end("m[1]")
        #expect(talk.end("m[0]").suffix(2) == ["launch n[0]#1", "launch n[1]#1"])
        #expect(talk.scheduler.item(of: "n[0]", in: "r") == .text("first"))
    }

    @Test(
        "rules count instances: one_failed runs on the first failure, one_success on the first success"
    )
    func rules() throws {
        var talk = Conversation()
        talk.create(
            try plan("m -> f[one_failed]; m -> s[one_success]; m -> d[all_done]; m -> u")
                .with("m", over(3)))
        #expect(
            talk.end("m[1]", code: 98) == [
                "m[1] failed (failed without a retry (exit code 98))", "u upstream_failed",
                "f queued", "launch f#1",
            ])
        #expect(talk.end("m[0]") == ["m[0] success", "s queued", "launch s#1"])
        #expect(
            talk.end("m[2]") == [
                "m[2] success", "m failed (1 of 3 items failed)", "d queued", "launch d#1",
            ])
    }

    @Test("max_active holds back the instances of its own task only")
    func maxActive() throws {
        var talk = Conversation()
        let words = talk.create(try plan("m; n").with("m", over(4, maxActive: 2)))
        #expect(
            words.filter { $0.hasPrefix("launch") } == [
                "launch n#1", "launch m[0]#1", "launch m[1]#1",
            ]
                || words.filter { $0.hasPrefix("launch") }
                    == ["launch m[0]#1", "launch m[1]#1", "launch n#1"]
        )
        #expect(talk.end("m[0]").suffix(1) == ["launch m[2]#1"])
        #expect(talk.end("n") == ["n success"])
        #expect(talk.end("m[2]").suffix(1) == ["launch m[3]#1"])
    }

    @Test("running what failed again repeats the failed items alone, and what follows")
    func deadLetters() throws {
        var talk = Conversation()
        talk.create(try plan("m -> after; other").with("m", over(3)))
        talk.end("other")
        for index in 0..<3 { talk.end(TaskID("m").instance(index), code: index == 1 ? 1 : 0) }
        #expect(talk.scheduler.runState("r") == nil, "the run has ended")

        let creation = try #require(talk.creation("r"))
        let settled = SettledRun(
            creation: creation, state: .failed,
            tasks: [.failed, .upstreamFailed, .success].map {
                SettledTask(state: $0, attemptCount: 0)
            },
            instances: (0..<3).map {
                SettledInstance(
                    id: TaskID("m").instance($0),
                    task: SettledTask(state: $0 == 1 ? .failed : .success, attemptCount: 1))
            })
        let again = creation.plan.tasksToRerun(
            states: settled.tasks.map(\.state), instances: settled.instances)
        #expect(again == ["m[1]", "after"])
        talk.scheduler.restore(settled)
        let words = talk.say(.tasksCleared("r", again, by: "ada", at: Instant(seconds: 9)))
        #expect(
            words == [
                "m running", "m[1] none", "after none", "r queued", "r running", "m[1] queued",
                "launch m[1]#2",
            ])
        #expect(
            talk.end("m[1]", 2).suffix(4) == [
                "m[1] success", "m success", "after queued", "launch after#1",
            ])
    }

    @Test("a cleared mapped task is made of the new list: longer, shorter, or none at all")
    func cleared() throws {
        var talk = Conversation()
        talk.create(
            try plan("src -> m -> after[all_done]; hold").with("m", over(output: 0)))
        talk.write("src", "items", list(3))
        talk.end("src")
        for index in 0..<3 { talk.end(TaskID("m").instance(index)) }
        talk.end("after")

        talk.clear("src", "m", "after")
        talk.start("src", 2)
        talk.write("src", "items", list(2), 2)
        let shorter = talk.end("src", 2)
        #expect(shorter.contains("m[2] removed") && shorter.contains("launch m[1]#2"))
        #expect(!shorter.contains { $0.hasPrefix("launch after") })
        talk.end("m[0]", 2)
        #expect(talk.end("m[1]", 2).suffix(2) == ["after queued", "launch after#2"])
        talk.end("after", 2)

        talk.clear("src", "m", "after")
        talk.write("src", "items", list(5), 3)
        let longer = talk.end("src", 3)
        #expect(longer.contains("m has 3..<5"))
        #expect(
            longer.filter { $0.hasPrefix("launch") } == [
                "launch m[0]#3", "launch m[1]#3", "launch m[2]#2", "launch m[3]#1",
                "launch m[4]#1",
            ])
        for (index, number) in [3, 3, 2, 1, 1].enumerated() {
            talk.end(TaskID("m").instance(index), number)
        }
        #expect(talk.scheduler.taskState("r", "after") == .queued)
        talk.end("after", 3)

        talk.clear("src", "m", "after")
        talk.write("src", "items", .list([]), 4)
        let none = talk.end("src", 4)
        #expect(none.contains("m skipped (no items to map over)"))
        #expect(none.filter { $0.hasSuffix("removed") }.count == 5)
        #expect(none.suffix(1) == ["launch after#4"])
    }

    @Test("a mapped task is cancelled with its instances, and its run with all of them")
    func cancelled() throws {
        var talk = Conversation(parallelism: 2)
        talk.create(try plan("m -> after").with("m", over(4)))
        #expect(
            talk.cancel(task: "m").sorted()
                == [
                    "m[2] failed (cancelled by ada)", "m[3] failed (cancelled by ada)",
                    "after upstream_failed", "terminate m[0]#1", "terminate m[1]#1",
                ].sorted())
        talk.end("m[0]", 1, .signalled(number: 15))
        #expect(
            talk.end("m[1]", 1, .signalled(number: 15)) == [
                "m[1] failed (cancelled by ada)", "m failed (4 of 4 items failed)", "r failed",
            ])
        talk.create(try plan("m -> after").with("m", over(3)), as: "s")
        talk.cancel("s")
        talk.end("m[0]", 1, .signalled(number: 15), of: "s")
        #expect(
            talk.end("m[1]", 1, .signalled(number: 15), of: "s").suffix(1) == ["s cancelled"])
    }

    @Test("a mapped task whose upstream failed never has instances")
    func upstreamFailed() throws {
        var talk = Conversation()
        talk.create(try plan("a -> m -> b[all_failed]").with("m", over(3)))
        #expect(
            talk.end("a", code: 1) == [
                "a failed", "m upstream_failed", "b queued", "launch b#1",
            ])
    }

    @Test("twenty thousand items expand and settle; what costs their square would never end")
    func many() throws {
        var talk = Conversation(parallelism: 1_000_000)
        talk.create(try plan("m -> after", maxActiveTasks: -1).with("m", over(20_000)))
        for index in 0..<20_000 { talk.end(TaskID("m").instance(index)) }
        #expect(
            talk.scheduler.taskState("r", "after") == .queued
                || talk.scheduler.taskState("r", "after") == .scheduled)
    }
}

extension Conversation {
    /// What the run was made of.
    func creation(_ run: RunID) -> RunCreation? {
        for case .runCreated(let creation, _) in events where creation.id == run {
            return creation
        }
        return nil
    }
}
