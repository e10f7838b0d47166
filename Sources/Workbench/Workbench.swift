import Domain
import Screen

/// The whole of the user interface as two functions: a message changes the state and asks for
/// effects, and the state is drawn. Neither knows a clock, a file or a terminal.
public enum Workbench {
    /// The effects that a fresh workbench starts with.
    public static func start(_ state: inout WorkbenchState) -> [Effect] {
        state.loads.begin(.loadPipelines)
    }

    /// Applies `message`.
    public static func update(_ state: inout WorkbenchState, _ message: Message) -> [Effect] {
        var effects: [Effect]
        switch message {
        case .key(let key): effects = press(&state, key)
        case .resized(let size):
            state.size = size
            effects = settleSizes(&state)
        case .clock(let clock):
            state.clock = clock
            effects = []
        case .notice(let notice):
            state.notices.add(notice, at: state.now)
            effects = []
        case .failed(let problem, let remedy):
            state.notices.add(Notice(.error, problem + " " + remedy), at: state.now)
            effects = []
        case .alarm(let text):
            state.alarm = text
            effects = []
        default: effects = takeAnswer(&state, message)
        }
        effects += settleTicking(&state)
        return effects
    }

    /// Counts seconds only while something in sight is under way.
    private static func settleTicking(_ state: inout WorkbenchState) -> [Effect] {
        let isBusy =
            state.model.detail?.run.state == .running
            || state.model.pipelines.contains { $0.recentRuns.contains { $0.state == .running } }
        guard isBusy != state.isTicking else { return [] }
        state.isTicking = isBusy
        return [.setTicking(isBusy)]
    }

    /// Tells the panes how much room they have, where that decides what they load.
    static func settleSizes(_ state: inout WorkbenchState) -> [Effect] {
        let layout = WorkbenchLayout(state)
        state.runs.pageHeight = layout.content(of: .runs)?.height ?? state.runs.pageHeight
        if let area = layout.content(of: .graph) { GraphPane.resize(&state.graph, to: area.size) }
        guard let height = layout.content(of: .log)?.height, height != state.log.height else {
            return []
        }
        state.log.height = max(1, height)
        return state.log.slice == nil || height > state.log.lines.count
            ? LogPane.load(&state.log) : []
    }
}
