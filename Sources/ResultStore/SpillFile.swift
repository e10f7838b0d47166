public import Domain
import Glibc

/// A file for what memory should not hold: made with mode 0600 and unlinked at once, so that
/// nothing is left of it however the process ends.
final class SpillFile: Sendable {
    private let descriptor: Int32
    private let limit: Int

    /// - Parameter limit: Bytes that it may take.
    /// - Throws: ``ResultStoreError`` where the folder cannot be written.
    init(folder: String, limit: Int = .max) throws {
        self.limit = limit
        var descriptor: Int32 = -1
        for _ in 0..<100 where descriptor < 0 {
            let name = "\(folder)/.spill-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
            descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 { unlink(name) } else if errno != EEXIST { break }
        }
        guard descriptor >= 0 else {
            throw ResultStoreError.cannotSpill(folder: folder, code: errno)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        guard bytes.count <= limit - offset else {
            throw ResultStoreError.spillFull(code: EFBIG)
        }
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done,
                off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw ResultStoreError.spillFull(code: count < 0 ? errno : ENOSPC)
            }
            done += count
        }
    }

    /// Reads exactly `count` bytes.
    func read(_ count: Int, at offset: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let more = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled,
                    off_t(offset + filled))
                if more < 0, errno == EINTR { continue }
                guard more > 0 else {
                    throw ResultStoreError.cannotRead(code: more < 0 ? errno : EIO)
                }
                filled += more
            }
        }
    }
}

/// What can go wrong with a kept result.
public enum ResultStoreError: UserFacingError, Hashable {
    case cannotSpill(folder: String, code: Int32)
    /// The disk is full, or a limit was met; what was kept before stays.
    case spillFull(code: Int32)
    case cannotRead(code: Int32)
    case cannotExport(path: String, code: Int32)
    case cancelled

    public var problem: String {
        switch self {
        case .cannotSpill(let folder, let code):
            "No file for results can be made in \(folder): \(Self.words(code))."
        case .spillFull(let code):
            "The file that holds results cannot grow: \(Self.words(code)). What came before is kept."
        case .cannotRead(let code):
            "The file that holds results cannot be read: \(Self.words(code))."
        case .cannotExport(let path, let code): "\(path) cannot be written: \(Self.words(code))."
        case .cancelled: "It was cancelled."
        }
    }

    public var remedy: String {
        switch self {
        case .cannotSpill: "Make the folder writable, or make room on its disk."
        case .spillFull: "Make room on the disk, or ask for fewer rows, and run it again."
        case .cannotRead: "Run the query again."
        case .cannotExport: "Choose another place, or make room there."
        case .cancelled: "Start it again to have all of it."
        }
    }

    private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}
