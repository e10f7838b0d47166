import Dispatch
public import Domain
import Synchronization
import Workspace

/// What has become of a pipeline file while a session goes on.
public struct PipelineNews: Hashable, Sendable {
    public enum Change: Hashable, Sendable {
        case added(tasks: Int)
        case changed(tasks: Int)
        /// What is wrong with it now; its schedule goes on as it was, if it had one.
        case broken(SourceProblem, keepsSchedule: Bool)
        case removed
    }

    /// Relative to the workspace.
    public var file: String
    public var change: Change

    /// One line for people.
    public var words: String {
        switch change {
        case .added(let tasks): "\(file) is new: \(Self.count(tasks))."
        case .changed(let tasks): "\(file) was read again: \(Self.count(tasks))."
        case .broken(let problem, _):
            "\(file):\(problem.place.line):\(problem.place.column): \(problem.problem)"
        case .removed: "\(file) is gone; its runs stay in the store."
        }
    }

    private static func count(_ tasks: Int) -> String { "\(tasks) task\(tasks == 1 ? "" : "s")" }
}

/// Keeps the entries of a folder's pipelines as their files are: reads those again that change, and
/// of a broken one keeps what it was before.
///
/// Watches from its making on, so that no change is missed between the first reading and the rest.
final class PipelineFollower: Sendable {
    private struct State {
        var folder: PipelineFolder
        /// By the names of their files; nil before the first reading has ended.
        var entries: [String: Workspace.Entry]?
        /// How often each file has been read: of two readings the later one counts.
        var readings: [String: Int] = [:]
        /// What has happened and was not looked at yet.
        var pending: FolderWatch.Change?
        /// A look is due.
        var isAwaited = false
        var isStopped = false
    }

    /// How long after a change the files are looked at, in milliseconds: an editor that puts a new
    /// file in the place of the old one, and whoever writes many, is given time to finish.
    private static let patience = 100

    private let state: Mutex<State>
    private let watch = Mutex<FolderWatch?>(nil)
    private let queue = DispatchQueue(label: "pipeline files")
    private let changed: @Sendable ([Workspace.Entry], [PipelineNews]) -> Void

    /// - Parameter changed: Called one at a time with all entries, in the order of their files, and
    ///   what is new; without news where only a file of `checks/` is new.
    init(
        _ folder: PipelineFolder,
        changed: @escaping @Sendable ([Workspace.Entry], [PipelineNews]) -> Void
    ) {
        state = Mutex(State(folder: folder))
        self.changed = changed
        let root = folder.outline.root
        let watch = FolderWatch([
            root + "/pipelines": { PipelineFolder.isPipelineFile($0) },
            root + "/checks": { name in
                [".yml", ".yaml", ".json"].contains { name.hasSuffix($0) }
            },
        ]) { [weak self] in self?.note($0) }
        self.watch.withLock { $0 = watch }
    }

    private func note(_ change: FolderWatch.Change) {
        let isDue = state.withLock { state in
            var pending = state.pending ?? change
            pending.merge(change)
            state.pending = pending
            let isDue = state.entries != nil && !state.isAwaited
            if isDue { state.isAwaited = true }
            return isDue
        }
        if isDue { lookSoon() }
    }

    private func lookSoon() {
        queue.asyncAfter(deadline: .now() + .milliseconds(Self.patience)) { [weak self] in
            self?.look()
        }
    }

    /// Follows from these entries on, by the names of their files, and takes up what has changed
    /// since the making.
    func begin(with entries: [String: Workspace.Entry]) {
        let isDue = state.withLock { state in
            state.entries = entries
            state.isAwaited = state.pending != nil
            return state.isAwaited
        }
        if isDue { lookSoon() }
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        watch.withLock { $0 = nil }
    }

    /// Reads what has changed; on the queue.
    private func look() {
        let (known, old, pending) = state.withLock { state in
            state.isAwaited = false
            return (
                state.isStopped ? nil : state.entries, state.folder, state.pending.take()
            )
        }
        guard let known, let change = pending else { return }
        let folder = old.relisted()
        let present = Set(folder.files)
        let gone = known.keys.filter { !present.contains($0) }
        let touched = folder.files.filter { file in
            guard let entry = known[file] else { return true }
            guard case .files(let paths) = change else { return true }
            return paths.contains(entry.file)
        }
        var read: [String: Workspace.Entry] = [:]
        var commands: [(file: String, reading: Int)] = []
        for file in touched where folder.isRegular(file) {
            let reading = state.withLock { state in
                state.readings[file, default: 0] += 1
                return state.readings[file] ?? 0
            }
            if let entry = folder.fileEntry(file) {
                read[file] = entry
            } else {
                commands.append((file, reading))
            }
        }
        state.withLock { $0.folder = folder }
        merge(read, gone: gone)
        for (file, reading) in commands {
            DispatchQueue.global().async { [weak self] in
                let entry = folder.entry(file)
                self?.queue.async { [weak self] in
                    guard let self, state.withLock({ $0.readings[file] == reading }) else { return }
                    merge([file: entry], gone: [])
                }
            }
        }
    }

    /// Puts what was read in the place of what was known; on the queue.
    private func merge(_ read: [String: Workspace.Entry], gone: [String]) {
        var news: [PipelineNews] = []
        let entries = state.withLock { state -> [Workspace.Entry]? in
            guard var entries = state.entries, !state.isStopped else { return nil }
            for file in gone.sorted() {
                entries[file] = nil
                state.readings[file, default: 0] += 1
                news.append(PipelineNews(file: "pipelines/" + file, change: .removed))
            }
            for (file, entry) in read.sorted(by: { $0.key < $1.key }) {
                let old = entries[file]
                let new = Self.keepingGood(entry, old)
                guard new != old else { continue }
                entries[file] = new
                news.append(
                    PipelineNews(file: "pipelines/" + file, change: Self.change(new, from: old)))
            }
            state.entries = entries
            return entries.sorted { $0.key < $1.key }.map(\.value)
        }
        if let entries { changed(entries, news) }
    }

    private static func keepingGood(
        _ entry: Workspace.Entry, _ old: Workspace.Entry?
    ) -> Workspace.Entry {
        guard entry.pipeline == nil, let good = old?.known else { return entry }
        var kept = entry
        (kept.name, kept.lastGood) = (good.name, good)
        return kept
    }

    private static func change(
        _ new: Workspace.Entry, from old: Workspace.Entry?
    ) -> PipelineNews.Change {
        guard let pipeline = new.pipeline else {
            let problem = new.problems.first { $0.severity == .error }
            return .broken(
                problem
                    ?? SourceProblem(
                        file: new.file, place: SourcePlace(line: 1, column: 1), lineText: "",
                        problem: "The file is no pipeline.", remedy: "See 'spillway validate'."),
                keepsSchedule: new.lastGood?.schedule != nil)
        }
        let count = pipeline.tasks.count
        return old == nil ? .added(tasks: count) : .changed(tasks: count)
    }
}
