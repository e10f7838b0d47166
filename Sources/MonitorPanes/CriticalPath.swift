import Domain

/// The chain of tasks that decided when a run ended.
enum CriticalPath {
    /// From the first task of the chain to the one that ended last: of each task the need that
    /// ended last comes before it. Empty while nothing has ended. O(tasks + needs).
    static func tasks(of rows: [TaskRow]) -> [TaskID] {
        var numbers: [TaskID: Int] = [:]
        for (number, row) in rows.enumerated() { numbers[row.id] = number }
        func latest(_ candidates: some Sequence<Int>) -> Int? {
            candidates.filter { rows[$0].endedAt != nil }.max { left, right in
                guard let one = rows[left].endedAt, let other = rows[right].endedAt else {
                    return false
                }
                return one == other ? left > right : one < other
            }
        }
        var path: [Int] = []
        var seen: Set<Int> = []
        var next = latest(rows.indices)
        while let task = next, seen.insert(task).inserted {
            path.append(task)
            next = latest(rows[task].needs.compactMap { numbers[$0] })
        }
        return path.reversed().map { rows[$0].id }
    }
}
