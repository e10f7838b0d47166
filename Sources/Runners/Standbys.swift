import Domain
import SchedulerCore

/// Launches that may begin without being asked again, each in the place of another that ends.
///
/// Between the end of a task and the start of the next lie two changes of process and a write to the
/// disk; for short tasks that is more than the task itself. So whoever decides says beforehand what
/// comes next, and on which condition.
struct Standbys {
    private struct Entry {
        var launch: ShellLaunch
        /// What has not succeeded yet of what it comes after.
        var missing: Set<AttemptID>
    }

    /// Those that wait for others to succeed.
    private var waiting: [AttemptID: Entry] = [:]
    /// By what has not succeeded yet, those that come after it; some of these may be gone.
    private var followers: [AttemptID: [AttemptID]] = [:]
    /// Those that wait for a place alone: by lane, the first one last.
    private var ready: [UInt64: [ShellLaunch]] = [:]

    var isEmpty: Bool { waiting.isEmpty && ready.isEmpty }

    /// - Parameter missing: what it comes after and has not succeeded yet.
    mutating func add(_ launch: ShellLaunch, missing: Set<AttemptID>) {
        guard launch.place != nil, !contains(launch.id) else { return }
        if missing.isEmpty {
            makeReady(launch)
        } else {
            waiting[launch.id] = Entry(launch: launch, missing: missing)
            for id in missing { followers[id, default: []].append(launch.id) }
        }
    }

    func contains(_ id: AttemptID) -> Bool {
        waiting[id] != nil || ready.values.contains { $0.contains { $0.id == id } }
    }

    /// Whether any waits for the success of `id`.
    func areThere(after id: AttemptID) -> Bool {
        followers[id]?.contains { waiting[$0] != nil } ?? false
    }

    /// Takes out one that is begun otherwise; what comes after it stays.
    mutating func remove(_ launch: ShellLaunch) {
        waiting[launch.id] = nil
        guard let lane = launch.place?.lane, let launches = ready[lane] else { return }
        let others = launches.filter { $0.id != launch.id }
        ready[lane] = others.isEmpty ? nil : others
    }

    mutating func removeAll() {
        waiting = [:]
        followers = [:]
        ready = [:]
    }

    /// An attempt has ended: what comes after it is nearer by one, or never begins.
    mutating func note(_ id: AttemptID, hasSucceeded: Bool) {
        guard hasSucceeded else { return removeAll(after: id) }
        for next in followers.removeValue(forKey: id) ?? [] {
            guard waiting[next]?.missing.remove(id) != nil else { continue }
            if let entry = waiting[next], entry.missing.isEmpty {
                waiting[next] = nil
                makeReady(entry.launch)
            }
        }
    }

    /// Takes the first one of a lane.
    mutating func takeNext(of lane: UInt64) -> ShellLaunch? {
        guard var launches = ready[lane], let next = launches.popLast() else { return nil }
        ready[lane] = launches.isEmpty ? nil : launches
        return next
    }

    private mutating func removeAll(after id: AttemptID) {
        var gone = [id]
        while let failed = gone.popLast() {
            for next in followers.removeValue(forKey: failed) ?? [] {
                if waiting.removeValue(forKey: next) != nil { gone.append(next) }
            }
        }
    }

    private mutating func makeReady(_ launch: ShellLaunch) {
        guard let place = launch.place else { return }
        let launches = ready[place.lane] ?? []
        let index = launches.firstIndex { ($0.place?.rank ?? 0) < place.rank } ?? launches.count
        ready[place.lane, default: []].insert(launch, at: index)
    }
}
