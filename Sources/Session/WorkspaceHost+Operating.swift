public import Domain
import Engine
import LogFiles
import PipelineFiles
import Store
import Workspace

/// What people do, by the engine of this process or by the owner's.
extension WorkspaceHost {
    /// Carries out an action and returns when that is on the disk: by itself where this process owns
    /// the state, else by asking the owner.
    ///
    /// - Throws: A `UserFacingError`: what was wrong with it, or the state cannot be written.
    public func perform(_ action: OperatorAction) async throws -> OperatorResult {
        if let engine { return try await engine.operate(await order(for: action, by: person)) }
        return try await ask(action)
    }

    /// Carries out what another process asked for; false where its answer could not be recorded,
    /// so that it is to be tried again.
    func carryOut(_ request: OperatorRequest, by engine: Engine) async -> Bool {
        do {
            let order = try await order(
                for: request.action, by: request.person, request: request.id)
            _ = try await engine.operate(order)
        } catch is StoreError {
            // Nothing is lost: the request stays until the state can be written.
            return false
        } catch EngineError.closed {
            return false
        } catch let error as any UserFacingError {
            return (try? await engine.refuse(request.id, error)) != nil
        } catch {
            let refusal = RefusedRequest(problem: "\(error)", remedy: "Try another way.")
            return (try? await engine.refuse(request.id, refusal)) != nil
        }
        return true
    }

    private func ask(_ action: OperatorAction) async throws -> OperatorResult {
        let requests = RequestFolder(folder)
        let now = Clock.now()
        let request = OperatorRequest(
            id: requests.newID(at: now), person: person, at: now, action: action)
        let (changes, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let watch = try LogWatch()
        try requests.prepare()
        let ticket = try watch.watch(path: requests.answeredPath) { continuation.yield() }
        defer { watch.cancel(ticket) }
        try requests.post(request)
        continuation.yield()
        for await _ in changes {
            switch try reader.answer(to: request.id) {
            case nil: continue
            case .done(let result)?: return result
            case .refused(let problem, let remedy)?:
                throw RefusedRequest(problem: problem, remedy: remedy)
            }
        }
        // Whoever asked has gone: nobody is to find it still wanted later.
        requests.remove(request.id)
        throw EngineError.closed
    }

    private func order(
        for action: OperatorAction, by person: String, request: RequestID? = nil
    ) async throws -> OperatorOrder {
        var order = OperatorOrder(action, by: person, request: request)
        switch action {
        case .trigger(let name, let file, let params, let date):
            let pipeline = try await definition(of: name, file: file)
            var run = self.request(for: pipeline, params: params, logicalDate: date)
            run.person = person
            order.run = run
        case .backfill(let backfill, let file):
            order.pipeline = try await definition(of: backfill.pipeline, file: file)
        case .setPaused(let name, _):
            guard try reader.runs(of: name, limit: 1).isEmpty else { break }
            guard await pipelines.entry(named: name) == nil else { break }
            throw unknown(name)
        case .clear(let run, let scope):
            guard !scope.asItWas, let made = try reader.definition(of: run) else { break }
            do {
                let isOurs = await pipelines.entry(named: made.name) != nil
                order.pipeline = try await definition(
                    of: made.name, file: isOurs ? nil : made.file)
            } catch let problem as SourceProblem {
                order.hindrance = "\(problem.file):\(problem.place.line): \(problem.problem)"
            } catch let error as any UserFacingError {
                order.hindrance = error.problem
            }
        case .mark, .cancel, .changeBackfill, .undo: break
        }
        return order
    }

    /// The pipeline as its file has it now.
    private func definition(of name: PipelineName, file: String?) async throws -> Pipeline {
        var file = file
        if file == nil { file = await pipelines.entry(named: name)?.file }
        guard let file else { throw unknown(name) }
        guard let entry = try Workspace.read(file: file).entries.first else { throw unknown(name) }
        guard let pipeline = entry.pipeline else { throw entry.refusal }
        if let cycle = workspace.cycle(from: pipeline) { throw cycle }
        return pipeline
    }

    private func unknown(_ name: PipelineName) -> WorkspaceError {
        let known = workspace.entries.map(\.name.name)
        return .unknownPipeline(
            name.name, nearest: nearestName(to: name.name, among: known), known: known)
    }
}
