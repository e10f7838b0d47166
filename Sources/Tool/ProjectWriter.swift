import Demo
import Domain
import Glibc
import WholeFiles

/// Writes the files of a project into a folder.
enum ProjectWriter {
    /// Writes those that are not there yet, whole or not at all; returns their paths.
    ///
    /// - Throws: A `UserFacingError` that names the place.
    static func write(
        _ files: [ProjectFile], into folder: String
    ) throws(ProjectError) -> Set<String> {
        try makeFolder(folder)
        var made: Set<String> = []
        var folders: Set<String> = []
        for file in files {
            var path = folder
            for part in file.path.split(separator: "/").dropLast() {
                path += "/" + part
                if folders.insert(path).inserted { try makeFolder(path) }
            }
            if try write(file, to: folder + "/" + file.path) { made.insert(file.path) }
        }
        return made
    }

    private static func makeFolder(_ path: String) throws(ProjectError) {
        guard mkdir(path, 0o777) != 0, errno != EEXIST else { return }
        let code = errno
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw .notWritable(path, code)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .notWritable(path, errno) }
    }

    /// False where the file is there already.
    private static func write(
        _ file: ProjectFile, to path: String
    ) throws(ProjectError) -> Bool {
        if access(path, F_OK) == 0 { return false }
        do throws(FileFailure) {
            try DraftFile.write(file.bytes, to: path, mode: file.isExecutable ? 0o755 : 0o644)
        } catch {
            throw .notWritable(path, error.code)
        }
        return true
    }
}

/// Why a project could not be made.
enum ProjectError: UserFacingError {
    case notWritable(String, Int32)

    var problem: String {
        switch self {
        case .notWritable(let path, let code):
            "'\(path)' cannot be written: \(String(cString: strerror(code)))."
        }
    }

    var remedy: String { "Name a folder that you may write to, on a disk that has room." }
}
