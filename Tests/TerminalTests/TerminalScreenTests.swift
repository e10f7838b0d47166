import Glibc
import Screen
import Terminal
import Testing

private let colors: Theme = {
    var theme = Theme(name: "test")
    theme[.error].foreground = .rgb(255, 0, 0)
    theme[.selected].background = .rgb(0, 0, 95)
    return theme
}()

/// curses has global state: one screen at a time.
@Suite("The terminal", .serialized)
struct TerminalScreenTests {
    private func open(
        _ pty: Pty, _ variables: [String: String] = [:],
        options: TerminalScreen.Options = TerminalScreen.Options()
    ) throws -> TerminalScreen {
        let base = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"]
        return try TerminalScreen(
            theme: colors,
            environment: TerminalEnvironment(base.merging(variables) { $1 }), options: options,
            input: pty.slave, output: pty.slave)
    }

    private func frame(_ screen: TerminalScreen, _ text: String, role: Role = .plain) -> Frame {
        var grid = Grid(size: screen.size, charset: screen.charset)
        grid.write(text, at: Point(x: 0, y: 0), role: role)
        return Frame(grid: grid)
    }

    @Test("closing restores screen, cursor, modes and settings, and does so once")
    func closing() throws {
        let pty = try #require(Pty(columns: 40, rows: 10))
        let before = pty.settings
        let screen = try open(
            pty, options: TerminalScreen.Options(reportsMouse: true, reportsFocus: true))
        #expect(pty.settings != before)
        screen.present(frame(screen, "hello"))
        let opening = pty.read()
        for mode in ["?1049h", "?2004h", "?1002h", "?1006h", "?1004h", "?25l", "hello"] {
            #expect(opening.contains(mode))
        }
        #expect(opening.contains("\u{1B}[1;10r"))
        screen.close()
        let closing = pty.read()
        for mode in ["?1049l", "?2004l", "?1002l", "?1006l", "?1004l", "?25h"] {
            #expect(closing.contains(mode))
        }
        #expect(!opening.contains("\u{1B}]") && !closing.contains("\u{1B}]"))
        #expect(pty.settings == before)
        screen.close()
        #expect(pty.read().isEmpty)
        #expect(!screen.present(Frame(grid: Grid(size: Size(width: 1, height: 1)))))
    }

    @Test("an unchanged frame sends nothing, a changed word little more than itself")
    func differences() throws {
        let pty = try #require(Pty(columns: 100, rows: 30))
        let screen = try open(pty)
        screen.present(frame(screen, "state running"))
        _ = pty.read()
        let written = screen.bytesWritten
        screen.present(frame(screen, "state running"))
        #expect(screen.bytesWritten == written)
        #expect(pty.read().isEmpty)
        screen.present(frame(screen, "state success"))
        #expect((1...24).contains(pty.read().utf8.count))
        screen.fullRepaint()
        screen.present(frame(screen, "state success"))
        #expect(pty.read().contains("state success"))
    }

    @Test("moving the cursor in a framed list of a large screen stays within its budget")
    func cursorMove() throws {
        let pty = try #require(Pty(columns: 160, rows: 45))
        let screen = try open(pty)
        func list(_ cursor: Int) -> Frame {
            var grid = Grid(size: screen.size)
            let rows = grid.drawFrame(Rect(x: 40, y: 0, width: 120, height: 44), title: "Tasks")
            for row in 0..<rows.height {
                grid.write("task_\(row)", row: row, of: rows, column: 1)
                grid.write("running", row: row, of: rows, column: 20)
                if row == cursor { grid.highlight(row: row, of: rows, surface: .selected) }
            }
            return Frame(grid: grid)
        }
        screen.present(list(3))
        #expect(pty.read().utf8.count <= 14_000)
        screen.present(list(4))
        #expect((1...120).contains(pty.read().utf8.count))
    }

    @Test(
        "a letter typed or taken away before sixty others in a frame moves them on the terminal",
        arguments: ["xterm-256color", "tmux-256color", "screen", "linux", "vt100"])
    func typingBeforeOthers(name: String) throws {
        let pty = try #require(Pty(columns: 160, rows: 45))
        let screen = try open(pty, ["TERM": name])
        func editor(_ text: String, cursor: Int) -> Frame {
            var grid = Grid(size: screen.size, charset: screen.charset)
            let rows = grid.drawFrame(Rect(x: 10, y: 0, width: 120, height: 44), title: "Query")
            grid.write([TextRun(text, .plain)], row: 3, of: rows)
            return Frame(grid: grid, cursor: Point(x: rows.x + cursor, y: rows.y + 3))
        }
        let (head, tail) = ("select ", "id from orders where region = 'north' and more > 1 -- tail")
        screen.present(editor(head + tail, cursor: 7))
        _ = pty.read()
        let most = name == "vt100" ? 200 : 40
        // Taking away, and putting in.
        let moves: Set<Character> = name == "vt100" ? [] : ["P", "@"]
        var typed = head
        for letter in "amount" {
            typed.append(letter)
            screen.present(editor(typed + tail, cursor: typed.count))
            let sent = pty.read()
            #expect((1...most).contains(sent.utf8.count), "\(sent.debugDescription)")
            #expect(moves.isSubset(of: sent), "\(sent.debugDescription)")
        }
        while typed.count > head.count {
            typed.removeLast()
            screen.present(editor(typed + tail, cursor: typed.count))
            let sent = pty.read()
            #expect((1...most).contains(sent.utf8.count), "\(sent.debugDescription)")
            #expect(moves.isSubset(of: sent), "\(sent.debugDescription)")
        }
        screen.close()
    }

    @Test("NO_COLOR leaves weight and reverse, and not one colour")
    func noColor() throws {
        let pty = try #require(Pty(columns: 40, rows: 5))
        let screen = try open(pty, ["NO_COLOR": "1"])
        var picture = frame(screen, "error", role: .error)
        picture.grid.highlight(row: 0, of: picture.grid.bounds, surface: .selected)
        screen.present(picture)
        let sent = pty.read()
        #expect(screen.depth == .none)
        let attributes = try #require(try? Regex("\u{1B}\\[([0-9;]*)m"))
        let numbers = sent.matches(of: attributes).flatMap { match in
            (match.output[1].substring ?? "").split(separator: ";").compactMap { Int($0) }
        }
        #expect(numbers.allSatisfy { $0 < 30 || $0 == 39 || $0 == 49 })
        #expect(sent.contains("7m"))
    }

    @Test(
        "colours are reduced to what TERM has",
        arguments: [
            ("xterm-256color", ColorDepth.indexed, "38;5;196"), ("xterm", .eight, "31"),
            ("vt100", .none, "error"), ("tmux-256color", .indexed, "38;5;196"),
            ("linux", .eight, "31"),
        ])
    func depths(name: String, depth: ColorDepth, bytes: String) throws {
        let pty = try #require(Pty(columns: 40, rows: 5))
        let screen = try open(pty, ["TERM": name])
        #expect(screen.depth == depth)
        screen.present(frame(screen, "error", role: .error))
        let sent = pty.read()
        #expect(sent.contains(bytes))
        if !sent.contains("?1049h") { #expect(!sent.contains("?2004h")) }
    }

    @Test("COLORTERM finds the richer description")
    func colorTerm() throws {
        let pty = try #require(Pty(columns: 40, rows: 5))
        let screen = try open(pty, ["TERM": "xterm", "COLORTERM": "truecolor"])
        #expect(screen.depth == .indexed)
    }

    @Test("under LC_ALL=C every byte is ASCII, whatever is drawn")
    func asciiLocale() throws {
        let pty = try #require(Pty(columns: 40, rows: 5))
        let screen = try open(pty, ["LC_ALL": "C"])
        #expect(screen.charset == .ascii)
        var grid = Grid(size: screen.size, charset: .unicode)
        grid.drawFrame(grid.bounds, title: "日本語 é \u{9B}31m")
        screen.present(Frame(grid: grid))
        screen.close()
        #expect(pty.read().utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("a UTF-8 locale that is not installed is UTF-8 all the same")
    func missingLocale() throws {
        let pty = try #require(Pty(columns: 40, rows: 5))
        let screen = try open(pty, ["LC_ALL": "xx_XX.UTF-8"])
        #expect(screen.charset == .unicode)
        screen.present(frame(screen, "日本é"))
        #expect(pty.read().contains("日本é"))
    }

    @Test("a wide character keeps the columns right of it in place")
    func wideCells() throws {
        let pty = try #require(Pty(columns: 20, rows: 3))
        let screen = try open(pty)
        screen.present(frame(screen, "a日b"))
        _ = pty.read()
        screen.present(frame(screen, "a日c"))
        // Only the c: the cursor stood behind the b, one cell to the right of it.
        #expect(pty.read() == "\u{8}c")
        screen.present(frame(screen, "axyc"))
        let sent = pty.read()
        #expect(sent.contains("xy") && !sent.contains("c"))
    }

    @Test(
        "no terminal, no description, no cursor: the error says what to do",
        arguments: [
            ("nonsense", TerminalError.unknownTerminal(name: "nonsense")),
            ("", .unknownTerminal(name: "")), ("dumb", .tooSimple(name: "dumb")),
        ])
    func refusals(name: String, expected: TerminalError) throws {
        let pty = try #require(Pty(columns: 40, rows: 5))
        let before = pty.settings
        #expect(throws: expected) { try open(pty, ["TERM": name]) }
        #expect(pty.settings == before)
        #expect(pty.read().isEmpty)
        #expect(!expected.remedy.isEmpty && !expected.problem.isEmpty)
    }

    @Test("a pipe is no terminal")
    func pipe() throws {
        var ends: [Int32] = [0, 0]
        #expect(Glibc.pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        #expect(throws: TerminalError.notATerminal(stream: "output")) {
            try TerminalScreen(
                theme: colors, environment: TerminalEnvironment(["TERM": "xterm"]), input: ends[0],
                output: ends[1])
        }
    }

    @Test("keys arrive, an end is noticed")
    func input() throws {
        let pty = try #require(Pty(columns: 40, rows: 5))
        let screen = try open(pty)
        #expect(screen.readInput() == TerminalInput())
        pty.type("j\u{1B}[A\u{1B}")
        #expect(screen.readInput() == TerminalInput(keys: [.character("j"), .up]))
        #expect(screen.inputPatienceMilliseconds == 25)
        #expect(screen.flushInput() == [.escape])
        pty.hangUp()
        // A program that another test starts just now may hold the other end a moment longer.
        var entry = pollfd(fd: pty.slave, events: 0, revents: 0)
        #expect(poll(&entry, 1, 10_000) == 1)
        #expect(screen.readInput().isHungUp)
        screen.close()
    }

    @Test("a new size is taken on and painted once")
    func resizing() throws {
        let pty = try #require(Pty(columns: 40, rows: 10))
        let screen = try open(pty)
        screen.present(frame(screen, "hello"))
        _ = pty.read()
        #expect(!screen.resize())
        pty.resize(columns: 20, rows: 5)
        #expect(screen.resize())
        #expect(screen.size == Size(width: 20, height: 5))
        screen.present(frame(screen, "hello"))
        let sent = pty.read()
        #expect(sent.components(of: "hello") == 1)
        for size in [(1, 1), (300, 100), (2, 50)] {
            pty.resize(columns: size.0, rows: size.1)
            screen.resize()
            screen.present(frame(screen, "日本語"))
            _ = pty.read()
        }
        #expect(screen.size == Size(width: 2, height: 50))
    }

    @Test("a terminal that takes nothing holds up frames, never the program")
    func backPressure() throws {
        let pty = try #require(Pty(columns: 200, rows: 100))
        let screen = try open(pty)
        var refused = 0
        for number in 0..<20 {
            var grid = Grid(size: screen.size)
            for row in 0..<100 {
                let letter = String(Unicode.Scalar(UInt8(97 + (row + number) % 26)))
                grid.write(
                    String(repeating: letter + "\(row)", count: 60), row: row, of: grid.bounds)
            }
            if !screen.present(Frame(grid: grid)) { refused += 1 }
        }
        #expect(refused > 10)
        #expect(!screen.canPresent)
        while !screen.canPresent { _ = pty.read() }
        #expect(screen.present(frame(screen, "at last")))
        #expect(pty.read(until: "at last").contains("at last"))
    }

    @Test("suspending gives the terminal back, resuming paints everything")
    func suspending() throws {
        let pty = try #require(Pty(columns: 40, rows: 10))
        let before = pty.settings
        let screen = try open(pty)
        screen.present(frame(screen, "hello"))
        _ = pty.read()
        screen.suspend()
        #expect(pty.settings == before)
        #expect(pty.read().contains("?1049l"))
        #expect(!screen.present(frame(screen, "unseen")))
        screen.resume()
        screen.present(frame(screen, "hello"))
        let sent = pty.read()
        #expect(sent.contains("?1049h") && sent.contains("?2004h") && sent.contains("hello"))
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(of part: String) -> Int {
        var (count, rest) = (0, self[...])
        while let found = rest.firstRange(of: part) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
