import Glibc

/// Files that only the user may read, and that only the user can have written.
enum PrivateFile {
    /// All bytes of a file that belongs to the user and that nobody else may write; nil otherwise.
    static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_uid == geteuid(), status.st_mode & 0o022 == 0
        else { return nil }
        let size = Int(status.st_size)
        var isWhole = true
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while let base = buffer.baseAddress, count < size {
                let got = Glibc.read(descriptor, base + count, size - count)
                if got < 0 && errno == EINTR { continue }
                guard got > 0 else {
                    isWhole = false
                    return
                }
                count += got
            }
        }
        return isWhole ? bytes : nil
    }

    /// Makes a folder and those above it, each with mode 0700; whether it is the user's own.
    static func makeFolder(_ path: String) -> Bool {
        var built = ""
        for part in path.split(separator: "/") {
            built += "/" + part
            _ = mkdir(built, 0o700)
        }
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            && status.st_uid == geteuid()
    }

    /// Takes the oldest files of a folder away until the others hold no more than `limit` bytes.
    static func prune(_ folder: String, suffix: String, to limit: Int64) {
        var files: [(path: String, time: Int, bytes: Int64)] = []
        for name in Listing.names(in: folder) where name.hasSuffix(suffix) {
            var status = stat()
            let path = folder + "/" + name
            guard stat(path, &status) == 0 else { continue }
            files.append((path, status.st_mtim.tv_sec, Int64(status.st_size)))
        }
        var sum = files.reduce(0) { $0 + $1.bytes }
        for file in files.sorted(by: { $0.time < $1.time }) where sum > limit {
            unlink(file.path)
            sum -= file.bytes
        }
    }
}
