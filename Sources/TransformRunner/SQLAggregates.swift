import CSQLite
import Transform

/// Aggregates that SQLite lacks: medians, deviations, and texts joined in an order.
enum SQLAggregates {
    /// The values of one group, and what becomes of them.
    private final class Group {
        var rows: [[SQLValue]] = []
    }

    private final class Body {
        let finish: ([[SQLValue]]) -> SQLValue
        init(_ finish: @escaping ([[SQLValue]]) -> SQLValue) { self.finish = finish }
    }

    static func register(on handle: OpaquePointer?) {
        add(handle, "median", 1) { rows in
            let sorted = rows.compactMap { SQLFunctions.number($0[0]) }.sorted()
            guard !sorted.isEmpty else { return .null }
            let middle = sorted.count / 2
            return .double(
                sorted.count % 2 == 1
                    ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2)
        }
        for (names, isSample, isRoot) in [
            (["stddev", "stddev_samp"], true, true), (["stddev_pop"], false, true),
            (["variance", "var_samp"], true, false), (["var_pop"], false, false),
        ] {
            for name in names {
                add(handle, name, 1) { rows in
                    let numbers = rows.compactMap { SQLFunctions.number($0[0]) }
                    return spread(numbers, isSample: isSample, isRoot: isRoot)
                }
            }
        }
        // ordered_concat(text, mark, key, direction, limit): the rewriting of string_agg(… order by …).
        add(handle, "ordered_concat", 5) { rows in
            let kept = rows.filter { $0[0] != .null }
            guard let first = kept.first else { return .null }
            let sign = SQLFunctions.text(first[3])?.lowercased() == "desc" ? -1 : 1
            // Sorting keeps equal ones in their order.
            let sorted = kept.enumerated().sorted { one, two in
                let order = SQLFunctions.order(one.element[2], two.element[2]) * sign
                return order == 0 ? one.offset < two.offset : order < 0
            }
            let limit =
                SQLFunctions.number(first[4]).map { Int(min(max(0, $0), 1e15)) } ?? sorted.count
            return .text(
                sorted.prefix(limit).compactMap { SQLFunctions.text($0.element[0]) }
                    .joined(separator: SQLFunctions.text(first[1]) ?? ""))
        }
    }

    private static func spread(_ numbers: [Double], isSample: Bool, isRoot: Bool) -> SQLValue {
        let count = Double(numbers.count)
        guard count > (isSample ? 1 : 0) else { return .null }
        let mean = numbers.reduce(0, +) / count
        let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let variance = squares / (isSample ? count - 1 : count)
        return .double(isRoot ? variance.squareRoot() : variance)
    }

    private static func add(
        _ handle: OpaquePointer?, _ name: String, _ count: Int32,
        _ finish: @escaping ([[SQLValue]]) -> SQLValue
    ) {
        let body = Unmanaged.passRetained(Body(finish)).toOpaque()
        sqlite3_create_function_v2(
            handle, name, count, SQLITE_UTF8 | SQLITE_DETERMINISTIC, body, nil,
            { context, count, values in
                guard let group = SQLAggregates.group(context, makes: true) else { return }
                group.rows.append((0..<Int(count)).map { SQLFunctions.value(values?[$0]) })
            },
            { context in
                guard let data = sqlite3_user_data(context) else { return }
                let body = Unmanaged<Body>.fromOpaque(data).takeUnretainedValue()
                let group = SQLAggregates.group(context, makes: false)
                SQLFunctions.answer(context, body.finish(group?.rows ?? []))
                if let group { Unmanaged.passUnretained(group).release() }
            },
            { data in
                if let data { Unmanaged<Body>.fromOpaque(data).release() }
            })
    }

    /// The group that SQLite keeps for a context; it is released when the aggregate ends.
    private static func group(_ context: OpaquePointer?, makes: Bool) -> Group? {
        let size = Int32(makes ? MemoryLayout<UnsafeMutableRawPointer?>.size : 0)
        guard let place = sqlite3_aggregate_context(context, size) else { return nil }
        let slot = place.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        if let known = slot.pointee {
            return Unmanaged<Group>.fromOpaque(known).takeUnretainedValue()
        }
        guard makes else { return nil }
        let group = Group()
        slot.pointee = Unmanaged.passRetained(group).toOpaque()
        return group
    }
}
