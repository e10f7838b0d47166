import CProcess
import Glibc

/// Tells when something appears in folders, by the kernel's word (inotify): nobody has to look.
final class FolderWatch {
    /// What became of a folder.
    struct Change {
        /// The folder that was asked for.
        var folder: String
        /// What appeared in it; empty where the folder itself changed.
        var name: String
    }

    /// Readable when there are changes to be taken.
    let descriptor: Int32
    private var folders: [Int32: String] = [:]
    private var numbers: [String: Int32] = [:]
    private var users: [String: Int] = [:]

    private static let events = UInt32(
        IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

    /// Nil where the kernel gives no more of these.
    init?() {
        descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Watches a folder until ``forget(_:)`` was called as often. False where it is not there,
    /// where the kernel watches no more, and where it would not hear of everything (files that
    /// other machines write).
    func watch(_ folder: String) -> Bool {
        if numbers[folder] != nil {
            users[folder, default: 0] += 1
            return true
        }
        guard Self.hearsAll(folder) else { return false }
        let number = inotify_add_watch(descriptor, folder, Self.events)
        guard number >= 0 else { return false }
        // Another name of a folder that is watched already has the same number.
        guard folders[number] == nil else { return false }
        folders[number] = folder
        numbers[folder] = number
        users[folder] = 1
        return true
    }

    func forget(_ folder: String) {
        guard let count = users[folder], let number = numbers[folder] else { return }
        guard count == 1 else { return users[folder] = count - 1 }
        inotify_rm_watch(descriptor, number)
        drop(number)
    }

    private func drop(_ number: Int32) {
        guard let folder = folders.removeValue(forKey: number) else { return }
        numbers[folder] = nil
        users[folder] = nil
    }

    /// What changed since the last call; nil where the kernel lost count, so that all may have.
    func takeChanges() -> [Change]? {
        var changes: [Change] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let headerSize = MemoryLayout<inotify_event>.size
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return changes }
            var offset = 0
            while offset + headerSize <= count {
                let event = buffer.withUnsafeBytes {
                    $0.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                }
                let start = offset + headerSize
                let end = min(count, start + Int(event.len))
                offset = end
                if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { return nil }
                guard let folder = folders[event.wd] else { continue }
                if event.mask & UInt32(IN_IGNORED) != 0 {
                    drop(event.wd)
                    changes.append(Change(folder: folder, name: ""))
                    continue
                }
                let name = buffer[start..<end].prefix { $0 != 0 }
                changes.append(
                    Change(folder: folder, name: String(decoding: name, as: UTF8.self)))
            }
        }
    }

    /// Network file systems do not tell of what other machines write.
    private static func hearsAll(_ folder: String) -> Bool {
        let type = spillway_file_system_type(folder)
        guard type >= 0 else { return false }
        // NFS, SMB, SMB2, CIFS, FUSE, 9P, AFS, Ceph, as statfs(2) lists them.
        let remote: Set<UInt32> = [
            0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42, 0x6573_5546, 0x0102_1997, 0x5346_414F,
            0x00C3_6400,
        ]
        return !remote.contains(UInt32(truncatingIfNeeded: type))
    }
}
