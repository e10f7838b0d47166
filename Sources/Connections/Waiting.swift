import Glibc

/// Waits for descriptors.
enum Waiting {
    /// Waits until one of two descriptors is ready or the time is up; -1 waits for ever.
    ///
    /// A negative descriptor is left out. Returns whether the first is ready.
    @discardableResult
    static func wait(
        _ descriptor: Int32, _ events: Int16, _ wake: Int32, _ milliseconds: Int
    ) -> Bool {
        var ready = [
            pollfd(fd: descriptor, events: events, revents: 0),
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&ready, 2, Int32(clamping: milliseconds))
        return ready[0].revents != 0
    }
}

enum MonotonicTime {
    static func milliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }
}

/// Arrays of C strings.
enum CStrings {
    /// Calls `body` with the texts, each with a NUL behind it, and a nil behind the last.
    static func with<Result>(
        _ texts: [String?], _ body: ([UnsafePointer<CChar>?]) throws -> Result
    ) rethrows -> Result {
        let copies = texts.map { $0.flatMap { strdup($0) } }
        defer { copies.forEach { free($0) } }
        return try body(copies.map { $0.map { UnsafePointer($0) } } + [nil])
    }
}
