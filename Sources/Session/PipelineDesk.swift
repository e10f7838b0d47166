import Dispatch
import Domain
import Synchronization
import Workspace

/// The pipelines of a workspace, read one after another behind what is shown of them meanwhile, and
/// again when their files change where somebody follows them.
final class PipelineDesk: Sendable {
    /// With so few files a first look is worth waiting for all of them.
    private static let fewFiles = 64
    /// Least time between two notices that more has been read, in milliseconds.
    private static let noticeInterval: Int64 = 250
    /// How many commands of files with `generate` go on at once.
    private static let generatorThreads = 8

    private struct State {
        /// In the order of the files; nil for what is still to be read.
        var entries: [Workspace.Entry?]
        /// Once all are read.
        var whole: Workspace?
        /// All are read but those that commands have to make.
        var areFilesRead = false
        /// What was still to be made, by its place among the files.
        var toGenerate: [Int] = []
        var isStopped = false
        /// Somebody was given less than the whole, and is told when there is more.
        var isSeenInPart = false
        var listeners: [@Sendable () -> Void] = []
        /// Those to tell of files that have changed since all were read.
        var followers: [@Sendable ([PipelineNews]) -> Void] = []

        /// Those to tell that more has been read.
        var told: [@Sendable () -> Void] { isSeenInPart ? listeners : [] }
    }

    /// Nil where nothing was left to be read.
    private let folder: PipelineFolder?
    /// The folder and its settings, which are there from the beginning.
    let outline: Workspace
    private let state: Mutex<State>
    private let files = DispatchGroup()
    private let reading = DispatchGroup()
    private let follower = Mutex<PipelineFollower?>(nil)

    /// Nothing is left to be read.
    init(_ workspace: Workspace) {
        (folder, outline) = (nil, workspace)
        state = Mutex(State(entries: workspace.entries, whole: workspace, areFilesRead: true))
    }

    /// Starts to read, on a thread of its own: one alone, so that the screen has a core.
    ///
    /// - Parameter follows: whether files that change later are read again.
    init(_ folder: PipelineFolder, follows: Bool) {
        (self.folder, outline) = (folder, folder.outline)
        state = Mutex(State(entries: Array(repeating: nil, count: folder.files.count)))
        if follows {
            let made = PipelineFollower(folder) { [weak self] in self?.take($0, $1) }
            follower.withLock { $0 = made }
        }
        files.enter()
        reading.enter()
        DispatchQueue(label: "pipelines").async { [self] in read(folder) }
    }

    /// The files first; commands that make pipelines may take long, and hold up no others.
    private func read(_ folder: PipelineFolder) {
        var lastNotice = Clock.milliseconds()
        for (place, file) in folder.files.enumerated() {
            let entry = folder.fileEntry(file)
            let isDue = Clock.milliseconds() >= lastNotice + Self.noticeInterval
            let listeners = state.withLock { state -> [@Sendable () -> Void]? in
                state.entries[place] = entry
                if entry == nil { state.toGenerate.append(place) }
                return state.isStopped ? nil : isDue ? state.told : []
            }
            guard let listeners else { break }
            if isDue { lastNotice = Clock.milliseconds() }
            for tell in listeners { tell() }
        }
        let (commands, told) = state.withLock { state in
            state.areFilesRead = !state.isStopped
            return (state.toGenerate.count, state.told)
        }
        files.leave()
        if commands > 0 {
            for tell in told { tell() }
            generate(folder, threads: min(commands, Self.generatorThreads))
        } else {
            finish(folder)
        }
    }

    private func generate(_ folder: PipelineFolder, threads: Int) {
        let work = DispatchGroup()
        for number in 0..<threads {
            DispatchQueue(label: "generate \(number)").async(group: work) { [self] in
                while let place = state.withLock({ state in
                    state.isStopped ? nil : state.toGenerate.popLast()
                }) {
                    let entry = folder.entry(folder.files[place])
                    let told = state.withLock { state in
                        state.entries[place] = entry
                        return state.told
                    }
                    for tell in told { tell() }
                }
            }
        }
        work.notify(queue: .global()) { [self] in finish(folder) }
    }

    private func finish(_ folder: PipelineFolder) {
        let whole = folder.workspace(of: state.withLock { $0.entries.compactMap(\.self) })
        let listeners = state.withLock { state in
            state.whole = whole
            defer { state.listeners = [] }
            return state.told
        }
        reading.leave()
        for tell in listeners { tell() }
        let entries = state.withLock { $0.entries }
        follower.withLock(\.self)?.begin(
            with: Dictionary(
                zip(folder.files, entries).compactMap { file, entry in entry.map { (file, $0) } },
                uniquingKeysWith: { first, _ in first }))
    }

    /// Files have changed.
    private func take(_ entries: [Workspace.Entry], _ news: [PipelineNews]) {
        guard let folder else { return }
        let whole = folder.workspace(of: entries)
        let followers = state.withLock { state in
            (state.entries, state.whole) = (entries, whole)
            return state.followers
        }
        for tell in followers { tell(news) }
    }

    /// Calls `tell` whenever files have changed after all were read; without news where that
    /// changes no pipeline.
    func follow(_ tell: @escaping @Sendable ([PipelineNews]) -> Void) {
        state.withLock { $0.followers.append(tell) }
    }

    /// Calls `body` once all are read but those that commands have to make.
    func whenFilesAreRead(_ body: @escaping @Sendable () -> Void) {
        files.notify(queue: .global(), execute: body)
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
        let follower = follower.withLock { $0.take() }
        follower?.stop()
        if wasReading || follower != nil { PipelineFolder.endGenerators() }
    }

    /// What has been read so far, and how many files have not been.
    var soFar: (workspace: Workspace, unread: Int) {
        let (whole, entries, isFirst) = state.withLock { state in
            let isFirst = state.whole == nil && !state.isSeenInPart
            if isFirst { state.isSeenInPart = true }
            return (state.whole, state.entries.compactMap(\.self), isFirst)
        }
        if isFirst { tellSoon() }
        guard whole == nil, let folder else { return (whole ?? outline, 0) }
        // The last one is counted until the whole is there.
        return (folder.workspace(of: entries), max(1, folder.files.count - entries.count))
    }

    /// Tells once more even where the next file takes for ever: a first look is not all there is.
    private func tellSoon() {
        let time = DispatchTime.now() + .milliseconds(Int(Self.noticeInterval))
        DispatchQueue.global().asyncAfter(deadline: time) { [weak self] in
            let told = self?.state.withLock { $0.whole == nil ? $0.told : [] } ?? []
            for tell in told { tell() }
        }
    }

    /// Whether all have been read but those that commands have to make.
    var areFilesRead: Bool { state.withLock { $0.areFilesRead && !$0.isStopped } }

    /// Whether all have been read.
    var isWhole: Bool { state.withLock { $0.whole != nil && !$0.isStopped } }

    /// All pipelines; blocks the thread until they are read.
    func waitForAll() -> Workspace {
        reading.wait()
        return soFar.workspace
    }

    /// Whether a pipeline of another name has a schedule; blocks the thread until the files are read.
    /// Of those that commands make, the ones made so far count.
    func hasSchedule(besides name: PipelineName) -> Bool {
        files.wait()
        return soFar.workspace.entries.contains { $0.name != name && $0.known?.schedule != nil }
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

    /// Returns when all are read but those that commands have to make, or so many milliseconds have
    /// passed; at once where there are many.
    func settle(atMost milliseconds: Int) async {
        guard !areFilesRead, let folder, folder.files.count <= Self.fewFiles else { return }
        let (looks, look) = AsyncStream.makeStream(of: Void.self)
        whenFilesAreRead { look.yield() }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
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
