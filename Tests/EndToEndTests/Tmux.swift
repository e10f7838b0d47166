import Foundation
import Glibc
import Testing

/// Whether tmux is here; in CI it must be.
enum TmuxCheck {
    static let isInstalled = (ProcessInfo.processInfo.environment["PATH"] ?? "")
        .split(separator: ":").contains { access($0 + "/tmux", X_OK) == 0 }
    static let isRequired = ProcessInfo.processInfo.environment["CI"] == "true"
    static let comment: Comment = "tmux is not installed: the workbench is not driven in a terminal"

    static var canRun: Bool {
        if !isInstalled, !isRequired { print("SKIPPED: \(comment)") }
        return isInstalled || isRequired
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips where tmux is missing, except in CI, where the test then fails.
    static var inTmux: Self { .enabled(TmuxCheck.comment) { TmuxCheck.canRun } }
}

/// A real terminal with a user: a tmux server of its own with one pane.
final class Tmux {
    let idle: IdleSignal
    private let project: Project
    private let socket: String
    private let catching: String
    /// Keys pressed so far.
    private var keyCount = 0

    /// Opens the workbench on `project`, or runs another command.
    init(
        _ project: Project, width: Int = 160, height: Int = 45, command: [String]? = nil,
        with variables: [String: String] = [:]
    ) throws {
        self.project = project
        socket = project.newName("tmux")
        catching = project.newName("capture")
        idle = try IdleSignal(path: project.newName("idle"))
        var all = Project.environment.merging(["TERM": "screen-256color"]) { $1 }
        all["SPILLWAY_IDLE_TRACE"] = idle.path
        all.merge(variables) { $1 }
        let words =
            ["env", "-u", "TMUX", "-u", "TMUX_PANE"] + all.map { "\($0)=\($1)" }
            + (command ?? [Project.program])
        try tmux(
            [
                "set", "-g", "remain-on-exit", "on", ";", "set", "-g", "status", "off", ";",
                "set", "-g", "escape-time", "0", ";", "new-session", "-d", "-x", "\(width)", "-y",
                "\(height)", "-c", project.path,
            ] + words, isFirst: true)
    }

    deinit {
        // A workbench whose terminal goes lets its runs go on: a test that failed must end it.
        for pid in [try? childPID(), try? panePID()] {
            if let pid, pid > 1 { kill(pid, SIGTERM) }
        }
        // A server that has ended already needs no end.
        _ = try? tmux(["kill-server"])
    }

    @discardableResult
    private func tmux(_ words: [String], isFirst: Bool = false) throws -> String {
        let child = try Child(
            ["tmux", "-u", "-S", socket, "-f", "/dev/null"]
                + (isFirst ? ["start-server", ";"] : []) + words,
            environment: Project.environment, folder: project.path, catching: catching)
        guard child.end(within: 20) == .exited(0) else {
            throw Trouble("tmux \(words.prefix(3)): \(child.errors)")
        }
        return child.output
    }

    // MARK: The user

    /// Presses keys by tmux's names: `j`, `Enter`, `Escape`, `C-c`.
    func press(_ keys: String...) throws { try press(keys) }

    func press(_ keys: [String]) throws {
        keyCount += keys.count
        try tmux(["send-keys", "-t", "0:0"] + keys)
    }

    /// Types text as it is.
    func type(_ text: String) throws {
        keyCount += text.count
        try tmux(["send-keys", "-t", "0:0", "-l", text])
    }

    func resize(_ width: Int, _ height: Int) throws {
        try tmux(["resize-window", "-t", "0:0", "-x", "\(width)", "-y", "\(height)"])
    }

    // MARK: What there is to see

    /// The screen as text, without blanks at the ends of lines.
    func screen() throws -> String { try tmux(["capture-pane", "-p", "-t", "0:0"]) }

    /// The screen with its colours and attributes.
    func looks() throws -> String { try tmux(["capture-pane", "-p", "-e", "-t", "0:0"]) }

    /// A format of tmux: `#{alternate_on}`.
    func fact(_ format: String) throws -> String {
        try tmux(["display-message", "-p", "-t", "0:0", format])
            .trimmingCharacters(in: .newlines)
    }

    /// The process that runs in the pane.
    func panePID() throws -> pid_t { pid_t(try fact("#{pane_pid}")) ?? 0 }

    /// The newest child of the process in the pane.
    func childPID() throws -> pid_t {
        let parent = try panePID()
        let path = "/proc/\(parent)/task/\(parent)/children"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard let pid = text.split(separator: " ").last.flatMap({ pid_t($0) }) else {
            throw Trouble("the shell has no child")
        }
        return pid
    }

    /// Waits for a screen that is as wanted; looks again whenever the workbench goes idle, and
    /// every 50 ms.
    @discardableResult
    func until(
        _ what: String, within seconds: Double = 20, _ isTrue: (String) throws -> Bool
    ) throws -> String {
        let deadline = Deadline(seconds: seconds)
        while true {
            let text = try screen()
            if try isTrue(text) { return text }
            if deadline.isOver { throw Trouble("never seen: \(what)\n\(text)") }
            idle.wait(milliseconds: 50)
        }
    }

    @discardableResult
    func until(shows words: String..., within seconds: Double = 20) throws -> String {
        try until(words.joined(separator: ", "), within: seconds) { text in
            words.allSatisfy(text.contains)
        }
    }

    @discardableResult
    func until(hides word: String) throws -> String {
        try until("no '\(word)'") { !$0.contains(word) }
    }

    /// Waits for the end of the process in the pane and returns its exit code.
    func exitCode() throws -> Int? {
        try until("the end of the program") { _ in
            let facts = try fact("#{pane_dead} #{pid} #{pane_dead_status}").split(separator: " ")
            guard facts[0] == "1" else { return false }
            // tmux 3.3a now and then misses that its child has ended, until it hears it again.
            if facts.count == 2, let server = pid_t(facts[1]) { kill(server, SIGCHLD) }
            return facts.count == 3
        }
        return Int(try fact("#{pane_dead_status}"))
    }

    /// Sends bytes as they are; they count for no key.
    func send(_ text: String) throws {
        let codes = text.utf8.map { String($0, radix: 16) }
        try tmux(["send-keys", "-t", "0:0", "-H"] + codes)
    }

    /// Sends bytes that stand for one key, and waits as ``settle(_:)`` does.
    func settle(bytes text: String) throws {
        keyCount += 1
        try send(text)
        guard idle.wait(afterKeys: keyCount) else {
            throw Trouble("not idle after \(text.debugDescription)\n\(try screen())")
        }
    }

    /// Presses a key in a workbench in which nothing happens by itself, and waits until everything
    /// that follows from it is on the screen.
    @discardableResult
    func settle(_ key: String) throws -> String {
        try press(key)
        guard idle.wait(afterKeys: keyCount) else {
            throw Trouble("not idle after \(key)\n\(try screen())")
        }
        return try screen()
    }
}
