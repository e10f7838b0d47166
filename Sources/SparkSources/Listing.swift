import Glibc

/// What stands in a folder, and what stands at a path.
enum Listing {
    enum Kind {
        case file(bytes: Int64)
        case folder
    }

    static func kind(of path: String) -> Kind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFREG: return .file(bytes: Int64(status.st_size))
        default: return nil
        }
    }

    /// Whether the names in a folder may be listed.
    static func isReadable(_ folder: String) -> Bool {
        guard let handle = opendir(folder) else { return false }
        closedir(handle)
        return true
    }

    /// Names in `folder` that do not start with a dot, sorted; empty where it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix("."), !name.hasSuffix(".crc") { names.append(name) }
        }
        return names.sorted()
    }
}
