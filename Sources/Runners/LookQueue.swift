/// Where a look is taken. Looks of different kinds never wait for each other.
struct LookPlace: Hashable, Sendable {
    enum Kind: Hashable, Sendable { case command, http, sql }

    var kind: Kind
    /// The host, the database, or the command.
    var name: String
}

/// Which looks may be taken now: few of a kind at a time, and fewer at one place, so that a host
/// that never answers holds up hardly anybody but those who ask it. Places take turns.
struct LookQueue<ID> {
    /// At one time, of each kind.
    static var ofOneKind: Int { 32 }
    /// At one time, at one place.
    static var atOnePlace: Int { 4 }

    private var waiting: [LookPlace: [ID]] = [:]
    /// Places at which somebody waits, the next one first.
    private var turns: [LookPlace.Kind: [LookPlace]] = [:]
    private var running: [LookPlace: Int] = [:]
    private var runningOfKind: [LookPlace.Kind: Int] = [:]

    mutating func add(_ id: ID, at place: LookPlace) {
        if waiting[place] == nil { turns[place.kind, default: []].append(place) }
        waiting[place, default: []].append(id)
    }

    /// The next look that may begin, which counts as begun from now on; nil: none for now.
    /// O(places of its kind).
    mutating func next() -> (id: ID, place: LookPlace)? {
        for (kind, places) in turns where runningOfKind[kind, default: 0] < Self.ofOneKind {
            guard
                let index = places.firstIndex(where: { running[$0, default: 0] < Self.atOnePlace })
            else { continue }
            let place = places[index]
            turns[kind]?.remove(at: index)
            guard var ids = waiting.removeValue(forKey: place), !ids.isEmpty else { continue }
            let id = ids.removeFirst()
            if !ids.isEmpty {
                waiting[place] = ids
                turns[kind]?.append(place)
            }
            running[place, default: 0] += 1
            runningOfKind[kind, default: 0] += 1
            return (id, place)
        }
        return nil
    }

    /// A look that had begun is over.
    mutating func finished(at place: LookPlace) {
        runningOfKind[place.kind, default: 1] -= 1
        running[place, default: 1] -= 1
        if running[place] == 0 { running[place] = nil }
    }
}
