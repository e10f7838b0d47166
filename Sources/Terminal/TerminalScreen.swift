import CTerminal
import Glibc
public import Screen

/// The terminal as a screen: frames in, keys out, and everything put back at the end.
///
/// curses compares each frame with the one before and computes the fewest bytes; it does not write
/// them. They are written here without ever waiting: while the terminal has not taken a frame,
/// ``present(_:)`` refuses the next one. Belongs to one thread or task at a time, and only one can
/// be open in a process: curses has global state.
public final class TerminalScreen {
    public struct Options: Hashable, Sendable {
        /// Reports of presses, drags and the wheel (modes 1002 and 1006).
        public var reportsMouse: Bool
        /// Reports of the window gaining and losing focus (mode 1004).
        public var reportsFocus: Bool

        public init(reportsMouse: Bool = false, reportsFocus: Bool = false) {
            self.reportsMouse = reportsMouse
            self.reportsFocus = reportsFocus
        }
    }

    public let charset: Charset
    public let depth: ColorDepth
    /// Cells of the terminal; follows ``resize()``.
    public private(set) var size: Size
    /// Changing it repaints what it changes with the next frame.
    public var theme: Theme {
        didSet { styles = StyleTable(theme: theme, depth: depth, pairs: pairs) }
    }

    private let curses: OpaquePointer
    private let settings: OpaquePointer
    private let output: Int32
    private let environment: TerminalEnvironment
    private let enterModes: [UInt8]
    private let leaveModes: [UInt8]
    private let pairs: ColorPairs
    private var styles: StyleTable
    private var queue: OutputQueue
    private var reader: InputReader
    /// What curses has been told last; nil where everything must be told again.
    private var shown: Grid?
    private var shownCursor: Point?
    private var shownTheme: Theme?
    private var phase = Phase.open

    private enum Phase { case open, suspended, closed }

    /// Opens the terminal: raw input, alternate screen, bracketed paste. Nothing is asked of it.
    ///
    /// - Parameters:
    ///   - input: Where keys come from; must be a terminal.
    ///   - output: Where frames go; must be a terminal.
    /// - Throws: ``TerminalError``; the terminal is then as it was.
    public init(
        theme: Theme, environment: TerminalEnvironment, options: Options = Options(),
        input: Int32 = 0, output: Int32 = 1
    ) throws(TerminalError) {
        guard isatty(output) == 1 else { throw .notATerminal(stream: "output") }
        guard isatty(input) == 1 else { throw .notATerminal(stream: "input") }
        charset = environment.enterLocale()
        let size = TerminalScreen.size(of: output, or: environment.declaredSize)
        let curses = try TerminalScreen.openCurses(environment, size)
        guard let settings = terminal_enter_raw(input) else {
            terminal_free(curses)
            throw .refused(reason: String(cString: strerror(errno)))
        }
        self.size = size
        self.theme = theme
        self.environment = environment
        self.curses = curses
        self.settings = settings
        self.output = output
        depth = ColorDepth(
            colors: terminal_colors(curses), isDirect: terminal_is_direct(curses) == 1)
        pairs = ColorPairs(curses: curses, limit: Int(terminal_pairs(curses)))
        styles = StyleTable(theme: theme, depth: depth, pairs: pairs)
        (enterModes, leaveModes) = TerminalScreen.modes(options, curses)
        queue = OutputQueue(terminal: output)
        reader = InputReader(descriptor: input)
        guardAgainstCrashes()
        queue.append(enterModes)
    }

    deinit { close() }

    private static func openCurses(
        _ environment: TerminalEnvironment, _ size: Size
    ) throws(TerminalError) -> OpaquePointer {
        guard !environment.name.isEmpty else { throw .unknownTerminal(name: "") }
        var opened: OpaquePointer?
        let answer = terminal_open(
            environment.description, Int32(size.height), Int32(size.width),
            environment.refusesColor ? 0 : 1, &opened)
        switch answer {
        case TERMINAL_UNKNOWN: throw .unknownTerminal(name: environment.name)
        case TERMINAL_NO_DATABASE: throw .noDescriptions
        case TERMINAL_TOO_SIMPLE: throw .tooSimple(name: environment.name)
        default: break
        }
        guard let opened else { throw .refused(reason: "out of memory or open files") }
        return opened
    }

    /// The size that the terminal reports, else the one declared, else 80×24.
    private static func size(of output: Int32, or declared: Size?) -> Size {
        var (rows, columns): (Int32, Int32) = (0, 0)
        if terminal_size(output, &rows, &columns) == 0 {
            return Size(width: Int(columns), height: Int(rows))
        }
        return declared ?? Size(width: 80, height: 24)
    }

    /// Private modes for terminals of xterm's kin; others are sent none.
    private static func modes(
        _ options: Options, _ curses: OpaquePointer
    ) -> (enter: [UInt8], leave: [UInt8]) {
        guard terminal_is_xterm_like(curses) == 1 else { return ([], []) }
        var modes = [2004]
        if options.reportsMouse { modes += [1002, 1006] }
        if options.reportsFocus { modes += [1004] }
        return (
            modes.flatMap { Array("\u{1B}[?\($0)h".utf8) },
            modes.reversed().flatMap { Array("\u{1B}[?\($0)l".utf8) }
        )
    }

    // MARK: Frames

    /// Whether the terminal has taken everything so far, so that a new frame would be seen at once.
    ///
    /// While this is false, wait until ``outputDescriptor`` is writable and call ``flush()``.
    public var canPresent: Bool {
        queue.flush()
        return phase == .open && queue.waiting == 0 && queue.unsent < 4096
    }

    /// Where to poll for room while ``canPresent`` is false.
    public var outputDescriptor: Int32 { output }

    /// Bytes given to the terminal since it was opened.
    public var bytesWritten: Int { queue.total }

    /// Writes what the terminal accepts of a frame that it has not taken whole.
    public func flush() { queue.flush() }

    /// Shows `frame`: sends what differs from the one before, nothing if nothing does.
    ///
    /// Cells beyond the terminal are cut, missing ones are blank.
    ///
    /// - Returns: False if the terminal has not taken the last frame yet; then nothing was done.
    @discardableResult
    public func present(_ frame: Frame) -> Bool {
        guard canPresent else { return false }
        let isSameLook = shownTheme == theme
        guard shown != frame.grid || shownCursor != frame.cursor || !isSameLook else { return true }
        let before = isSameLook ? shown : nil
        if let before, let shownCursor { shiftRow(at: shownCursor, from: before, to: frame.grid) }
        for y in 0..<size.height {
            putRow(y, frame.grid, before: before)
        }
        let cursor = frame.cursor.flatMap { Rect(size).contains($0) ? $0 : nil }
        terminal_update(curses, Int32(cursor?.y ?? -1), Int32(cursor?.x ?? 0))
        (shown, shownCursor, shownTheme) = (frame.grid, frame.cursor, theme)
        takeOutput()
        return true
    }

    /// Puts `text` into the user's clipboard (OSC 52), where the terminal lets programs do that.
    ///
    /// - Returns: False where it is longer than terminals take; then nothing was sent.
    @discardableResult
    public func copy(_ text: String) -> Bool {
        guard phase == .open, enterModes.count > 0,
            let bytes = Clipboard.sequence(for: text, through: environment.multiplexer)
        else { return false }
        queue.append(bytes)
        queue.flush()
        return true
    }

    /// Rings the terminal's bell.
    public func ring() {
        guard phase == .open else { return }
        queue.append([0x07])
        queue.flush()
    }

    /// Sends the whole screen anew with the next frame: after another program wrote over it.
    public func fullRepaint() {
        guard phase == .open else { return }
        terminal_forget(curses)
        shown = nil
    }

    /// Takes on the size that the terminal has now; the next frame is painted whole.
    ///
    /// - Returns: Whether the size has changed.
    @discardableResult
    public func resize() -> Bool {
        guard phase == .open else { return false }
        let now = TerminalScreen.size(of: output, or: environment.declaredSize)
        guard now != size else { return false }
        size = now
        terminal_resize(curses, Int32(now.height), Int32(now.width))
        shown = nil
        return true
    }

    /// Lets the terminal move what only moved in the row in which its cursor stands: there is typed.
    private func shiftRow(at cursor: Point, from before: Grid, to grid: Grid) {
        guard before.size == size, grid.size == size, Rect(size).contains(cursor),
            terminal_can_shift(curses) == 1,
            let shift = RowShift(row: cursor.y, cursor: cursor.x, from: before, to: grid)
        else { return }
        terminal_shift(
            curses, Int32(cursor.y), Int32(cursor.x), Int32(shift.takenAt), Int32(shift.putAt),
            Int32(shift.count))
    }

    /// Tells curses the cells of a row from the first that changed to the last.
    private func putRow(_ y: Int, _ grid: Grid, before: Grid?) {
        var (first, last) = (0, size.width - 1)
        if let before, before.size == grid.size {
            while first <= last, before[first, y] == grid[first, y] { first += 1 }
            while last >= first, before[last, y] == grid[last, y] { last -= 1 }
        }
        guard first <= last else { return }
        while first > 0, grid[first, y].width == 0 { first -= 1 }
        var cells: [terminal_cell] = []
        cells.reserveCapacity(last - first + 1)
        for x in first...last {
            let cell = grid[x, y]
            guard cell.width > 0 else { continue }
            let style = styles[cell]
            cells.append(
                terminal_cell(
                    text: (
                        cell.scalar.value, cell.marks.x, cell.marks.y, cell.marks.z, cell.marks.w
                    ), attributes: style.attributes, pair: style.pair, width: Int32(cell.width)))
        }
        terminal_put(curses, Int32(y), Int32(first), cells, cells.count)
    }

    private func takeOutput() {
        let count = terminal_waiting(curses)
        guard count > 0 else { return }
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, taken in
            taken = terminal_take(curses, buffer.baseAddress, count)
        }
        queue.append(AttributeRuns.joined(bytes))
        queue.flush()
    }

    // MARK: Keys

    /// Where to poll for keys.
    public var inputDescriptor: Int32 { reader.descriptor }

    /// Reads the keys that are there; never waits.
    public func readInput() -> TerminalInput { reader.read() }

    /// How long to wait, in milliseconds, before ``flushInput()`` decides what an incomplete
    /// sequence was; nil where nothing is incomplete.
    public var inputPatienceMilliseconds: Int? { reader.patienceMilliseconds }

    /// The keys of an incomplete sequence after the patience is over: a lone ESC, mostly.
    public func flushInput() -> [Key] { reader.flush() }

    // MARK: Coming and going

    /// Gives the terminal back until ``resume()``: for an editor, or before stopping.
    public func suspend() {
        guard phase == .open else { return }
        leave()
        phase = .suspended
    }

    /// Takes the terminal again; the next frame is painted whole.
    public func resume() {
        guard phase == .suspended else { return }
        phase = .open
        _ = terminal_enter_raw_again(settings)
        queue.append(enterModes)
        guardAgainstCrashes()
        resize()
        fullRepaint()
    }

    /// Stops this process as ^Z does, with the terminal given back; returns when it is continued.
    public func stop() {
        suspend()
        terminal_stop_self()
        resume()
    }

    /// Puts everything back: screen, cursor, modes, settings. A second call does nothing.
    ///
    /// Waits at most about a second for a terminal that takes no bytes.
    public func close() {
        guard phase != .closed else { return }
        if phase == .open { leave() }
        phase = .closed
        queue.close()
        terminal_settings_free(settings)
        terminal_free(curses)
    }

    private func leave() {
        // Half a frame that the terminal will not take is dropped; CAN ends a sequence in it.
        let wasTaken = queue.drain(patience: 500)
        terminal_leave(curses)
        if !wasTaken { queue.append([0x18]) }
        queue.append(leaveModes)
        takeOutput()
        _ = queue.drain(patience: 500)
        _ = terminal_restore(settings)
        terminal_unguard()
        shown = nil
    }

    /// What a handler of fatal signals writes: the same as leaving, without curses' help.
    private func guardAgainstCrashes() {
        var bytes: [UInt8] = [0x18] + leaveModes
        if terminal_is_xterm_like(curses) == 1 { bytes += Array("\u{1B}[?1049l".utf8) }
        bytes += Array("\u{1B}[0m\u{1B}[?25h\r\n".utf8)
        terminal_guard(output, bytes, bytes.count, settings)
    }
}
