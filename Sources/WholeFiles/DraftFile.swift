public import Glibc
import Synchronization

/// A file that is written beside its place and takes it when it is whole.
///
/// Whoever reads the place sees all of the old file or all of the new one; a full disk, a failure or
/// a kill leaves the old one as it was. A draft that did not take its place is removed with its owner.
public struct DraftFile: ~Copyable {
    private let path: String
    private let draft: String
    private let descriptor: Int32
    private var isPlaced = false

    private static let serial = Atomic(0)

    /// Opens an empty draft in the folder of `path`.
    ///
    /// - Parameter mode: what the file may be opened for, before the process's mask.
    public init(for path: String, mode: mode_t = 0o600) throws(FileFailure) {
        (draft, descriptor) = try Self.open(beside: path, mode)
        self.path = path
    }

    deinit {
        close(descriptor)
        if !isPlaced { unlink(draft) }
    }

    /// Appends all of `bytes`.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileFailure(code: count == 0 ? ENOSPC : errno) }
            done += count
        }
    }

    /// Waits until what was written is on the disk.
    public func sync() throws(FileFailure) {
        guard fdatasync(descriptor) == 0 else { throw FileFailure() }
    }

    /// Gives the draft the mode of the file whose place it will take, where there is one.
    public func takeMode() {
        var status = stat()
        if stat(path, &status) == 0 { fchmod(descriptor, status.st_mode & 0o777) }
    }

    /// Puts the draft in its place.
    public consuming func place() throws(FileFailure) {
        guard rename(draft, path) == 0 else { throw FileFailure() }
        isPlaced = true
    }

    /// Writes a file whole.
    ///
    /// - Parameter isSynced: whether its bytes are on the disk before it takes the place.
    public static func write(
        _ bytes: UnsafeRawBufferPointer, to path: String, mode: mode_t = 0o600,
        isSynced: Bool = false
    ) throws(FileFailure) {
        let file = try DraftFile(for: path, mode: mode)
        try file.write(bytes)
        if isSynced { try file.sync() }
        try file.place()
    }

    /// As ``write(_:to:mode:isSynced:)``.
    public static func write(
        _ bytes: [UInt8], to path: String, mode: mode_t = 0o600, isSynced: Bool = false
    ) throws(FileFailure) {
        try bytes.span.bytes.withUnsafeBytes { bytes throws(FileFailure) in
            try write(bytes, to: path, mode: mode, isSynced: isSynced)
        }
    }

    /// As ``write(_:to:mode:isSynced:)``, in UTF-8.
    public static func write(
        _ text: String, to path: String, mode: mode_t = 0o600, isSynced: Bool = false
    ) throws(FileFailure) {
        try write(Array(text.utf8), to: path, mode: mode, isSynced: isSynced)
    }

    /// The name says whose it is; a number keeps apart what one process writes at the same time.
    private static func open(
        beside path: String, _ mode: mode_t
    ) throws(FileFailure) -> (String, Int32) {
        while true {
            let number = serial.add(1, ordering: .relaxed).newValue
            let draft = "\(path).new-\(getpid())-\(number)"
            let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
            let descriptor = Glibc.open(draft, flags, mode)
            if descriptor >= 0 { return (draft, descriptor) }
            // Left by a process of the same number that was killed.
            guard errno == EEXIST else { throw FileFailure() }
        }
    }
}
