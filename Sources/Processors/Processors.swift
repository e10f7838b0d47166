internal import Dispatch
internal import Glibc
internal import Synchronization

/// Pure work on all processors at once.
///
/// The caller waits, and gets the results in their order: nobody can tell from them how many
/// processors there were. Worth it from about 100 µs of work on; what both sides read often should
/// hold no references, whose counts would go to and fro between the processors.
public enum Processors {
    /// How many there are; at least 1.
    public static let count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// The results of `first` and `second`, made at the same time.
    public static func both<First: Sendable, Second: Sendable>(
        _ first: @Sendable () -> First, _ second: @Sendable () -> Second
    ) -> (First, Second) {
        let one = Mutex<First?>(nil)
        let other = Mutex<Second?>(nil)
        DispatchQueue.concurrentPerform(iterations: 2) { index in
            if index == 0 {
                let made = first()
                one.withLock { $0 = made }
            } else {
                let made = second()
                other.withLock { $0 = made }
            }
        }
        guard let made = one.withLock({ $0 }), let also = other.withLock({ $0 }) else {
            preconditionFailure("a part of the work was not done")
        }
        return (made, also)
    }

    /// What `make` gives for parts of `range`, in their order; the parts are as even as can be, and
    /// none is empty.
    ///
    /// - Parameter least: as many numbers as are worth a part of their own; fewer are not split.
    public static func parts<Part: Sendable>(
        of range: Range<Int>, least: Int, _ make: @Sendable (Range<Int>) -> Part
    ) -> [Part] {
        guard !range.isEmpty else { return [] }
        // Two parts a processor: the one that is through first takes another.
        let number = count == 1 ? 1 : min(2 * count, range.count / max(1, least))
        guard number > 1 else { return [make(range)] }
        let made = Mutex([Part?](repeating: nil, count: number))
        DispatchQueue.concurrentPerform(iterations: number) { index in
            let from = range.lowerBound + range.count * index / number
            let to = range.lowerBound + range.count * (index + 1) / number
            let part = make(from..<to)
            made.withLock { $0[index] = part }
        }
        return made.withLock { $0.compactMap { $0 } }
    }
}
