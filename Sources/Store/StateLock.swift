import Glibc
import Synchronization

/// The right to schedule on a state folder: a kernel lock, held until this is deallocated or the
/// process ends, however it ends.
///
/// A record lock (fcntl), not flock: that one would live on in a child which is just being spawned
/// when its parent is killed. As closing any descriptor of the file gives a record lock back, one
/// process opens the file only once, which is what the list of held locks is for.
public final class StateLock: Sendable {
    private struct FileKey: Hashable {
        var device: dev_t
        var inode: ino_t
    }

    private static let held = Mutex<Set<FileKey>>([])

    private let descriptor: Int32
    private let key: FileKey

    /// Takes the lock without waiting.
    ///
    /// - Throws: ``StoreError/owned(path:pid:)`` with the pid of the process that holds it.
    public init(_ folder: StateFolder) throws(StoreError) {
        let taken = Self.held.withLock { held in Self.take(folder, &held) }
        (descriptor, key) = try taken.get()
    }

    /// Takes the lock as soon as nobody else holds it; blocks the calling thread until then.
    ///
    /// - Throws: ``StoreError/owned(path:pid:)`` where this very process holds it.
    public init(waitingFor folder: StateFolder) throws(StoreError) {
        var status = stat()
        let file = open(folder.lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0, fstat(file, &status) == 0 else { throw Self.unusable(folder) }
        let key = FileKey(device: status.st_dev, inode: status.st_ino)
        // Asking for the lock twice would succeed, and closing the file give both back.
        guard !Self.held.withLock({ $0.contains(key) }) else {
            throw .owned(path: folder.path, pid: getpid())
        }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        while fcntl(file, F_SETLKW, &lock) != 0 {
            guard errno == EINTR else { throw Self.unusable(folder) }
        }
        Self.held.withLock { _ = $0.insert(key) }
        (descriptor, self.key) = (file, key)
    }

    deinit {
        Self.held.withLock { held in
            held.remove(key)
            close(descriptor)
        }
    }

    private static func take(
        _ folder: StateFolder, _ held: inout Set<FileKey>
    ) -> Result<(Int32, FileKey), StoreError> {
        var status = stat()
        if stat(folder.lockPath, &status) == 0,
            held.contains(FileKey(device: status.st_dev, inode: status.st_ino))
        {
            return .failure(.owned(path: folder.path, pid: getpid()))
        }
        let file = open(folder.lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0, fstat(file, &status) == 0 else { return .failure(unusable(folder)) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard fcntl(file, F_SETLK, &lock) == 0 else {
            let isHeld = errno == EAGAIN || errno == EACCES
            let reason = unusable(folder)
            let isKnown = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
            close(file)
            guard isHeld else { return .failure(reason) }
            return .failure(.owned(path: folder.path, pid: isKnown ? lock.l_pid : nil))
        }
        let key = FileKey(device: status.st_dev, inode: status.st_ino)
        held.insert(key)
        return .success((file, key))
    }

    private static func unusable(_ folder: StateFolder) -> StoreError {
        .unusableFolder(path: folder.path, reason: String(cString: strerror(errno)))
    }
}
