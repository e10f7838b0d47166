public import Domain
public import Engine
import SchedulerCore

/// Small random graphs whose tasks say what they did, for programs that are killed while they run.
///
/// Each task appends its id and attempt to `ran` in the pipeline's folder and ends with 0, 98 or 99 by
/// its number: none has to be repeated, whoever is killed. Those that end with 0 come after each
/// other's success, so that the runner may begin them by itself; the others after each other's end.
/// Every sixth is an SQL script, which fails where it is carried out a second time.
public enum SurvivalGraph {
    public static let size = 18
    /// With this word and a script's arguments behind it a host runs the script.
    public static let scriptWord = "--sql-script"

    /// Whether the task of that number is an SQL script.
    static func isScript(_ number: Int) -> Bool { number % 6 == 0 }

    /// The exit code of the task of that number.
    public static func code(of number: Int) -> Int32 { [0, 98, 99][number % 3] }

    public static func tasks(seed: UInt64) -> [TaskDefinition] {
        var random = SurvivalRandom(seed: seed)
        return (0..<size).map { number in
            let code = code(of: number)
            let step = code == 0 ? 3 : 1
            let needs = Set(
                (0..<random.below(3)).map { _ in random.below(max(1, number / step)) * step })
            let needed = number == 0 ? [] : needs.sorted().map { TaskID("t\($0)") }
            if isScript(number) {
                let script = "CREATE TABLE t\(number) (a); INSERT INTO t\(number) VALUES (1);"
                return TaskDefinition(
                    id: TaskID("t\(number)"), action: .sql(.inline(script), on: "w"),
                    needs: needed, retries: 3, retryDelay: .milliseconds(1))
            }
            let pause = ["", "sleep 0.002; ", "sleep 0.02; ", "sleep 0.05; "][random.below(4)]
            return TaskDefinition(
                id: TaskID("t\(number)"),
                action: .shell(
                    "echo $SPILLWAY_TASK_ID $SPILLWAY_ATTEMPT >> ran; \(pause)exit \(code)"),
                needs: needed, retries: 3, retryDelay: .milliseconds(1),
                triggerRule: code == 0 ? .allSuccess : .allDone)
        }
    }

    /// Commands as they stand, in the pipeline's folder.
    @Sendable public static func render(_ request: RenderRequest) throws -> RenderedTask {
        let folder = request.pipeline.folder
        switch request.task.action {
        case .shell(let command):
            return RenderedTask(work: .shell(command), workingDirectory: folder)
        case .sql(.inline(let text), _):
            return RenderedTask(
                work: .sql(script: text, database: folder + "/w.db", name: "inline"),
                workingDirectory: folder)
        default:
            throw EngineError.unknownTask(request.task.id, in: request.run.id, nearest: nil)
        }
    }
}

/// Numbers that a seed determines: Knuth's linear congruence, its high bits.
struct SurvivalRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }
}
