public import Domain

/// What `packages.yml` and `dependencies.yml` ask for.
public enum LocalPackages {
    public struct Request: Hashable, Sendable {
        /// `package`, or the address of a repository.
        public var name: String
        /// The path of a local one, from the project's folder.
        public var local: String?
    }

    /// - Throws: the first mistake of either file.
    public static func requests(
        read: (String) -> [UInt8]?
    ) throws(SourceProblem) -> [Request] {
        var result: [Request] = []
        for file in ["packages.yml", "dependencies.yml"] {
            guard let bytes = read(file) else { continue }
            for entry in try YAMLReader.read(bytes, file: file)["packages"]?.items ?? [] {
                let local = entry["local"]?.text
                let name = entry["package"]?.text ?? entry["git"]?.text ?? entry["tarball"]?.text
                result.append(Request(name: name ?? local ?? "", local: local))
            }
        }
        return result
    }

    /// The folder of installed packages.
    public static func installFolder(read: (String) -> [UInt8]?) -> String {
        guard let bytes = read("dbt_project.yml"),
            let root = try? YAMLReader.read(bytes, file: "dbt_project.yml")
        else { return "dbt_packages" }
        return PackageSettings(root, folder: "").packagesPath
    }

    /// The name of the project whose files `read` gives; nil where there is none.
    public static func projectName(
        read: (String) -> [UInt8]?
    ) throws(SourceProblem) -> String? {
        guard let bytes = read("dbt_project.yml") else { return nil }
        return try YAMLReader.read(bytes, file: "dbt_project.yml")["name"]?.text
    }
}
