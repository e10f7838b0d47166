public import Domain
public import PipelineFiles
import TransformTasks

/// A project folder as it stands on the disk: its settings and its pipelines, each with what is
/// wrong with it.
public struct Workspace: Sendable {
    /// One pipeline file.
    public struct Entry: Hashable, Sendable {
        /// The name in the file, or the file's base name where it cannot be read.
        public var name: PipelineName
        /// Absolute path.
        public var file: String
        /// Nil where one of `problems` is an error.
        public var pipeline: Pipeline?
        public var problems: [SourceProblem]
        /// The pipeline as its file was before one who follows it found it broken; nil where
        /// `pipeline` is there.
        public var lastGood: Pipeline?
        /// What the file names that lies outside of it.
        public var references: [OutsideReference] = []

        /// What is known of the pipeline: as its file is, or was when it was last right.
        public var known: Pipeline? { pipeline ?? lastGood }

        /// Why there is no pipeline: the first problem that is an error.
        public var refusal: any UserFacingError {
            problems.first { $0.severity == .error } ?? WorkspaceError.notAFile(file)
        }
    }

    /// Absolute path of the folder.
    public let root: String
    public let settings: WorkspaceSettings
    public let settingsProblems: [SourceProblem]
    /// By name; no two share one.
    public let entries: [Entry]

    /// The folder that keeps the state unless another is named.
    public var stateFolder: String { root + "/.spillway" }

    /// The last part of the folder's path.
    public var name: String { root.split(separator: "/").last.map(String.init) ?? "/" }

    /// Reads `spillway.yml` and every `.yml` and `.yaml` in `pipelines/` below `root`.
    ///
    /// A file that cannot be read is an entry with a problem; a folder without pipelines is empty.
    ///
    /// - Throws: ``WorkspaceError`` where `root` is no folder that can be read.
    public static func read(root: String) throws(WorkspaceError) -> Workspace {
        let folder = try PipelineFolder(root: root)
        return folder.workspace(of: folder.entries())
    }

    /// Reads one pipeline file; its workspace is the folder above `pipelines/`, or else the folder
    /// that it lies in.
    public static func read(file: String) throws(WorkspaceError) -> Workspace {
        let path = try Disk.absoluteFile(file)
        let folder = Disk.parent(of: path)
        let root = folder.hasSuffix("/pipelines") ? Disk.parent(of: folder) : folder
        let (settings, problems) = readSettings(root)
        return Workspace(
            root: root, settings: settings, settingsProblems: problems,
            entries: [entry(path, shownAs: file, root, settings)])
    }

    /// The entry of the pipeline called `name`.
    public func entry(named name: PipelineName) -> Entry? { entries.first { $0.name == name } }

    static func readSettings(_ root: String) -> (WorkspaceSettings, [SourceProblem]) {
        switch Disk.contents(of: root + "/spillway.yml") {
        case .success(let bytes):
            let reading = WorkspaceSettings.read(bytes: bytes, file: "spillway.yml")
            return (reading.settings, reading.problems)
        case .failure(let failure) where failure.isMissing: return (WorkspaceSettings(), [])
        case .failure(let failure):
            return (WorkspaceSettings(), [failure.problem(file: "spillway.yml")])
        }
    }

    /// What a file says: a pipeline, or which command makes it.
    enum FileReading {
        case entry(Entry)
        case generator(PipelineGenerator)
    }

    static func entry(
        _ path: String, shownAs shown: String, _ root: String, _ settings: WorkspaceSettings
    ) -> Entry {
        switch reading(path, shownAs: shown, root, settings) {
        case .entry(let entry): entry
        case .generator(let generator):
            entry(of: generated(by: generator, shownAs: shown, root, settings), path)
        }
    }

    static func reading(
        _ path: String, shownAs shown: String, _ root: String, _ settings: WorkspaceSettings
    ) -> FileReading {
        switch Disk.contents(of: path) {
        case .success(let bytes):
            let reading = PipelineFile.read(
                bytes: bytes, file: shown, folder: root, workspace: settings, checks: checks)
            if let generator = reading.generator { return .generator(generator) }
            return .entry(entry(of: reading, path))
        case .failure(let failure):
            return .entry(
                Entry(
                    name: stem(of: path), file: path, pipeline: nil,
                    problems: [failure.problem(file: shown)]))
        }
    }

    private static func entry(of reading: PipelineFileReading, _ path: String) -> Entry {
        var pipeline = reading.pipeline.map(TransformUnfolding.unfolded)
        pipeline?.file = path
        return Entry(
            name: pipeline?.name ?? stem(of: path), file: path, pipeline: pipeline,
            problems: reading.problems, references: reading.references)
    }

    private static func stem(of path: String) -> PipelineName {
        let base = path.split(separator: "/").last.map(String.init) ?? path
        return PipelineName(base.lastIndex(of: ".").map { String(base[..<$0]) } ?? base)
    }

    /// What the command of a file prints, read as a file of its name.
    private static func generated(
        by generator: PipelineGenerator, shownAs shown: String, _ root: String,
        _ settings: WorkspaceSettings
    ) -> PipelineFileReading {
        do throws(SourceProblem) {
            let bytes = try GeneratedPipeline.output(of: generator, file: shown, folder: root)
            var reading = PipelineFile.read(
                bytes: bytes, file: shown, folder: root, workspace: settings, checks: checks)
            if reading.generator != nil {
                throw SourceProblem(
                    file: shown, place: generator.place, lineText: generator.lineText,
                    problem: "what 'generate' prints has a 'generate' of its own",
                    remedy: "Have it print the tasks.")
            }
            for index in reading.problems.indices {
                reading.problems[index].file = shown + " (generated)"
            }
            for index in reading.references.indices {
                reading.references[index].file = shown + " (generated)"
            }
            return reading
        } catch {
            return PipelineFileReading(pipeline: nil, problems: [error])
        }
    }

    /// Of two files with one pipeline name the second is refused, naming the first.
    static func withoutRepeats(_ entries: [Entry]) -> [Entry] {
        var firsts: [PipelineName: String] = [:]
        let checked = entries.map { entry -> Entry in
            guard let first = firsts[entry.name] else {
                firsts[entry.name] = entry.file
                return entry
            }
            var refused = entry
            let base = entry.file.split(separator: "/").last.map(String.init) ?? entry.file
            refused.name = PipelineName(base)
            (refused.pipeline, refused.lastGood) = (nil, nil)
            refused.problems.append(
                SourceProblem(
                    file: entry.file, place: SourcePlace(line: 1, column: 1), lineText: "",
                    problem: "A pipeline named '\(entry.name)' is already defined in \(first).",
                    remedy: "Give one of the two another name."))
            return refused
        }
        return checked.sorted { $0.name < $1.name }
    }

    static let checks = PipelineFileChecks(
        zoneExists: { Zones.rules(named: $0) != nil },
        checkCron: { Schedules.problem(inCron: $0) },
        localInstant: { LocalTime.instant($0, zone: $1) })
}
