import Domain
import Foundation
import Synchronization
import Testing

@testable import LogFiles

@Suite("The watch on logs", .timeLimit(.minutes(1)))
struct WatchTests {
    /// Waits on notices until `log` stands as wanted.
    private func follow(
        _ log: LogFile, _ notices: AsyncStream<Void>, until isWanted: (LogStatus) -> Bool
    ) async throws {
        for await _ in notices where isWanted(try log.refresh()) { return }
    }

    @Test("tells of appearing, growth, rotation and deletion")
    func life() async throws {
        let file = try TemporaryLog(nil)
        let log = try file.open()
        let watch = try LogWatch()
        let (notices, continuation) = AsyncStream<Void>.makeStream()
        let ticket = try watch.watch(path: file.path) { continuation.yield() }
        try file.write("one\n")
        try await follow(log, notices) { $0.size == 4 }
        try file.append("two\n")
        try await follow(log, notices) { $0.size == 8 }
        try file.rotate("three\n")
        try await follow(log, notices) { $0.generation == 1 && $0.size == 6 }
        try file.append("four\n")
        try await follow(log, notices) { $0.size == 11 }
        try file.truncate(to: 0)
        try await follow(log, notices) { $0.size == 0 }
        try file.delete()
        // The handle that is open on the file keeps it alive; the folder tells.
        try await follow(log, notices) { $0.presence == .deleted }
        watch.cancel(ticket)
    }

    @Test("a burst is told by few notices, and its end is never missed")
    func burst() async throws {
        let file = try TemporaryLog("")
        let log = try file.open()
        let watch = try LogWatch()
        let count = Atomic<Int>(0)
        let (notices, continuation) = AsyncStream<Void>.makeStream()
        _ = try watch.watch(path: file.path) {
            count.add(1, ordering: .relaxed)
            continuation.yield()
        }
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<500 { try file.append("line\n") }
        try await follow(log, notices) { $0.size == 2_500 }
        let tenths = Int((clock.now - start) / .milliseconds(100))
        #expect(count.load(ordering: .relaxed) <= tenths + 2)
    }

    @Test("many logs of one folder are told apart")
    func many() async throws {
        let file = try TemporaryLog("")
        let watch = try LogWatch()
        let (notices, continuation) = AsyncStream<Int>.makeStream()
        for number in 0..<50 {
            let path = file.folder.appending(path: "\(number).log").path
            _ = try watch.watch(path: path) { continuation.yield(number) }
        }
        try "x".write(
            to: file.folder.appending(path: "37.log"), atomically: false, encoding: .utf8)
        for await number in notices {
            #expect(number == 37)
            break
        }
    }
}
