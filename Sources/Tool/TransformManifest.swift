import Domain
import Foundation
import Glibc
import Transform
import TransformRunner

extension LoadedProject {
    /// More nodes than this take longer to write than a node to run: then only a change is written.
    private static let smallProject = 500
    private static let keyFile = ".manifest-key"

    /// Writes `manifest.json` after a command, with the SQL that ran.
    ///
    /// - Parameter time: ISO 8601 in UTC.
    func leaveManifest(_ results: [NodeResult], at time: String) throws {
        let key = manifestKey
        if project.nodes.count > Self.smallProject, isManifestFresh(key) { return }
        let compiled = Dictionary(
            results.compactMap { result in result.compiledSQL.map { (result.uniqueID, $0) } },
            uniquingKeysWith: { $1 })
        try write(
            ManifestFile.text(
                of: project, generatedAt: time, invocationID: invocationID, compiled: compiled),
            to: "manifest.json")
        try write(key, to: Self.keyFile)
    }

    /// Writes `catalog.json` after a command: the columns of every relation there is now.
    ///
    /// DuckDB is asked by a program of its own, which takes longer for this than for the run; there, and
    /// after a piece of a large project, 'docs generate' writes it.
    func leaveCatalog(of database: any RunDatabase, isWhole: Bool) throws {
        guard project.dialect != .duckdb, isWhole || project.nodes.count <= Self.smallProject
        else { return }
        try write(
            CatalogFile.text(
                of: project, on: database, generatedAt: SystemClock.now().iso8601,
                invocationID: invocationID), to: "catalog.json")
    }

    /// What a manifest hangs on besides the project's files.
    private var manifestKey: String {
        let changing: Set = ["_", "SHLVL", "OLDPWD", "PWD"]
        let environment = ProcessInfo.processInfo.environment
            .filter { !changing.contains($0.key) }.sorted { $0.key < $1.key }
            .map { $0.key + "=" + $0.value }
        let words = CommandLine.arguments.filter { $0.hasPrefix("-") || $0.contains(":") }
        let parts = [project.name, project.targetName, "\(project.nodes.count)"]
        return Digest.hex(
            Digest.sha256((parts + files.paths + words + environment).joined(separator: "\0").utf8))
    }

    private func isManifestFresh(_ key: String) -> Bool {
        guard FileManager.default.contents(atPath: artifact(Self.keyFile)) == Data(key.utf8),
            let written = Self.changeTime(artifact("manifest.json"))
        else { return false }
        return files.paths.allSatisfy { path in
            Self.changeTime(folder + "/" + path).map { $0 < written } ?? false
        }
    }

    /// When a file was written, in seconds since 1970; nil where it is not there.
    private static func changeTime(_ path: String) -> Double? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
    }
}
