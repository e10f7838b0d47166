import Glibc

/// Paths whose last part may hold `*` (any characters) and `?` (any one).
public enum FilePattern {
    /// The folder, and what follows the last `/`.
    static func parts(of path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return (folder, String(path[path.index(after: slash)...]))
    }

    /// Whether there is such a file.
    public static func exists(_ path: String) -> Bool {
        let (folder, name) = parts(of: path)
        guard name.contains("*") || name.contains("?") else { return access(path, F_OK) == 0 }
        return names(in: folder).contains { matches(name, $0) }
    }

    /// The files that the pattern means, sorted; a path without `*` and `?` means itself.
    public static func files(_ path: String) -> [String] {
        let (folder, name) = parts(of: path)
        guard name.contains("*") || name.contains("?") else {
            return access(path, F_OK) == 0 ? [path] : []
        }
        return names(in: folder).filter { matches(name, $0) }.sorted().map { folder + "/" + $0 }
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    /// Whether `name` is one that `pattern` means. O(pattern · name).
    public static func matches(_ pattern: String, _ name: String) -> Bool {
        let (pattern, name) = (Array(pattern.utf8), Array(name.utf8))
        var (p, n) = (0, 0)
        var (star, mark): (Int?, Int) = (nil, 0)
        while n < name.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                (star, mark) = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == name[n] || pattern[p] == UInt8(ascii: "?") {
                p += 1
                n += 1
            } else if let back = star {
                mark += 1
                (p, n) = (back + 1, mark)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
