import ArgumentParser
import Domain
import Foundation
import Transform

/// `transform deps` puts local packages where the project looks for them.
struct TransformDeps: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deps", abstract: "Link the local packages of packages.yml.",
        discussion: """
            Packages from the network are not fetched: put them into dbt_packages yourself, for \
            instance with 'dbt deps'.

            Example:
              spillway transform deps --project-dir harbor
            """)
    @OptionGroup var options: ProjectOptions

    func run() throws {
        let projectDir = options.projectDir
        let files = ProjectFilesReader(folder: projectDir)
        let requests = try LocalPackages.requests(read: files.read)
        let folder = projectDir + "/" + LocalPackages.installFolder(read: files.read)
        var missing: [String] = []
        for request in requests {
            guard let local = request.local else {
                let name = request.name.split(separator: "/").last.map(String.init) ?? ""
                let place = folder + "/" + name
                if !FileManager.default.fileExists(atPath: place) { missing.append(request.name) }
                continue
            }
            let source = URL(filePath: local, relativeTo: URL(filePath: projectDir + "/"))
            let name = try LocalPackages.name(of: source.path, local: local)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            let place = folder + "/" + name
            // A link that is there already may lead elsewhere.
            if (try? FileManager.default.destinationOfSymbolicLink(atPath: place)) != nil {
                try FileManager.default.removeItem(atPath: place)
            }
            guard !FileManager.default.fileExists(atPath: place) else {
                Console.print("\(name): is there already".printable)
                continue
            }
            try FileManager.default.createSymbolicLink(
                atPath: place, withDestinationPath: source.standardizedFileURL.path)
            Console.print("\(name): linked to \(local)".printable)
        }
        guard missing.isEmpty else { throw MissingPackagesError(names: missing, folder: folder) }
    }
}

/// Reads files below a folder.
struct ProjectFilesReader {
    var folder: String
    func read(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: folder + "/" + path).map { Array($0) }
    }
}

extension LocalPackages {
    /// The name that the project in `folder` gives itself.
    ///
    /// - Throws: A `UserFacingError` where there is no project.
    static func name(of folder: String, local: String) throws -> String {
        let reader = ProjectFilesReader(folder: folder)
        guard let name = try projectName(read: reader.read) else {
            throw NoPackageError(folder: local)
        }
        return name
    }
}

struct NoPackageError: UserFacingError {
    var folder: String
    var problem: String { "The local package '\(folder)' is no dbt project." }
    var remedy: String { "Correct the path: it is taken from the project's folder." }
}

struct MissingPackagesError: UserFacingError {
    var names: [String]
    var folder: String
    var problem: String { "Not there: \(names.joined(separator: ", "))." }
    var remedy: String { "Put them into \(folder), for instance with 'dbt deps'." }
}

/// `transform clean` removes what runs left behind.
struct TransformClean: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean", abstract: "Remove the folders of clean-targets.",
        discussion: """
            Only folders inside the project are removed, never its own sources.

            Example:
              spillway transform clean --project-dir harbor
            """)
    @OptionGroup var options: ProjectOptions

    func run() throws {
        let loaded = try options.load("clean")
        let root = URL(filePath: options.projectDir).standardizedFileURL.resolvingSymlinksInPath()
        for target in loaded.project.cleanTargets {
            let place = URL(filePath: loaded.path(target)).standardizedFileURL
                .resolvingSymlinksInPath()
            guard place.path.hasPrefix(root.path + "/"),
                !loaded.project.sourceFolders.contains(where: { folder in
                    (root.path + "/" + folder + "/").hasPrefix(place.path + "/")
                })
            else {
                throw CleanRefusal(target: target)
            }
            guard FileManager.default.fileExists(atPath: place.path) else { continue }
            try FileManager.default.removeItem(at: place)
            Console.print("removed \(target)".printable)
        }
    }
}

struct CleanRefusal: UserFacingError {
    var target: String
    var problem: String { "'\(target)' is outside the project, or holds its sources." }
    var remedy: String { "Take it out of clean-targets in dbt_project.yml." }
}
