import Glibc

/// A pseudo-terminal whose user is the test.
final class Pty {
    private(set) var master: Int32
    let slave: Int32
    /// The name of its file.
    let path: String

    init?(columns: Int, rows: Int) {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var unlocked: Int32 = 0
        var number: Int32 = 0
        // TIOCSPTLCK and TIOCGPTN, which are macros that Swift does not see.
        guard master >= 0, ioctl(master, 0x4004_5431, &unlocked) == 0,
            ioctl(master, 0x8004_5430, &number) == 0
        else { return nil }
        path = "/dev/pts/\(number)"
        slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0 else { return nil }
        resize(columns: columns, rows: rows)
    }

    deinit {
        if slave >= 0 { close(slave) }
        if master >= 0 { close(master) }
    }

    /// Goes away, as a dropped connection does.
    func hangUp() {
        close(master)
        master = -1
    }

    func resize(columns: Int, rows: Int) {
        var size = winsize(
            ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// Everything that was sent so far; waits up to `milliseconds` for the first byte.
    func read(waiting milliseconds: Int32 = 0) -> String {
        var bytes: [UInt8] = []
        var patience = milliseconds
        while true {
            var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, patience) > 0, entry.revents & Int16(POLLIN) != 0 else { break }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = Glibc.read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
            patience = 0
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads until `text` has been sent, at most ten seconds without a byte.
    func read(until text: String) -> String {
        var all = ""
        while !all.contains(text) {
            let more = read(waiting: 10_000)
            if more.isEmpty { break }
            all += more
        }
        return all
    }

    /// The terminal's settings that a shell would notice.
    var settings: [UInt32] {
        var now = termios()
        tcgetattr(slave, &now)
        return [now.c_iflag, now.c_oflag, now.c_lflag, now.c_cflag]
    }
}
