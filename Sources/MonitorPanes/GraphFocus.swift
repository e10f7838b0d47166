public import Domain

/// A part of the graph that is shown alone.
public struct GraphFocus: Hashable, Sendable {
    public enum Extent: Hashable, Sendable {
        /// What can be reached over so many edges, in any direction.
        case hops(Int)
        /// All that the task waits for.
        case upstream
        /// All that wait for the task.
        case downstream
    }

    public var task: TaskID
    public var extent: Extent

    /// The part in words, for the title.
    var words: String {
        switch extent {
        case .hops(1): "1 hop around \(task)"
        case .hops(let count): "\(count) hops around \(task)"
        case .upstream: "upstream of \(task)"
        case .downstream: "downstream of \(task)"
        }
    }
}

extension GraphPane {
    /// Shows the part around the cursor alone, or the whole again where that part is shown.
    static func toggleFocus(
        _ state: inout State, _ extent: GraphFocus.Extent, _ model: Model
    ) -> [Effect] {
        guard let task = state.cursorTask else { return [] }
        let isSame: Bool
        switch (state.options.focus?.extent, extent) {
        case (.hops, .hops): isSame = state.options.focus?.task == task
        case (let old, _): isSame = old == extent && state.options.focus?.task == task
        }
        state.options.focus = isSame ? nil : GraphFocus(task: task, extent: extent)
        (state.view, state.isFollowing) = (.graph, false)
        return show(&state, model)
    }

    /// Shows one hop more or less around the task in focus.
    static func changeHops(_ state: inout State, by step: Int, _ model: Model) -> [Effect] {
        guard var focus = state.options.focus, case .hops(let count) = focus.extent else {
            return step > 0 ? toggleFocus(&state, .hops(1), model) : []
        }
        guard (1...99).contains(count + step) else { return [] }
        focus.extent = .hops(count + step)
        state.options.focus = focus
        return show(&state, model)
    }

    static func leaveFocus(_ state: inout State, _ model: Model) -> [Effect] {
        state.options.focus = nil
        return show(&state, model)
    }
}
