import Domain
import PaneKit
import Screen

/// The whole of the user interface as two functions: a message changes the state and asks for
/// effects, and the state is drawn. Neither knows a clock, a file or a terminal.
public enum Workbench {
    /// The effects that a fresh workbench starts with.
    public static func start(_ state: inout WorkbenchState) -> [Effect] {
        modules.flatMap { $0.start(&state) } + settleSizes(&state)
    }

    /// Applies `message`.
    public static func update(_ state: inout WorkbenchState, _ message: Message) -> [Effect] {
        var effects: [Effect] = []
        switch message {
        case .key(let key):
            let before = memory(of: state)
            effects = press(&state, key)
            remember(&state, before)
        case .resized(let size): state.size = size
        case .clock(let clock): state.clock = clock
        case .notice(let notice): state.notices.add(notice, at: state.now)
        case .failed(let problem, let remedy, let effect):
            state.notices.add(.failure(problem: problem, remedy: remedy), at: state.now)
            if let effect { effects = modules.flatMap { $0.failed(&state, effect, problem) } }
        case .alarm(let text): state.alarm = text
        case .ring: effects = [.ring]
        case .storeAdvanced: effects = modules.flatMap { $0.storeAdvanced(&state) }
        case .keysLoaded(let keys):
            (state.keys, state.pendingKeys) = (keys, [])
            state.notices.add(Notice(.info, "The keys were read again."), at: state.now)
        case .themesLoaded(let names):
            state.themeNames = names
            let isThere = names.contains(state.themeName)
            effects = show(&state, theme: isThere ? state.themeName : "terminal")
        case .monitor, .profile, .query, .plan, .quality, .transform:
            effects = take(&state, message)
        }
        return effects + settleSizes(&state) + settleTicking(&state)
    }

    /// Hands an answer to the module that asked.
    private static func take(_ state: inout WorkbenchState, _ message: Message) -> [Effect] {
        for module in modules {
            if let effects = module.take(&state, message) { return effects }
        }
        return []
    }

    /// Counts seconds only while something in sight is under way.
    private static func settleTicking(_ state: inout WorkbenchState) -> [Effect] {
        let isBusy = modules.contains { $0.isTicking(state) }
        guard isBusy != state.isTicking else { return [] }
        state.isTicking = isBusy
        return [.setTicking(isBusy)]
    }

    static func show(_ state: inout WorkbenchState, theme: String) -> [Effect] {
        state.themeName = theme
        return [.showTheme(theme)]
    }

    /// Tells each pane in sight how much room it has, where that has changed.
    static func settleSizes(_ state: inout WorkbenchState) -> [Effect] {
        let layout = WorkbenchLayout(state)
        var effects: [Effect] = []
        for face in faces {
            guard let size = layout.content(of: face.name)?.size,
                state.toldSizes[face.name] != size
            else { continue }
            state.toldSizes[face.name] = size
            effects += module(of: face.name)?.resize(&state, face.name, size) ?? []
        }
        return effects
    }
}
