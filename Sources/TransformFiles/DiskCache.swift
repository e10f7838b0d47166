import Foundation
import Glibc
public import Transform
import WholeFiles

extension ProjectCache {
    /// The cache of the project in `folder`: the file `parsed_nodes.bin` of its target folder, mode 0600.
    ///
    /// - Parameter targetFolder: the target folder, where a command names it; else the project's own.
    public static func onDisk(_ folder: String, targetFolder: String?) -> ProjectCache {
        @Sendable func place(_ target: String) -> String {
            let target = targetFolder ?? target
            return (target.hasPrefix("/") ? target : folder + "/" + target) + "/parsed_nodes.bin"
        }
        return ProjectCache(
            program: Self.state(of: "/proc/self/exe") ?? "",
            stamp: { Self.state(of: folder + "/" + $0) },
            read: { bytes(ofFile: place($0)) },
            write: { target, bytes in
                let path = place(target)
                let parent = URL(filePath: path).deletingLastPathComponent().path
                try? FileManager.default.createDirectory(
                    atPath: parent, withIntermediateDirectories: true)
                try? DraftFile.write(bytes, to: path)
            })
    }

    /// Size, times, and number of a file: another content has another state.
    private static func state(of path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) "
            + "\(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec) \(status.st_ino)"
    }
}

/// A file's bytes; nil where it cannot be read.
func bytes(ofFile path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var result: [UInt8] = []
    var wanted = Int(status.st_size) + 1
    while true {
        let count = result.count
        var got = 0
        result.append(
            contentsOf: [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
                got = read(file, buffer.baseAddress, wanted)
                filled = max(0, got)
            })
        guard got >= 0 else { return nil }
        if got == 0 { return result }
        // A file that grows is read to its new end.
        if result.count > count, got == wanted { wanted = 65_536 } else { wanted = 1 }
    }
}
