public import Domain

/// Reads text files of a project whole.
public enum TextFile {
    /// The text of the file at `path`, at most 64 MiB of it; bytes that are no UTF-8 are replaced.
    ///
    /// - Throws: A `UserFacingError` that names the file.
    public static func read(_ path: String) throws(SourceProblem) -> String {
        switch Disk.contents(of: path) {
        case .success(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .failure(let failure):
            var problem = failure.problem(file: path)
            problem.problem = "'\(path)' cannot be read: \(failure.reason)."
            throw problem
        }
    }

    /// A text file of a folder.
    public struct Entry: Hashable, Sendable {
        public var path: String
        /// The file's name without its ending.
        public var stem: String
        public var text: String
    }

    /// The files in `folder` whose names end with `ending`, by name; those that cannot be read are
    /// left out, and a folder that is not there has none.
    public static func all(in folder: String, ending: String) -> [Entry] {
        Disk.names(in: folder).filter { $0.hasSuffix(ending) }.compactMap { name in
            let path = folder + "/" + name
            guard let text = try? read(path) else { return nil }
            return Entry(path: path, stem: String(name.dropLast(ending.count)), text: text)
        }
    }
}
