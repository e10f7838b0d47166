import Domain
import Terminal

/// Refuses the workbench before anything is opened, where there is no terminal for it.
enum TerminalCheck {
    static func requireTerminal() throws(TerminalError) {
        guard Console.isOutputTerminal else { throw TerminalError.notATerminal(stream: "output") }
        guard Console.isInputTerminal else { throw TerminalError.notATerminal(stream: "input") }
    }
}
