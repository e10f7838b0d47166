import Domain
import PaneKit

/// What the workbench remembers of how it was left, as names and values: for undo, and in a file
/// from one session to the next.
public struct WorkbenchMemory: Hashable, Sendable {
    /// Values by name. Names of a module begin with that of its first pane.
    public var values: [String: String]

    init(values: [String: String]) { self.values = values }

    /// Reads what ``text`` wrote; lines that are none are left out.
    public init(text: String) {
        values = [:]
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            values[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
    }

    /// One value a line, sorted; a line end inside a value becomes a blank.
    public var text: String {
        values.sorted { $0.key < $1.key }.map { name, value in
            name + "=" + value.replacing("\n", with: " ") + "\n"
        }.joined()
    }
}

extension Workbench {
    /// Lines of the `:` history that are kept from one session to the next.
    private static let historyLimit = 100
    private static let undoLimit = 50

    /// What the next session begins with.
    public static func memory(toKeepOf state: WorkbenchState) -> WorkbenchMemory {
        var memory = memory(of: state)
        memory.values = memory.values.filter { !$0.key.hasPrefix("now.") }
        for (index, line) in state.commandHistory.suffix(historyLimit).enumerated() {
            memory.values["history.\(1_000 + index)"] = line
        }
        if state.hasChosenTheme { memory.values["theme"] = state.themeName }
        return memory
    }

    /// Takes over what an earlier session left; values that make no sense any more are left out.
    public static func recall(_ state: inout WorkbenchState, _ memory: WorkbenchMemory) {
        state.commandHistory = memory.values.filter { $0.key.hasPrefix("history.") }
            .sorted { $0.key < $1.key }.map(\.value)
        state.hasChosenTheme = memory.values["theme"] == state.themeName
        restore(&state, memory)
    }

    static func memory(of state: WorkbenchState) -> WorkbenchMemory {
        var values = ["focus": state.focus.name, "zoomed": state.isZoomed ? "yes" : "no"]
        for (divider, share) in state.movedDividers { values["divider." + divider] = String(share) }
        for module in modules {
            values.merge(module.memory(state)) { first, _ in first }
        }
        return WorkbenchMemory(values: values)
    }

    /// Keeps how things stood before a key, where the key changed it.
    static func remember(_ state: inout WorkbenchState, _ before: WorkbenchMemory) {
        guard !state.isUndoing else {
            state.isUndoing = false
            return
        }
        guard memory(of: state) != before else { return }
        state.past.append(before)
        if state.past.count > undoLimit { state.past.removeFirst() }
    }

    /// Puts the screen back to where it was before the last action that changed it.
    static func undo(_ state: inout WorkbenchState) -> [Effect] {
        guard let last = state.past.popLast() else {
            state.notices.add(Notice(.info, "There is nothing to undo."), at: state.now)
            return []
        }
        state.isUndoing = true
        return restore(&state, last)
    }

    @discardableResult
    private static func restore(
        _ state: inout WorkbenchState, _ memory: WorkbenchMemory
    ) -> [Effect] {
        if let name = memory.values["focus"], module(of: PaneName(name)) != nil {
            state.focus = PaneName(name)
        }
        state.isZoomed = memory.values["zoomed"] == "yes"
        state.movedDividers = [:]
        for (name, value) in memory.values where name.hasPrefix("divider.") {
            guard let share = Int(value), (0...1_000).contains(share) else { continue }
            state.movedDividers[String(name.dropFirst("divider.".count))] = share
        }
        return modules.flatMap { $0.recall(&state, memory.values) }
    }
}
