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
        .enabled("python3 cannot import pyte: one emulator less") { Pyte.isInstalled },
        arguments: [3, 4, 5] as [UInt64])
    func pyte(seed: UInt64) throws {
        let project = try project()
        let terminal = try RawTerminal()
        let idle = try IdleSignal(path: project.newName("idle"))
        let child = try project.start(
            "open", with: ["TERM": "xterm-256color", "SPILLWAY_IDLE_TRACE": idle.path],
            streams: .terminal(terminal.path))
        try terminal.until("Runs")
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
        var user = RandomUser(seed: seed)
        var (pairs, past): ([Pyte.Pair], [String]) = ([], [])
        var size = (columns: 160, rows: 45)
        for step in 0..<120 {
            let begin = terminal.bytes.count
            if step % 15 == 14 {
                let old = size
                while size == old { size = user.size() }
                past.append("\(size)")
                terminal.resize(columns: size.columns, rows: size.rows)
                child.signal(SIGWINCH)
                try terminal.until("spillway", after: begin)
            } else {
                for key in user.stroke() {
                    past.append(key.debugDescription)
                    try settle(key)
                }
            }
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
        #expect(found.isEmpty, "seed \(seed): \(found) of \(past.joined(separator: " "))")
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

/// The terminal emulator in Python, where it is installed.
private enum Pyte {
    static let isInstalled: Bool = {
        let child = try? Child(
            ["python3", "-c", "import pyte"], environment: Project.environment, folder: "/",
            catching: "/tmp/spillway-pyte-\(getpid())")
        return child?.end(within: 20) == .exited(0)
    }()

    /// Bytes of one step: what a key brought until `middle`, a whole repaint until `end`.
    struct Pair: Codable {
        var begin: Int
        var middle: Int
        var end: Int
        var columns: Int
        var rows: Int
    }

    /// Plays the bytes; tells of the first step after which a whole repaint changed the screen.
    static func firstDifference(
        _ bytes: [UInt8], _ pairs: [Pair], _ project: Project
    ) throws -> String {
        try project.write("sent", Data(bytes))
        try project.write("pairs.json", JSONEncoder().encode(pairs))
        try project.write("play.py", script)
        let child = try Child(
            ["python3", "play.py", "sent", "pairs.json"], environment: Project.environment,
            folder: project.path, catching: project.newName("pyte"))
        guard child.end(within: 120) == .exited(0) else { throw Trouble(child.errors) }
        return child.output
    }

    /// pyte lacks REP, SU and SD, which curses uses (ECMA-48 §8.3.103, .147, .113).
    private static let script = """
        import codecs, json, sys
        import pyte

        class Screen(pyte.Screen):
            last = " "
            def draw(self, data):
                super().draw(data)
                if data: self.last = data[-1]
            def repeat(self, count=1): self.draw(self.last * (count or 1))
            def scroll(self, count, up):
                top, bottom = self.margins or (0, self.lines - 1)
                y = self.cursor.y
                self.cursor.y = bottom if up else top
                for _ in range(count or 1):
                    self.index() if up else self.reverse_index()
                self.cursor.y = y
            def scroll_up(self, count=1): self.scroll(count, True)
            def scroll_down(self, count=1): self.scroll(count, False)
            # Window operations and the like, of which pyte knows nothing either.
            def look(self):
                return [[self.buffer[y][x] for x in range(self.columns)]
                        for y in range(self.lines)]

        class Stream(pyte.Stream):
            csi = dict(pyte.Stream.csi, b="repeat", S="scroll_up", T="scroll_down")
            events = pyte.Stream.events | {"repeat", "scroll_up", "scroll_down"}

        data = open(sys.argv[1], "rb").read()
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        screen = Screen(160, 45)
        stream = Stream(screen)
        done = 0
        def play(end):
            global done
            stream.feed(decoder.decode(data[done:end]))
            done = end
        for step, pair in enumerate(json.load(open(sys.argv[2]))):
            play(pair["begin"])
            if (screen.columns, screen.lines) != (pair["columns"], pair["rows"]):
                screen.resize(pair["rows"], pair["columns"])
            play(pair["middle"])
            before = screen.look()
            play(pair["end"])
            after = screen.look()
            if before != after:
                for y, (old, new) in enumerate(zip(before, after)):
                    if old != new:
                        text = lambda row: "".join(cell.data for cell in row)
                        cell = next((x, o, n) for x, (o, n) in enumerate(zip(old, new)) if o != n)
                        print(f"step {step}, row {y}: {text(old)!r} then {text(new)!r}, {cell}")
                        break
                break

        """
}
