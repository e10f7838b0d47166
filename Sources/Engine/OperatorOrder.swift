public import Domain

/// An action with all that is needed to carry it out.
public struct OperatorOrder: Sendable {
    public var action: OperatorAction
    public var person: String
    /// Nil where nobody will ask again whether it was carried out.
    public var request: RequestID?
    /// The run to be made, for `trigger`.
    public var run: RunRequest?
    /// The pipeline whose runs are made, for `backfill`; for `clear` as its file has it now.
    public var pipeline: Pipeline?
    /// Why there is none, for `clear`: its run goes on as it was.
    public var hindrance: String?

    public init(
        _ action: OperatorAction, by person: String, request: RequestID? = nil,
        run: RunRequest? = nil, pipeline: Pipeline? = nil
    ) {
        self.action = action
        self.person = person
        self.request = request
        self.run = run
        self.pipeline = pipeline
    }
}

extension Engine {
    /// Carries out what a person asks for, once for each request's id, and returns when that is on
    /// the disk.
    ///
    /// - Throws: ``EngineError``, or `StoreError` while the state cannot be written.
    public func operate(_ order: OperatorOrder) async throws -> OperatorResult {
        try await ask { .operate(order, $0) }
    }

    /// Records that a request cannot be carried out, so that whoever asked hears of it; returns when
    /// that is on the disk, for the answer is looked up there.
    ///
    /// - Throws: ``EngineError``: the engine is closed.
    public func refuse(_ request: RequestID, _ error: any UserFacingError) async throws {
        try await ask {
            .refuseRequest(request, problem: error.problem, remedy: error.remedy, $0)
        }
    }
}

/// Why an action that was asked for earlier was refused then.
public struct RefusedRequest: UserFacingError, Equatable {
    public let problem: String
    public let remedy: String

    public init(problem: String, remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }
}
