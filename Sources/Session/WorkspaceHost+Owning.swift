import Dispatch
import Domain
public import Engine
public import Store
import Synchronization
import Workspace

/// What a process hears of the state that it owns, or looks at.
public enum HostUpdate: Sendable {
    /// From the engine of this process.
    case engine(EngineUpdate)
    /// The owner has written to the state.
    case changed
    /// What the owner wants people told.
    case told(NoticeBoard.Notice)
    /// The owner has gone, and this process owns the state now.
    case tookOver
    /// Pipelines were read again, or a file of checks is new.
    case filesChanged([PipelineNews])
}

extension WorkspaceHost {
    /// Serves the requests of others, and schedules where that is the purpose.
    func own(_ engine: Engine) throws {
        if purpose == .scheduling { keepRetention() }
        // What waits already is carried out at once, before anybody else knows of the engine.
        let desk = try RequestDesk(RequestFolder(folder)) { [weak self, weak engine] request in
            guard let engine else { return false }
            return await self?.carryOut(request, by: engine) ?? false
        }
        let waiting = ownership.withLock { ownership in
            ownership.engine = engine
            ownership.desk = desk
            defer { ownership.waiting = [] }
            return ownership.waiting
        }
        followSchedules()
        for continuation in waiting { continuation.resume() }
    }

    /// Opens the engine while others read what the store knows.
    func openBeside(holding lock: StateLock) {
        let revision = try? reader.revision()
        ownership.withLock { $0.revisionBefore = revision }
        opening.enter()
        DispatchQueue(label: "opening", qos: .userInitiated).async { [self] in
            do {
                try own(try Self.engine(on: folder, pipelines, purpose, lock: lock))
            } catch {
                ownership.withLock { $0.failure = error }
            }
            opening.leave()
        }
    }

    /// Returns once it is known whether this process owns the state, its engine open where it does.
    ///
    /// - Throws: what kept the engine from being opened; nobody schedules then.
    public func whenOpen() async throws {
        await withCheckedContinuation { continuation in
            opening.notify(queue: .global()) { continuation.resume() }
        }
        if let failure = ownership.withLock({ $0.failure }) { throw failure }
    }

    /// Lets the engine follow the schedules, as soon as there is one and the files are read; those
    /// that commands make follow once they are made.
    func followSchedules() {
        guard purpose == .scheduling, pipelines.areFilesRead,
            let engine = ownership.withLock({ $0.engine })
        else { return }
        let entries = workspace.entries
        engine.setPipelines(
            entries.compactMap { Self.scheduled($0.known) },
            consumers: entries.compactMap(\.known))
    }

    /// Becomes the owner when the present one goes. A thread sleeps in the kernel until then.
    func waitForOwnership() {
        DispatchQueue(label: "ownership").async { [weak self, folder] in
            guard let lock = try? StateLock(waitingFor: folder), let self else { return }
            guard !ownership.withLock({ $0.isClosed }) else { return }
            // Whoever goes on as a viewer after a failure sees the state all the same.
            guard
                let engine = try? Self.engine(on: folder, pipelines, purpose, lock: lock)
            else { return }
            try? own(engine)
        }
    }

    /// What happens from now on; of one who does not keep up the oldest is dropped.
    public func updates() -> AsyncStream<HostUpdate> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: HostUpdate.self, bufferingPolicy: .bufferingNewest(256))
        pipelines.follow { continuation.yield(.filesChanged($0)) }
        let work = Task.detached { [self] in
            try? await whenOpen()
            if engine == nil {
                await lookOn(continuation)
                continuation.yield(.tookOver)
            }
            guard let engine else { return continuation.finish() }
            let news = engine.subscribe(keeping: 256)
            // What was brought up to date before was heard by nobody.
            if let before = ownership.withLock({ $0.revisionBefore }),
                (try? reader.revision()) != before
            {
                continuation.yield(.changed)
            }
            for await update in news { continuation.yield(.engine(update)) }
            continuation.finish()
        }
        continuation.onTermination = { _ in work.cancel() }
        return stream
    }

    /// Tells of the owner's commits until this process is the owner.
    private func lookOn(_ continuation: AsyncStream<HostUpdate>.Continuation) async {
        let watch = try? StoreWatch(folder, reader) { continuation.yield(.changed) }
        let (bell, ring) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let notices = try? NoticeWatch(folder) { ring.yield() }
        let telling = Task.detached {
            for await _ in bell { notices?.news().forEach { continuation.yield(.told($0)) } }
        }
        await becomeOwner()
        watch?.stop()
        notices?.stop()
        telling.cancel()
    }

    /// Returns when this process owns the state.
    private func becomeOwner() async {
        await withCheckedContinuation { continuation in
            let isOwner = ownership.withLock { ownership in
                if ownership.engine == nil { ownership.waiting.append(continuation) }
                return ownership.engine != nil
            }
            if isOwner { continuation.resume() }
        }
    }

    /// Ends the engine where this process has one; see `Engine.shutDown(terminating:)`.
    public func close(terminating isTerminating: Bool) async {
        await close(isTerminating ? .terminating : .leaving)
    }

    /// The same, with one more way.
    public func close(_ manner: Engine.ShutDown) async {
        let (engine, desk) = ownership.withLock { ownership in
            ownership.isClosed = true
            return (ownership.engine, ownership.desk)
        }
        desk?.stop()
        pipelines.stop()
        await engine?.shutDown(manner)
    }
}
