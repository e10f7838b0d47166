/// Memory that a thread reads one stretch of a file after the other into; small enough to stay in
/// the processor's cache.
final class ReadBuffer {
    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 64)
    private(set) var count = 0

    deinit { memory.deallocate() }

    /// What was read last; valid until the next reading.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    /// Reads all of `range`.
    ///
    /// - Throws: ``BlockReader/Shrunk`` where the file ends before it does.
    func fill(from file: OpenFile, _ range: Range<Int64>) throws -> UnsafeRawBufferPointer {
        count = 0
        return try append(from: file, range)
    }

    /// Reads all of `range` behind what is there.
    func append(from file: OpenFile, _ range: Range<Int64>) throws -> UnsafeRawBufferPointer {
        let needed = count + range.count
        if memory.count < needed {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: needed + needed / 4 + 4_096, alignment: 64)
            larger.copyMemory(from: bytes)
            memory.deallocate()
            memory = larger
        }
        let target = UnsafeMutableRawBufferPointer(rebasing: memory[count..<needed])
        guard try file.read(into: target, at: range.lowerBound) == range.count else {
            throw BlockReader.Shrunk()
        }
        count = needed
        return bytes
    }
}
