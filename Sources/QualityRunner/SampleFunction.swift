import CSQLite
import Quality

/// The aggregate `sampled(limit, value, …)`: how many rows it was given, and the values of the
/// first `limit` of them (see ``CollectedSample``). With a `FILTER` of failing rows a scan counts
/// them and brings a sample of them along. NULL for no rows.
enum SampleFunction {
    static func register(on handle: OpaquePointer) {
        sqlite3_create_function_v2(
            handle, "sampled", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil, nil,
            { SampleFunction.add($0, $1, $2) }, { SampleFunction.finish($0) }, nil)
    }

    private final class Collection {
        var sample = CollectedSample()
    }

    /// What SQLite keeps for an aggregate, zeroed at first.
    private struct Memory {
        var collection: Unmanaged<Collection>?
        /// Counted here: most rows only are.
        var count: Int
        var limit: Int
    }

    private static func memory(
        _ context: OpaquePointer?, size: Int
    ) -> UnsafeMutablePointer<Memory>? {
        sqlite3_aggregate_context(context, Int32(size))?.assumingMemoryBound(to: Memory.self)
    }

    private static func add(
        _ context: OpaquePointer?, _ count: Int32,
        _ arguments: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let arguments, count > 0,
            let memory = memory(context, size: MemoryLayout<Memory>.size)
        else { return }
        memory.pointee.count += 1
        if memory.pointee.count == 1 {
            memory.pointee.limit = Int(sqlite3_value_int64(arguments[0]))
            memory.pointee.collection = Unmanaged.passRetained(Collection())
        }
        guard memory.pointee.count <= memory.pointee.limit else { return }
        memory.pointee.collection?.takeUnretainedValue().sample.rows.append(
            (1..<Int(count)).map { SQLiteCell.value(arguments[$0]) })
    }

    private static func finish(_ context: OpaquePointer?) {
        guard let memory = memory(context, size: 0)?.pointee, let held = memory.collection else {
            return sqlite3_result_null(context)
        }
        var sample = held.takeRetainedValue().sample
        sample.count = memory.count
        var text = sample.text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                sqlite3_result_text64(
                    context, text.baseAddress, sqlite3_uint64(text.count),
                    unsafeBitCast(-1, to: sqlite3_destructor_type.self), UInt8(SQLITE_UTF8))
            }
        }
    }
}
