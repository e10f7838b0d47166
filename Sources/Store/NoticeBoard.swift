import Glibc
import Synchronization

/// What the owner of a state folder wants people told, for all who look on: a short file that is only
/// appended to, and begun anew when it has grown long.
///
/// A file and not rows: it is of no use once it was told, and a hook's toast is not to cost a commit.
public final class NoticeBoard: Sendable {
    /// Something to be told.
    public enum Notice: Hashable, Sendable {
        /// The terminal's bell.
        case bell
        /// What a hook says: it comes with the bell.
        case toast(String)
        case warning(String)
    }

    public let path: String

    /// Beyond so many bytes the file is begun anew.
    static let sizeLimit: off_t = 256 << 10
    /// Of a text no more bytes are kept.
    static let textLimit = 4_000

    public init(_ folder: StateFolder) { path = folder.path + "/notices" }

    /// Makes the file (0600) where it is missing, so that it can be watched.
    public func prepare() {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if file >= 0 { close(file) }
    }

    /// Adds a notice. A disk without room for it loses the notice and nothing else.
    public func post(_ notice: Notice) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        var status = stat()
        if fstat(file, &status) == 0, status.st_size > Self.sizeLimit { ftruncate(file, 0) }
        let line = notice.line
        while write(file, line, line.count) < 0, errno == EINTR {}
    }

    /// Reads what is posted from now on.
    public func reader() -> Reader { Reader(path) }

    /// One who looks on; what was there before is not for him.
    public final class Reader: Sendable {
        private let path: String
        private let offset: Mutex<off_t>

        fileprivate init(_ path: String) {
            self.path = path
            var status = stat()
            offset = Mutex(stat(path, &status) == 0 ? status.st_size : 0)
        }

        /// What was posted since the last call, in order. Lines that are none of ours are passed over.
        public func news() -> [Notice] {
            offset.withLock { offset in
                let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
                guard file >= 0 else { return [] }
                defer { close(file) }
                var status = stat()
                guard fstat(file, &status) == 0 else { return [] }
                if status.st_size < offset { offset = 0 }
                // Nobody but us writes it, but whoever does is not to fill our memory.
                let most = NoticeBoard.sizeLimit + off_t(NoticeBoard.textLimit) + 64
                let size = Int(min(status.st_size - offset, most))
                guard size > 0 else { return [] }
                var bytes = [UInt8](repeating: 0, count: size)
                let count = pread(file, &bytes, size, offset)
                guard count > 0, let last = bytes[..<count].lastIndex(of: 0x0A) else { return [] }
                offset += off_t(last + 1)
                return bytes[..<last].split(separator: 0x0A).compactMap { Notice(line: $0) }
            }
        }
    }
}

extension NoticeBoard.Notice {
    /// In words; nil: the bell alone.
    public var text: String? {
        switch self {
        case .bell: nil
        case .toast(let text), .warning(let text): text
        }
    }

    /// A letter, a tab, the text without line ends, a line end.
    fileprivate var line: [UInt8] {
        let (letter, text) =
            switch self {
            case .bell: (UInt8(ascii: "b"), "")
            case .toast(let text): (UInt8(ascii: "t"), text)
            case .warning(let text): (UInt8(ascii: "w"), text)
            }
        let words = text.utf8.prefix(NoticeBoard.textLimit).map { $0 == 0x0A ? 0x20 : $0 }
        return [letter, 0x09] + words + [0x0A]
    }

    fileprivate init?(line: ArraySlice<UInt8>) {
        guard line.count >= 2, line[line.startIndex + 1] == 0x09 else { return nil }
        let text = String(decoding: line.dropFirst(2), as: UTF8.self)
        switch line.first {
        case UInt8(ascii: "b"): self = .bell
        case UInt8(ascii: "t"): self = .toast(text)
        case UInt8(ascii: "w"): self = .warning(text)
        default: return nil
        }
    }
}
