import Foundation

/// Work that blocks for long, off the few threads that all tasks share: there are only as many as
/// processors, and one of them is the screen's. What waits there for a job of hours keeps everything
/// else from being answered, its own cancelling too.
enum OwnThread {
    private static let stackBytes = 8 << 20

    static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Result { try body() }) }
            thread.stackSize = stackBytes
            thread.start()
        }
    }
}
