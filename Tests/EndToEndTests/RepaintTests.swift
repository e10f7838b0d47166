import Foundation
import Glibc
import Testing

/// A user who presses keys at random in a workbench in which nothing happens by itself.
private struct RandomUser {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    /// 0..<bound; SplitMix64.
    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }

    /// Whole commands only: half of one would be ended by the next key. None changes runs or leaves.
    private static let strokes: [[String]] =
        "j k h l G t r f v o U D p w c F a n N e E [ ] + _ m ? / : & > < @ 0 1 2 4 5 7 z"
        .split(separator: " ").map { [String($0)] }
        + [["g", "g"], [" "], ["*"], ["\t"], ["\r"], ["\u{1B}"], ["\u{10}"], ["\u{14}"]]
        + [["\u{4}"], ["\u{15}"], ["\u{6}"], ["\u{2}"], ["s", "t"], ["e", "x"], ["\u{1B}[B"]]
        + [["\u{1B}[A"], ["\u{1B}[6~"], ["\u{1B}[5~"], ["\u{1B}[H"], ["\u{1B}[F"]]

    mutating func stroke() -> [String] { Self.strokes[next(Self.strokes.count)] }

    mutating func size() -> (columns: Int, rows: Int) {
        let sizes = [(160, 45), (80, 24), (120, 40), (100, 30), (40, 10), (220, 60), (20, 5)]
        return sizes[next(sizes.count)]
    }
}

/// A user who writes and mends lines of SQL: the rest of a line moves with most keys.
private struct Writer {
    private var random: RandomUser

    init(seed: UInt64) { random = RandomUser(seed: seed) }

    /// Pieces in the colours of keywords, numbers, texts and remarks; wide and marked characters.
    private static let pieces =
        ["select ", "from", "1234", " 'north' ", "-- ", "x", "a", " ", ",", "語", "e\u{301}", "("]
        + ["amount * 17", "👩‍👧", "\t", "\"", "count", "ab", "zz"]
    /// Backspace, Delete, words taken away before and behind, the rest of the line, put back,
    /// undone.
    private static let mends = [
        "\u{7F}", "\u{1B}[3~", "\u{17}", "\u{1B}d", "\u{0B}", "\u{19}", "\u{1F}",
    ]
    private static let moves = [
        "\u{1B}[D", "\u{1B}[C", "\u{1B}b", "\u{1B}f", "\u{01}", "\u{1B}[F", "\u{1B}[A", "\u{1B}[B",
    ]

    mutating func stroke() -> [String] {
        switch random.next(10) {
        case 0..<4:
            // A key is one scalar.
            Self.pieces[random.next(Self.pieces.count)].unicodeScalars.map { String($0) }
        case 4..<7: [Self.mends[random.next(Self.mends.count)]]
        case 7..<9: [Self.moves[random.next(Self.moves.count)]]
        default: random.next(4) == 0 ? ["\r"] : ["\u{1B}b", "\u{1B}b", "\u{1B}b"]
        }
    }
}

@Suite("Repaint equivalence")
struct RepaintTests {
    /// Something to see in every pane: groups, a failure, wide and hostile text, colours.
    private func project() throws -> Project {
        var tasks = ""
        for number in 0..<30 {
            let needs = number < 3 ? "" : ", needs: [t\(number / 2), t\(number - 3)]"
            tasks +=
                "  t\(number): { run: \"echo task \(number)\", group: g\(number / 8)\(needs) }\n"
        }
        let project = try Project([
            "shapes": "tasks:\n" + tasks,
            "texts": """
            tasks:
              shout: { run: "cat noise" }
              日本語の仕事: { run: "cat noise; exit 3", needs: shout }
              after: { run: "true", needs: 日本語の仕事 }

            """,
        ])
        var noise = ""
        for (number, piece) in Pipelines.hostilePieces.enumerated() {
            noise += "ERROR \(number) \(piece) 語 e\u{301} 👩‍👧 after \(number)\n"
        }
        for number in 0..<120 { noise += "2026-01-02 03:04:05 INFO line \(number)\tof text\n" }
        try project.write("noise", noise)
        guard try project.spillway("run", "shapes").code == 0,
            try project.spillway("run", "texts").code == 1
        else { throw Trouble("no runs") }
        return project
    }

    @Test(
        "in tmux, after any keys and sizes, the screen is what a whole repaint gives", .inTmux,
        arguments: [1, 2] as [UInt64])
    func tmux(seed: UInt64) throws {
        let tmux = try Tmux(try project())
        try tmux.until(shows: "0 Runs", "shapes", "texts")
        var user = RandomUser(seed: seed)
        var past: [String] = []
        for step in 0..<50 {
            if step % 12 == 11 {
                let size = user.size()
                past.append("\(size)")
                try tmux.resize(size.columns, size.rows)
            } else {
                for key in user.stroke() {
                    past.append(key.debugDescription)
                    try tmux.settle(bytes: key)
                }
            }
            // What a key takes away besides its own work, this one takes away.
            try tmux.settle(bytes: "\u{1B}[I")
            let before = try tmux.looks()
            try tmux.settle(bytes: "\u{0C}")
            let after = try tmux.looks()
            guard before == after else {
                let story = past.suffix(30).joined(separator: " ")
                Issue.record("after \(story):\n\(difference(before, after))")
                return
            }
        }
    }

    @Test(
        "in pyte, after any keys and sizes, the screen is what a whole repaint gives",
        .enabled(Pyte.comment) { Pyte.isInstalled }, arguments: [3, 4, 5] as [UInt64])
    func pyte(seed: UInt64) throws {
        var user = RandomUser(seed: seed)
        try playInPyte(
            try project(), ["open"], shows: "Runs", term: "xterm-256color", steps: 120,
            stroke: { user.stroke() }, size: { $0 % 15 == 14 ? user.size() : nil })
    }

    @Test(
        "in pyte, whatever is typed and taken away, the editor is what a whole repaint gives",
        .enabled(Pyte.comment) { Pyte.isInstalled },
        arguments: ["xterm-256color", "tmux-256color", "screen", "linux", "vt100"])
    func editorInPyte(term: String) throws {
        var user = Writer(seed: UInt64(term.utf8.count))
        try playInPyte(
            try Project(), ["query", "sqlite:"], shows: "Query", term: term, steps: 150,
            stroke: { user.stroke() }, size: { $0 == 70 ? (60, 20) : nil })
    }

    @Test(
        "in tmux, whatever is typed and taken away, the editor is what a whole repaint gives",
        .inTmux, arguments: ["screen-256color", "xterm-256color"])
    func editorInTmux(term: String) throws {
        let tmux = try Tmux(
            try Project(), command: [Project.program, "query", "sqlite:"], with: ["TERM": term])
        try tmux.until(shows: "Query")
        var user = Writer(seed: UInt64(term.utf8.count))
        var past: [String] = []
        for _ in 0..<60 {
            for key in user.stroke() {
                past.append(key.debugDescription)
                try tmux.settle(bytes: key)
            }
            // What a key takes away besides its own work, this one takes away.
            try tmux.settle(bytes: "\u{1B}[I")
            let place = "#{cursor_flag} #{cursor_x} #{cursor_y}"
            let (before, stood) = (try tmux.looks(), try tmux.fact(place))
            try tmux.settle(bytes: "\u{0C}")
            let (after, stands) = (try tmux.looks(), try tmux.fact(place))
            guard before == after, stood == stands else {
                let story = past.suffix(30).joined(separator: " ")
                Issue.record(
                    "after \(story): \(stood), then \(stands)\n\(difference(before, after))")
                return
            }
        }
    }

    /// Plays random strokes in a workbench of its own; after each, a whole repaint must change
    /// nothing in pyte.
    private func playInPyte(
        _ project: Project, _ arguments: [String], shows text: String, term: String, steps: Int,
        stroke: () -> [String], size newSize: (Int) -> (columns: Int, rows: Int)?
    ) throws {
        let terminal = try RawTerminal()
        let idle = try IdleSignal(path: project.newName("idle"))
        let child = try project.start(
            arguments, with: ["TERM": term, "SPILLWAY_IDLE_TRACE": idle.path],
            streams: .terminal(terminal.path))
        try terminal.until(text)
        var count = 0
        func settle(_ key: String) throws {
            terminal.type(key)
            count += 1
            let deadline = Deadline(seconds: 30)
            // A terminal that takes nothing keeps the workbench from coming to rest.
            while !idle.wait(afterKeys: count, seconds: 0.01) {
                terminal.take(waiting: 0)
                if deadline.isOver { throw Trouble("not idle after \(key.debugDescription)") }
            }
            terminal.take(waiting: 0)
        }
        var (pairs, past): ([Pyte.Pair], [String]) = ([], [])
        var size = (columns: 160, rows: 45)
        for step in 0..<steps {
            let begin = terminal.bytes.count
            if let new = newSize(step), new != size {
                size = new
                past.append("\(size)")
                terminal.resize(columns: size.columns, rows: size.rows)
                child.signal(SIGWINCH)
                try terminal.until("\u{1B}[H\u{1B}[", after: begin)
            } else {
                for key in stroke() {
                    past.append(key.debugDescription)
                    try settle(key)
                }
            }
            // What a key takes away besides its own work, this one takes away.
            try settle("\u{1B}[I")
            let middle = terminal.bytes.count
            try settle("\u{0C}")
            pairs.append(
                Pyte.Pair(
                    begin: begin, middle: middle, end: terminal.bytes.count, columns: size.columns,
                    rows: size.rows))
        }
        child.signal(SIGTERM)
        #expect(child.end(within: 10) == .exited(143))
        let found = try Pyte.firstDifference(terminal.bytes, pairs, project)
        #expect(found.isEmpty, "\(found) of \(past.joined(separator: " "))")
    }

    private func difference(_ before: String, _ after: String) -> String {
        let (old, new) = (
            before.split(separator: "\n", omittingEmptySubsequences: false),
            after.split(separator: "\n", omittingEmptySubsequences: false)
        )
        return zip(old, new).enumerated().filter { $1.0 != $1.1 }.prefix(5).map {
            "\($0) was \($1.0.debugDescription)\n  now \($1.1.debugDescription)"
        }.joined(separator: "\n")
    }
}
