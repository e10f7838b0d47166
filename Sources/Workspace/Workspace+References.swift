import Domain
import PipelineFiles

extension Workspace {
    /// The same, with the problems of what its files name beside themselves: pipelines that are not
    /// there or take other parameters, files of SQL and of suites, and templates in that SQL.
    ///
    /// Reads those files, and the other pipelines where one file alone was opened.
    public func withReferencesChecked() -> Workspace {
        var others = References(self)
        let checked = entries.map { entry -> Entry in
            let found = others.problems(of: entry)
            guard !found.isEmpty else { return entry }
            var entry = entry
            entry.problems += found
            if found.contains(where: { $0.severity == .error }) { entry.pipeline = nil }
            return entry
        }
        return Workspace(
            root: root, settings: settings, settingsProblems: settingsProblems, entries: checked)
    }
}

/// What is there to be named: pipelines of the workspace, and files of its folder.
private struct References {
    private let workspace: Workspace
    /// The pipelines of the folder, read once one is wanted that the workspace lacks.
    private var folder: [PipelineName: Workspace.Entry]?
    /// Texts of SQL files, each read once.
    private var texts: [String: String] = [:]

    init(_ workspace: Workspace) { self.workspace = workspace }

    mutating func problems(of entry: Workspace.Entry) -> [SourceProblem] {
        guard !entry.references.isEmpty else { return [] }
        var reach = entry.pipeline.map { TemplateReach($0) }
        // Of a file of SQL that many tasks run, what is wrong for all of them is said once.
        var said: Set<SourceProblem> = []
        let cycle = entry.pipeline.flatMap { workspace.cycle(from: $0) }?.path ?? []
        let next = cycle.firstIndex(of: entry.name).map { cycle[($0 + 1) % cycle.count] }
        return entry.references.flatMap { reference -> [SourceProblem] in
            switch reference.target {
            case .pipeline(let name, .some) where name == next:
                let error = PipelineCycleError(path: cycle)
                return [reference.problem(.error, error.problem, error.remedy)]
            case .pipeline(let name, let params):
                return problem(of: name, params, reference).map { [$0] } ?? []
            case .suite(let path):
                return missing(path, "suite", reference, entry).map { [$0] } ?? []
            case .script(let path):
                if let problem = missing(path, "file of SQL", reference, entry) {
                    return [problem]
                }
                return problems(inScript: path, for: reference.task, &reach).filter {
                    said.insert($0).inserted
                }
            }
        }
    }

    // MARK: Pipelines

    private mutating func entry(_ name: PipelineName) -> Workspace.Entry? {
        if let entry = workspace.entry(named: name) { return entry }
        if folder == nil {
            let entries = (try? Workspace.read(root: workspace.root))?.entries ?? []
            folder = Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { one, _ in one })
        }
        return folder?[name]
    }

    private mutating func problem(
        of name: PipelineName, _ params: [String]?, _ reference: OutsideReference
    ) -> SourceProblem? {
        guard let entry = entry(name) else {
            let names = Set(workspace.entries.map(\.name)).union(folder.map { $0.keys } ?? [:].keys)
            let nearest = nearestName(to: name.name, among: names.map(\.name).sorted())
            return reference.problem(
                .error, "there is no pipeline '\(name.name.short)' in this workspace",
                nearest.map { "Write '\($0.short)'." }
                    ?? "Name one of pipelines/: 'spillway validate' lists them.")
        }
        guard let params, let child = entry.pipeline else { return nil }
        let known = child.params.map(\.name)
        if let unknown = params.first(where: { !known.contains($0) }) {
            let nearest = nearestName(to: unknown, among: known)
            return reference.problem(
                .error, "pipeline '\(name.name.short)' has no parameter '\(unknown.short)'",
                nearest.map { "Write '\($0.short)'." }
                    ?? (known.isEmpty
                        ? "It takes none." : "It takes: \(known.joined(separator: ", "))."))
        }
        let wanted = child.params.first { $0.defaultValue == nil && !params.contains($0.name) }
        return wanted.map { wanted in
            reference.problem(
                .error,
                "pipeline '\(name.name.short)' wants a value for its parameter '\(wanted.name)'",
                "Give it: params: { \(wanted.name): … }.")
        }
    }

    // MARK: Files

    /// A file that is not there is an error where no task before can make it.
    private func missing(
        _ path: String, _ what: String, _ reference: OutsideReference, _ entry: Workspace.Entry
    ) -> SourceProblem? {
        let absolute = self.absolute(path)
        let isFolder = Disk.isFolder(absolute)
        guard isFolder || !Disk.exists(absolute) else { return nil }
        if isFolder {
            return reference.problem(
                .error, "'\(path.short)' is a folder, not a \(what)", "Name a file in it.")
        }
        let task = entry.pipeline?.tasks.first { $0.id == reference.task }
        let isFirst = task?.needs.isEmpty ?? false
        return reference.problem(
            isFirst ? .error : .warning, "there is no \(what) '\(path.short)'",
            isFirst
                ? "Check its path: it counts from the project's folder."
                : "Check its path from the project's folder, unless a task before makes it.")
    }

    /// What is wrong with the templates in a file of SQL, at their places there.
    private mutating func problems(
        inScript path: String, for task: TaskID, _ reach: inout TemplateReach?
    ) -> [SourceProblem] {
        let absolute = self.absolute(path)
        guard let text = texts[absolute] ?? (try? TextFile.read(absolute)) else { return [] }
        texts[absolute] = text
        guard let findings = reach?.findings(in: text, for: task), !findings.isEmpty else {
            return []
        }
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        return findings.map { finding in
            SourceProblem(
                severity: finding.severity, file: path, place: finding.error.place,
                lineText: String(lines[finding.error.place.line - 1]),
                problem: finding.error.problem, remedy: finding.error.remedy)
        }
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : workspace.root + "/" + path
    }
}

extension OutsideReference {
    fileprivate func problem(
        _ severity: SourceProblem.Severity, _ problem: String, _ remedy: String
    ) -> SourceProblem {
        SourceProblem(
            severity: severity, file: file, place: place, lineText: lineText, problem: problem,
            remedy: remedy)
    }
}
