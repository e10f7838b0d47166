import Foundation
import Glibc
import Testing

/// The probe in a process of its own, on a terminal that the test holds.
private final class Probe {
    let pty: Pty
    /// The terminal's settings before the program began.
    let before: [UInt32]
    private(set) var child: pid_t = 0

    init?() {
        guard let pty = Pty(columns: 80, rows: 10) else { return nil }
        self.pty = pty
        before = pty.settings
        let folder = Bundle.main.executableURL?.deletingLastPathComponent()
        let besides = Probe.folders(from: folder).map { $0.appending(path: "TerminalProbe").path }
        guard let program = besides.first(where: { access($0, X_OK) == 0 }) else { return nil }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in Int32(0)...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, pty.path, O_RDWR, 0)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(0x80))  // POSIX_SPAWN_SETSID
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), nil]
        let variables: [UnsafeMutablePointer<CChar>?] = [
            strdup("TERM=xterm-256color"), strdup("LC_ALL=C.UTF-8"),
            strdup("SWIFT_BACKTRACE=enable=no"), nil,
        ]
        defer { (arguments + variables).forEach { free($0) } }
        guard posix_spawn(&child, program, &actions, &attributes, arguments, variables) == 0
        else { return nil }
    }

    /// The products lie beside the test bundle or a folder or two above it.
    private static func folders(from first: URL?) -> [URL] {
        let packages = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        var folders = [packages.appending(path: ".build/debug")]
        if let first {
            folders.insert(contentsOf: [first, first.deletingLastPathComponent()], at: 0)
        }
        return folders
    }

    /// Waits for its end and returns how it ended: the signal, or nil for an exit.
    func end() -> Int32? {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? nil : signal
    }
}

@Suite("A process and its terminal", .serialized)
struct ProcessTests {
    @Test(
        "a crash gives the terminal back first",
        arguments: [("t", [SIGILL, SIGTRAP]), ("v", [SIGSEGV])])
    func crash(key: String, signals: [Int32]) throws {
        let probe = try #require(Probe())
        #expect(probe.pty.read(until: "quit").contains("?1049h"))
        #expect(probe.pty.settings != probe.before)
        probe.pty.type(key)
        let signal = try #require(probe.end())
        #expect(signals.contains(signal))
        let sent = probe.pty.read(waiting: 1000)
        for mode in ["?2004l", "?1049l", "?25h", "[0m"] { #expect(sent.contains(mode)) }
        #expect(probe.pty.settings == probe.before)
    }

    @Test(
        "every signal that ends the program gives the terminal back",
        arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
    func signals(number: Int32) throws {
        let probe = try #require(Probe())
        _ = probe.pty.read(until: "quit")
        kill(probe.child, number)
        #expect(probe.end() == nil)
        #expect(probe.pty.read(waiting: 1000).contains("?1049l"))
        #expect(probe.pty.settings == probe.before)
    }

    @Test("a dropped connection ends the program")
    func hangUp() throws {
        let probe = try #require(Probe())
        _ = probe.pty.read(until: "quit")
        probe.pty.hangUp()
        #expect(probe.end() == nil)
    }

    @Test("a new size is painted when the signal says so")
    func resize() throws {
        let probe = try #require(Probe())
        _ = probe.pty.read(until: "quit")
        probe.pty.resize(columns: 60, rows: 8)
        kill(probe.child, SIGWINCH)
        #expect(probe.pty.read(until: "quit").contains("[8;"))
        probe.pty.type("q")
        #expect(probe.end() == nil)
    }
}
