import Foundation
import Glibc
import Testing

/// One way to be run and left.
struct Manners: Hashable, CustomTestStringConvertible {
    var term: String
    var locale: String
    var refusesColor: Bool
    var size: Size
    var end: End

    struct Size: Hashable { var columns, rows: Int }
    enum End: CaseIterable { case interrupt, terminate, hangUp, stop, resize }

    var testDescription: String {
        "\(term) \(locale) \(refusesColor ? "NO_COLOR " : "")\(size.columns)x\(size.rows) \(end)"
    }

    private static let terms = [
        "xterm-256color", "xterm", "vt100", "linux", "screen-256color", "tmux-256color", "rxvt",
    ]
    private static let locales = ["C.UTF-8", "C", "en_GB.UTF-8"]
    private static let sizes = [
        Size(columns: 20, rows: 5), Size(columns: 40, rows: 10), Size(columns: 80, rows: 24),
        Size(columns: 120, rows: 40), Size(columns: 160, rows: 45), Size(columns: 220, rows: 60),
    ]

    private var values: [AnyHashable] { [term, locale, refusesColor, size, end] }

    /// Few cases of all 1,260 in which every pair of values of any two kinds meets: of those left,
    /// the one with most new pairs comes next.
    static let pairwise: [Manners] = {
        var all: [Manners] = []
        for term in terms {
            for locale in locales {
                for refusesColor in [false, true] {
                    for size in sizes {
                        for end in End.allCases {
                            all.append(
                                Manners(
                                    term: term, locale: locale, refusesColor: refusesColor,
                                    size: size, end: end))
                        }
                    }
                }
            }
        }
        struct Met: Hashable { var first, second: Int; var one, other: AnyHashable }
        func pairs(_ manners: Manners) -> [Met] {
            let values = manners.values
            return values.indices.flatMap { first in
                values.indices.dropFirst(first + 1).map { second in
                    Met(first: first, second: second, one: values[first], other: values[second])
                }
            }
        }
        var missing = Set(all.flatMap(pairs))
        var chosen: [Manners] = []
        while !missing.isEmpty {
            var best = (count: 0, case: all[0])
            for candidate in all {
                let count = pairs(candidate).count(where: missing.contains)
                if count > best.count { best = (count, candidate) }
            }
            chosen.append(best.case)
            missing.subtract(pairs(best.case))
        }
        return chosen
    }()
}

@Suite("Terminals left by signals")
struct SignalMatrixTests {
    @Test(
        "every kind of terminal, locale, colour, size and signal: what is sent fits, and all is put back",
        arguments: Manners.pairwise)
    func matrix(_ manners: Manners) throws {
        let project = try Project(["quick": Pipelines.quick])
        guard try project.spillway("run", "quick").code == 0 else { throw Trouble("no run") }
        let terminal = try RawTerminal(columns: manners.size.columns, rows: manners.size.rows)
        let before = terminal.settings
        let idle = try IdleSignal(path: project.newName("idle"))
        var variables = [
            "TERM": manners.term, "LC_ALL": manners.locale, "SPILLWAY_IDLE_TRACE": idle.path,
        ]
        if manners.refusesColor { variables["NO_COLOR"] = "1" }
        let child = try project.start("open", with: variables, streams: .terminal(terminal.path))
        var count = 0
        func press(_ keys: [String]) throws {
            for key in keys {
                terminal.type(key)
                count += key.count
                guard idle.wait(afterKeys: count, seconds: 30) else {
                    throw Trouble("not idle after '\(key)'")
                }
                terminal.take(waiting: 0)
            }
        }
        try press(["j", "k", "2", "k", "1", "v", "?", "q"])
        #expect(terminal.settings != before)
        let code = try leave(child, terminal, idle, manners.end, press)
        #expect(child.end(within: 20) == .exited(code))
        terminal.take(waiting: 20)
        #expect(terminal.settings == before)

        let sent = TerminalBytes(terminal.bytes)
        #expect(sent.foreign == [])
        let showsColor = manners.term != "vt100" && !manners.refusesColor
        #expect(sent.hasColor == showsColor)
        if manners.locale == "C" { #expect(sent.isASCII) }
        // The cursor is shown again at the end, and the other screen has been left.
        let text = String(decoding: terminal.bytes, as: UTF8.self)
        for (on, off) in [("\u{1B}[?1049h", "\u{1B}[?1049l"), ("\u{1B}[?25l", "\u{1B}[?25h")] {
            let (last, first) = (
                text.range(of: off, options: .backwards), text.range(of: on, options: .backwards)
            )
            guard let first else { continue }
            #expect(
                last.map { $0.lowerBound > first.lowerBound } ?? false, "\(off.debugDescription)")
        }
    }

    /// Sends the signal, and what else it takes to come to the end; returns the exit code.
    private func leave(
        _ child: Child, _ terminal: RawTerminal, _ idle: IdleSignal, _ end: Manners.End,
        _ press: ([String]) throws -> Void
    ) throws -> Int32 {
        switch end {
        case .interrupt:
            // Once tells how to leave, as ^C does; twice within a second leaves.
            for _ in 0..<10 where isAlive(child.pid) {
                child.signal(SIGINT)
                idle.wait(milliseconds: 500)
            }
            return 0
        case .terminate:
            child.signal(SIGTERM)
            return 143
        case .hangUp:
            child.signal(SIGHUP)
            return 0
        case .stop:
            let begin = terminal.bytes.count
            child.signal(SIGTSTP)
            // Going on must not come before stopping.
            try child.until("the terminal is given back") { _ in
                terminal.take(waiting: 5)
                return terminal.bytes.count > begin
            }
            child.signal(SIGCONT)
            try press(["j"])
            #expect(terminal.bytes.count > begin)
        case .resize:
            for (columns, rows) in [(10, 2), (200, 50), (33, 7), (80, 24)] {
                terminal.resize(columns: columns, rows: rows)
                child.signal(SIGWINCH)
                try press(["j"])
            }
        }
        child.signal(SIGTERM)
        return 143
    }
}
