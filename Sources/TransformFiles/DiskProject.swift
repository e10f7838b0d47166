import Foundation
public import Transform

/// The disk under ``ProjectFiles``: the only place here that reads files.
extension ProjectFiles {
    /// The files of the project in `folder`: SQL, YAML, CSV, Markdown and Python, without what a
    /// run leaves behind (`target`, `logs`) and hidden folders.
    public static func onDisk(_ folder: String) -> ProjectFiles {
        let wanted: Set = ["sql", "yml", "yaml", "csv", "md", "py"]
        let skipped: Set = ["target", "logs", "venv", "node_modules"]
        var paths: [String] = []
        var waiting = [""]
        while let current = waiting.popLast(), paths.count < 200_000 {
            let place = current.isEmpty ? folder : folder + "/" + current
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
            for name in names where !name.hasPrefix(".") {
                let path = current.isEmpty ? name : current + "/" + name
                let suffix = name.split(separator: ".").last.map(String.init) ?? ""
                if wanted.contains(suffix), name.contains(".") {
                    paths.append(path)
                } else if !name.contains(".") || Self.isFolder(folder + "/" + path) {
                    // The depth is limited because a link may lead in a circle.
                    if !(current.isEmpty && skipped.contains(name)),
                        path.split(separator: "/").count < 24, Self.isFolder(folder + "/" + path)
                    {
                        waiting.append(path)
                    }
                }
            }
        }
        return ProjectFiles(paths: paths.sorted()) { path in
            bytes(ofFile: folder + "/" + path)
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }
}
