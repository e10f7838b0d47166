import CSQLite
import Glibc

/// The functions that SQLite lacks and checks need.
enum CheckFunctions {
    private static var flags: Int32 { SQLITE_UTF8 | SQLITE_DETERMINISTIC }

    static func register(on handle: OpaquePointer) {
        sqlite3_create_function_v2(
            handle, "regexp", 2, flags, nil, { CheckFunctions.regexp($0, $2) }, nil, nil, nil)
        sqlite3_create_function_v2(
            handle, "matches_strftime", 2, flags, nil, { CheckFunctions.matchesTime($0, $2) }, nil,
            nil, nil)
        sqlite3_create_function_v2(
            handle, "stddev_samp", 1, flags, nil, nil, { CheckFunctions.add($0, $2) },
            { CheckFunctions.finish($0) }, nil)
        SampleFunction.register(on: handle)
    }

    private typealias Arguments = UnsafeMutablePointer<OpaquePointer?>

    private static func text(_ value: OpaquePointer?) -> UnsafeRawBufferPointer {
        let start = sqlite3_value_text(value)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
    }

    private static func string(_ value: OpaquePointer?) -> String {
        String(decoding: text(value), as: UTF8.self)
    }

    private static func fail(_ context: OpaquePointer?, _ message: String) {
        sqlite3_result_error(context, message, -1)
    }

    /// `regexp(pattern, text)`: a search, as Python's `re.search`; NULL where either is NULL.
    private static func regexp(_ context: OpaquePointer?, _ arguments: Arguments?) {
        guard let arguments, sqlite3_value_type(arguments[0]) != SQLITE_NULL,
            sqlite3_value_type(arguments[1]) != SQLITE_NULL
        else { return sqlite3_result_null(context) }
        let search: ValueSearch
        if let known = sqlite3_get_auxdata(context, 0) {
            search = Unmanaged<ValueSearch>.fromOpaque(known).takeUnretainedValue()
        } else {
            let pattern = string(arguments[0])
            do {
                search = try ValueSearch(pattern)
            } catch {
                return fail(context, "the pattern '\(pattern)' is no regular expression: \(error)")
            }
            // SQLite keeps it as long as the pattern is the same, and lets go of it then.
            sqlite3_set_auxdata(
                context, 0, Unmanaged.passRetained(search).toOpaque(),
                { pointer in
                    if let pointer { Unmanaged<ValueSearch>.fromOpaque(pointer).release() }
                })
        }
        sqlite3_result_int(context, search.matches(text(arguments[1])) ? 1 : 0)
    }

    /// `matches_strftime(format, text)`.
    private static func matchesTime(_ context: OpaquePointer?, _ arguments: Arguments?) {
        guard let arguments, sqlite3_value_type(arguments[0]) != SQLITE_NULL,
            sqlite3_value_type(arguments[1]) != SQLITE_NULL
        else { return sqlite3_result_null(context) }
        let format = string(arguments[0])
        guard let matches = TimeFormat.matches(string(arguments[1]), format) else {
            return fail(context, "the time format '\(format)' holds a directive that is not known")
        }
        sqlite3_result_int(context, matches ? 1 : 0)
    }

    /// Welford's running mean and sum of squares: one pass, and no digits lost where the mean is
    /// large beside the deviation. SQLite hands out its memory zeroed.
    private struct Moments {
        var count: Double
        var mean: Double
        var squares: Double
    }

    private static func add(_ context: OpaquePointer?, _ arguments: Arguments?) {
        guard let arguments, sqlite3_value_type(arguments[0]) != SQLITE_NULL,
            let memory = sqlite3_aggregate_context(context, Int32(MemoryLayout<Moments>.size))
        else { return }
        let value = sqlite3_value_double(arguments[0])
        let moments = memory.assumingMemoryBound(to: Moments.self)
        moments.pointee.count += 1
        let distance = value - moments.pointee.mean
        moments.pointee.mean += distance / moments.pointee.count
        moments.pointee.squares += distance * (value - moments.pointee.mean)
    }

    private static func finish(_ context: OpaquePointer?) {
        guard let memory = sqlite3_aggregate_context(context, 0) else {
            return sqlite3_result_null(context)
        }
        let moments = memory.assumingMemoryBound(to: Moments.self).pointee
        guard moments.count > 1 else { return sqlite3_result_null(context) }
        sqlite3_result_double(context, (moments.squares / (moments.count - 1)).squareRoot())
    }
}
