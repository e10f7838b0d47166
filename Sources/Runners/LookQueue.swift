/// Where a look is taken. Looks of different kinds never wait for each other.
struct LookPlace: Hashable, Sendable {
    enum Kind: Hashable, Sendable { case command, http, sql }

    var kind: Kind
    /// The host, the database, or the command.
    var name: String
}

/// Which looks may be taken now: few of a kind at a time, and fewer at one place, so that a host
/// that never answers holds up hardly anybody but those who ask it. Places take turns.
///
/// Looks that took no time before are taken one after the other in one go: a thread for each of a
/// thousand that are due at once costs more than the looks.
struct LookQueue<ID> {
    /// At one time, of each kind.
    static var ofOneKind: Int { 32 }
    /// At one time, at one place.
    static var atOnePlace: Int { 4 }
    /// In one go.
    static var ofOneGo: Int { 16 }

    private var waiting: [LookPlace: [(id: ID, isQuick: Bool)]] = [:]
    /// Places at which somebody waits, the next one first.
    private var turns: [LookPlace.Kind: [LookPlace]] = [:]
    private var running: [LookPlace: Int] = [:]
    private var runningOfKind: [LookPlace.Kind: Int] = [:]

    /// - Parameter isQuick: whether it took no time when it was taken last.
    mutating func add(_ id: ID, at place: LookPlace, isQuick: Bool = false) {
        if waiting[place] == nil { turns[place.kind, default: []].append(place) }
        waiting[place, default: []].append((id, isQuick))
    }

    /// The next looks that may begin, in one go, which counts as begun from now on; nil: none for
    /// now. O(places of its kind).
    mutating func next() -> (ids: [ID], place: LookPlace)? {
        for (kind, places) in turns where runningOfKind[kind, default: 0] < Self.ofOneKind {
            guard
                let index = places.firstIndex(where: { running[$0, default: 0] < Self.atOnePlace })
            else { continue }
            let place = places[index]
            turns[kind]?.remove(at: index)
            guard let waiters = waiting.removeValue(forKey: place), !waiters.isEmpty else {
                continue
            }
            let quick = waiters.prefix(Self.ofOneGo).prefix { $0.isQuick }.count
            let count = max(1, quick)
            if count < waiters.count {
                waiting[place] = Array(waiters[count...])
                turns[kind]?.append(place)
            }
            running[place, default: 0] += 1
            runningOfKind[kind, default: 0] += 1
            return (waiters[..<count].map(\.id), place)
        }
        return nil
    }

    /// What had begun in one go is over.
    mutating func finished(at place: LookPlace) {
        runningOfKind[place.kind, default: 1] -= 1
        running[place, default: 1] -= 1
        if running[place] == 0 { running[place] = nil }
    }
}
