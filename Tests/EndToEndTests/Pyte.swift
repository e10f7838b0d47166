import Foundation
import Glibc
import Testing

/// The terminal emulator in Python, where it is installed.
enum Pyte {
    static let comment: Comment = "python3 cannot import pyte: one emulator less"
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
            def place(self):
                cursor = self.cursor
                # Behind the last column is on it.
                return None if cursor.hidden else (min(cursor.x, self.columns - 1), cursor.y)

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
            before, stood = screen.look(), screen.place()
            play(pair["end"])
            after, stands = screen.look(), screen.place()
            if stood != stands:
                print(f"step {step}: the cursor stood at {stood} and stands at {stands}")
                break
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
