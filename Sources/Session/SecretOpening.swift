import Domain
import Synchronization

/// Puts the values of a pipeline's secrets back into what its tasks handed on; see `SecretSeal`.
final class SecretOpening: Sendable {
    private let folder: String
    private let names: Set<String>
    private let failure = Mutex<(any Error)?>(nil)

    init(_ pipeline: Pipeline) {
        folder = pipeline.folder
        names = Set(Secrets.names(in: pipeline))
    }

    /// The value as a command is to have it. What cannot be found is told by ``check()``.
    func opened(_ value: OutputValue) -> OutputValue {
        SecretSeal.opened(value) { name in
            do {
                guard names.contains(name) else {
                    throw SecretError.missing(name, file: Secrets.file(in: folder))
                }
                return try Secrets.values(of: [name], folder: folder).first?.value ?? ""
            } catch {
                failure.withLock { $0 = error }
                return ""
            }
        }
    }

    /// - Throws: why a secret could not be had.
    func check() throws {
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
