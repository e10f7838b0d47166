/// A data set that a stage computed or read.
public struct SparkRDD: Sendable {
    public var id: Int
    public var name: String
    /// Name of the operator that made it, from its scope.
    public var scope: String
    public var callSite: String
    public var parents: [Int]
    public var partitions: Int
    public var isBarrier: Bool
    /// Whether the program asked to keep it, and where.
    public var usesMemory: Bool
    public var usesDisk: Bool
    public var isDeserialized: Bool
    /// Partitions kept, as the newest event told; stages tell when they complete.
    public var cachedPartitions: Int
    public var memoryBytes: Int64
    public var diskBytes: Int64
    /// Largest sum of memory and disk seen.
    public var peakBytes: Int64
    public var isUnpersisted: Bool

    public var isPersisted: Bool { usesMemory || usesDisk }

    /// Takes in what another event says of the same data set.
    mutating func take(_ other: SparkRDD, isCompletion: Bool) {
        usesMemory = usesMemory || other.usesMemory
        usesDisk = usesDisk || other.usesDisk
        let isStored =
            other.cachedPartitions > 0 || other.memoryBytes > 0 || other.diskBytes > 0
        if isCompletion, isStored {
            noteStorage(
                partitions: other.cachedPartitions, memory: other.memoryBytes,
                disk: other.diskBytes)
        }
    }

    mutating func noteStorage(partitions: Int, memory: Int64, disk: Int64) {
        cachedPartitions = partitions
        memoryBytes = memory
        diskBytes = disk
        peakBytes = max(peakBytes, memory.addingSaturated(disk))
    }
}

/// Which block of an RDD lies where; kept only for logs with block updates.
struct BlockPlace: Hashable, Sendable {
    var partition: Int
    var executor: Int
}

struct BlockSize: Sendable {
    var memory: Int64
    var disk: Int64
}

extension FixedWidthInteger {
    /// The sum, or the nearest representable number: a log may hold any figure.
    @inlinable
    @inline(__always)
    public func addingSaturated(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
