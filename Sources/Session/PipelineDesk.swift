import Dispatch
import Domain
import Synchronization
import Workspace

/// The pipelines of a workspace, read one after another behind what is shown of them meanwhile.
final class PipelineDesk: Sendable {
    /// With so few files a first look is worth waiting for all of them.
    private static let fewFiles = 64
    /// How long, in milliseconds.
    private static let patience = 10
    /// Least time between two notices that more has been read, in milliseconds.
    private static let noticeInterval: Int64 = 250

    private struct State {
        /// By the numbers of their files.
        var entries: [Int: Workspace.Entry] = [:]
        var lastNotice = Clock.milliseconds()
        /// Once all are read.
        var whole: Workspace?
        var isStopped = false
        /// Somebody was given less than the whole, and is told when there is more.
        var isSeenInPart = false
        var listeners: [@Sendable () -> Void] = []

        /// In the order of the files.
        var inOrder: [Workspace.Entry] {
            entries.sorted { $0.key < $1.key }.map(\.value)
        }

        /// Those to tell that more has been read.
        var told: [@Sendable () -> Void] { isSeenInPart ? listeners : [] }
    }

    /// Nil where nothing was left to be read.
    private let folder: PipelineFolder?
    /// The folder and its settings, which are there from the beginning.
    let outline: Workspace
    private let state: Mutex<State>
    private let reading = DispatchGroup()

    /// Nothing is left to be read.
    init(_ workspace: Workspace) {
        (folder, outline) = (nil, workspace)
        state = Mutex(State(whole: workspace))
    }

    /// Starts to read, on a thread of its own: one alone, so that the screen has a core.
    init(_ folder: PipelineFolder) {
        (self.folder, outline) = (folder, folder.outline)
        state = Mutex(State())
        reading.enter()
        DispatchQueue(label: "pipelines").async { [self] in read(folder) }
    }

    private func read(_ folder: PipelineFolder) {
        folder.readEach { number, entry in
            let (listeners, goesOn) = state.withLock { state -> ([@Sendable () -> Void], Bool) in
                state.entries[number] = entry
                let now = Clock.milliseconds()
                guard now >= state.lastNotice + Self.noticeInterval else {
                    return ([], !state.isStopped)
                }
                state.lastNotice = now
                return (state.told, !state.isStopped)
            }
            for tell in listeners where goesOn { tell() }
            return goesOn
        }
        let whole = folder.workspace(of: state.withLock { $0.inOrder })
        let listeners = state.withLock { state in
            state.whole = whole
            defer { state.listeners = [] }
            return state.told
        }
        reading.leave()
        for tell in listeners { tell() }
    }

    /// Calls `body` once all are read, or no more are.
    func whenRead(_ body: @escaping @Sendable () -> Void) {
        reading.notify(queue: .global(), execute: body)
    }

    /// Reads no more; whoever waits gets what has been read.
    func stop() {
        let wasReading = state.withLock { state in
            state.isStopped = true
            return state.whole == nil
        }
        if wasReading { PipelineFolder.endGenerators() }
    }

    /// What has been read so far, and how many files have not been.
    var soFar: (workspace: Workspace, unread: Int) {
        let (whole, entries) = state.withLock { state in
            if state.whole == nil { state.isSeenInPart = true }
            return (state.whole, state.inOrder)
        }
        guard whole == nil, let folder else { return (whole ?? outline, 0) }
        // The last one is counted until the whole is there.
        return (folder.workspace(of: entries), max(1, folder.files.count - entries.count))
    }

    /// Whether all have been read.
    var isWhole: Bool { state.withLock { $0.whole != nil && !$0.isStopped } }

    /// All pipelines; blocks the thread until they are read.
    func waitForAll() -> Workspace {
        reading.wait()
        return soFar.workspace
    }

    /// All pipelines, once they are read.
    func all() async -> Workspace {
        if !isWhole {
            await withCheckedContinuation { waiting in
                whenRead { waiting.resume() }
            }
        }
        return soFar.workspace
    }

    /// The pipeline of that name as soon as it is read, or once it is known that there is none.
    func entry(named name: PipelineName) async -> Workspace.Entry? {
        if let entry = soFar.workspace.entry(named: name) { return entry }
        return await all().entry(named: name)
    }

    /// Returns when all are read, or some milliseconds have passed; at once where there are many.
    func settle() async {
        guard !isWhole, let folder, folder.files.count <= Self.fewFiles else { return }
        let (looks, look) = AsyncStream.makeStream(of: Void.self)
        whenRead { look.yield() }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.patience)) {
            look.yield()
        }
        for await _ in looks { break }
    }

    /// Calls `tell` whenever there is more than somebody was given, until all is read.
    func listen(_ tell: @escaping @Sendable () -> Void) {
        state.withLock { state in
            if state.whole == nil { state.listeners.append(tell) }
        }
    }
}
