import Domain
import Glibc

/// Reads of whole files and folders, with errors in words.
enum Disk {
    /// Why a file could not be read.
    struct Failure: Error {
        let code: Int32

        var isMissing: Bool { code == ENOENT }
        var reason: String { String(cString: strerror(code)) }

        func problem(file: String) -> SourceProblem {
            SourceProblem(
                file: file, place: SourcePlace(line: 1, column: 1), lineText: "",
                problem: "The file cannot be read: \(reason).",
                remedy: code == EACCES
                    ? "Give yourself the right to read it." : "Check that the file is there.")
        }
    }

    /// The most that is read of one file; larger ones are cut there and refused by their reader.
    static let sizeLimit = 64 << 20

    static func contents(of path: String) -> Result<[UInt8], Failure> {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return .failure(Failure(code: errno)) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < sizeLimit {
            let count = read(file, &block, block.count)
            if count < 0 {
                if errno == EINTR { continue }
                return .failure(Failure(code: errno))
            }
            if count == 0 { break }
            bytes.append(contentsOf: block[..<count])
        }
        return .success(bytes)
    }

    /// The names in a folder, sorted; none where it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    static func absoluteFolder(_ path: String) throws(WorkspaceError) -> String {
        let absolute = try resolve(path)
        var status = stat()
        guard stat(absolute, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .notAFolder(path)
        }
        return absolute
    }

    static func absoluteFile(_ path: String) throws(WorkspaceError) -> String {
        let absolute = try resolve(path)
        var status = stat()
        guard stat(absolute, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            throw .notAFile(path)
        }
        return absolute
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func isRegularFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func resolve(_ path: String) throws(WorkspaceError) -> String {
        guard let resolved = realpath(path, nil) else {
            throw .notFound(path, reason: String(cString: strerror(errno)))
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The folder that an absolute path lies in.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
