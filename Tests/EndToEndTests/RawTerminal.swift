import Glibc

/// A pseudo-terminal that shows nothing and keeps every byte that a program sends to it.
final class RawTerminal {
    let path: String
    private let master: Int32
    private let slave: Int32
    private(set) var bytes: [UInt8] = []

    init(columns: Int = 160, rows: Int = 45) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var unlocked: Int32 = 0
        var number: Int32 = 0
        // TIOCSPTLCK and TIOCGPTN, which are macros that Swift does not see.
        guard master >= 0, ioctl(master, 0x4004_5431, &unlocked) == 0,
            ioctl(master, 0x8004_5430, &number) == 0
        else { throw Trouble("no pseudo-terminal") }
        path = "/dev/pts/\(number)"
        // Held open, so that the program's end is no end of the terminal.
        slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0 else { throw Trouble("no pseudo-terminal") }
        resize(columns: columns, rows: rows)
    }

    /// Has another size from now on; who is not in the terminal's foreground must be told.
    func resize(columns: Int, rows: Int) {
        var size = winsize(
            ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    deinit {
        close(slave)
        close(master)
    }

    /// The settings that a shell would notice.
    var settings: [UInt32] {
        var now = termios()
        tcgetattr(slave, &now)
        return [now.c_iflag, now.c_oflag, now.c_lflag, now.c_cflag]
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// Takes what comes until nothing has come for so many milliseconds.
    func take(waiting milliseconds: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, milliseconds) > 0, entry.revents & Int16(POLLIN) != 0
            else { return }
            let count = read(master, &buffer, buffer.count)
            guard count > 0 else { return }
            bytes += buffer[..<count]
        }
    }

    /// Takes bytes until `text` has been sent after the first `start` ones.
    func until(_ text: String, after start: Int = 0, within seconds: Double = 20) throws {
        let deadline = Deadline(seconds: seconds)
        while !String(decoding: bytes[start...], as: UTF8.self).contains(text) {
            if deadline.isOver {
                let shown = String(decoding: bytes[start...].suffix(6_000), as: UTF8.self)
                throw Trouble("'\(text)' was never sent: \(shown.debugDescription)")
            }
            take(waiting: 10)
        }
    }
}
