import Glibc

/// Whether a disk has so much space that what is recorded of a few tasks gets along for a while.
public enum DiskRoom {
    /// What counts as nearly full, in bytes.
    public static let least: UInt = 256 << 10

    /// True as well where nobody can tell. One call of the kernel.
    public static func isLeft(at path: String) -> Bool {
        var status = statvfs()
        return statvfs(path, &status) != 0 || isLeft(status)
    }

    static func isLeft(in file: Int32) -> Bool {
        var status = statvfs()
        return fstatvfs(file, &status) != 0 || isLeft(status)
    }

    private static func isLeft(_ status: statvfs) -> Bool {
        let free = geteuid() == 0 ? status.f_bfree : status.f_bavail
        // A file system without a limit says zero of all.
        return status.f_blocks == 0 || free * status.f_frsize >= least
    }
}
