// A small program in a terminal, for tests that need a process of its own: one that crashes, stops
// or is killed while the screen is open. Keys: j and k move, t traps, v follows a null pointer,
// l repaints, ^Z stops, q quits.

import Domain
import Glibc
import Screen
import Terminal

func picture(size: Size, charset: Charset, cursor: Int) -> Frame {
    var grid = Grid(size: size, charset: charset)
    let (left, right) = grid.bounds.split(top: size.height - 1).top.split(left: size.width / 4)
    let pipelines = grid.drawFrame(left, title: "Pipelines")
    for row in 0..<pipelines.height {
        grid.write("\(charset.pick("✓", ascii: "+"))", row: row, of: pipelines, role: .stateSuccess)
        grid.write("pipeline_\(row)", row: row, of: pipelines, column: 2)
        grid.writeRight("\(row * 37 % 60)s", row: row, of: pipelines, role: .dim)
    }
    let rows = grid.drawFrame(right, title: "Tasks", footer: "\(cursor)", isFocused: true)
    for row in 0..<rows.height {
        grid.write("task_\(row * 7919 % 1000)", row: row, of: rows, column: 1, width: 30)
        grid.write("running", row: row, of: rows, column: 32, role: .stateRunning)
        grid.write("2026-01-\(row % 28 + 1)", row: row, of: rows, column: 42, role: .dim)
        grid.writeRight("\(row * 104_729 % 100_003) rows", row: row, of: rows, margin: 1)
        if row == cursor { grid.highlight(row: row, of: rows, surface: .selected) }
    }
    let bar = Rect(x: 0, y: size.height - 1, width: size.width, height: 1)
    grid.fill(bar, surface: .bar)
    grid.write([TextRun("q", .key), TextRun(" quit")], row: 0, of: bar, surface: .bar)
    return Frame(grid: grid)
}

func environmentVariables() -> [String: String] {
    var variables: [String: String] = [:]
    for name in ["TERM", "COLORTERM", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG"] {
        variables[name] = getenv(name).map { String(cString: $0) }
    }
    return variables
}

func run() throws(TerminalError) {
    let screen = try TerminalScreen(
        theme: Theme(name: "plain"), environment: TerminalEnvironment(environmentVariables()))
    defer { screen.close() }
    guard let signals = SignalWatch() else { return }
    var cursor = 0
    while true {
        screen.present(picture(size: screen.size, charset: screen.charset, cursor: cursor))
        var entries = [
            pollfd(fd: screen.inputDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        if !screen.canPresent {
            entries.append(
                pollfd(fd: screen.outputDescriptor, events: Int16(POLLOUT), revents: 0))
        }
        poll(&entries, nfds_t(entries.count), Int32(screen.inputPatienceMilliseconds ?? -1))
        let input = screen.readInput()
        if input.isHungUp { return }
        for key in input.keys {
            switch key {
            case .character("j"): cursor += 1
            case .character("k"): cursor -= 1
            case .character("t"): precondition(cursor > 1000, "asked to trap")
            case .character("v"): raise(SIGSEGV)
            case .character("l"): screen.fullRepaint()
            case .control("z"): screen.stop()
            case .character("q"): return
            default: break
            }
        }
        for signal in signals.read() {
            switch signal {
            case .resized: screen.resize()
            case .terminate, .hangUp, .interrupt, .quit: return
            case .stop: screen.stop()
            case .goOn: screen.fullRepaint()
            }
        }
    }
}

do {
    try run()
} catch {
    print(error.problem)
    print(error.remedy)
    exit(1)
}
