import Domain
import GraphPicture
import Screen

// Where the cursor stands, and which part of the drawing is in sight.
extension GraphPane {
    static func move(_ state: inout State, _ step: GraphPicture.Step) {
        guard let cursor = state.cursor,
            let next = state.drawing?.neighbour(of: cursor, step)
        else { return }
        place(&state, on: next)
    }

    /// Puts the cursor on `node` because the user wants it there.
    static func place(_ state: inout State, on node: GraphNodeID) {
        state.cursor = node
        state.isFollowing = false
        reveal(&state)
    }

    /// Puts the cursor on the node at a place of the pane: a click; false where there is none.
    static func moveCursor(_ state: inout State, to place: Point) -> Bool {
        guard let drawing = state.drawing else { return false }
        let origin = origin(state, drawing, in: state.size.height)
        let point = Point(x: place.x + origin.x, y: place.y + origin.y)
        guard let node = drawing.node(at: point) else { return false }
        Self.place(&state, on: node)
        return true
    }

    static func moveToFailed(_ state: inout State, _ model: Model, step: Int) {
        let failed = model.tasks.filter { $0.state.isFailure || $0.state == .upForRetry }
        guard !failed.isEmpty, let drawing = state.drawing else { return }
        let order = drawing.nodes
        let current = state.cursor.flatMap { drawing.number(of: $0) } ?? 0
        let targets = failed.compactMap { drawing.node(of: $0.id) }
            .compactMap { drawing.number(of: $0) }.sorted()
        let next =
            step > 0
            ? targets.first { $0 > current } ?? targets.first
            : targets.last { $0 < current } ?? targets.last
        if let next { place(&state, on: order[next]) }
    }

    /// Goes to the next task whose name holds `text`, or the first of a group whose name does; false
    /// where there is none. With a step of 0 the name must be the whole of it, or its beginning.
    static func find(_ state: inout State, _ text: String, _ model: Model, step: Int) -> Bool {
        guard !text.isEmpty, let drawing = state.drawing else { return false }
        let wanted = text.lowercased()
        let names = model.tasks.map { $0.id.name.lowercased() }
        let hits: [Int]
        if step == 0 {
            hits =
                names.indices.filter { names[$0] == wanted }
                + names.indices.filter { names[$0].hasPrefix(wanted) }
        } else {
            state.lastSearch = text
            var known: Set<GroupID> = []
            hits = names.indices.filter { index in
                let group = model.tasks[index].group
                let isFirst = group.map { known.insert($0).inserted } ?? false
                return names[index].contains(wanted)
                    || isFirst && group?.name.lowercased().contains(wanted) == true
            }
        }
        guard let firstHit = hits.first, let lastHit = hits.last else { return false }
        let current = model.tasks.firstIndex { $0.id == state.cursorTask } ?? -1
        let hit: Int
        switch step {
        case 0: hit = firstHit
        case 1...: hit = hits.first { $0 > current } ?? firstHit
        default: hit = hits.last { $0 < current } ?? lastHit
        }
        guard let node = drawing.node(of: model.tasks[hit].id) else { return false }
        place(&state, on: node)
        return true
    }

    /// Lets the cursor follow what happens: the task that began last, or the first failure of a
    /// run that has ended; keeps it on a node that exists.
    static func settleCursor(_ state: inout State, _ model: Model) {
        guard let drawing = state.drawing else { return }
        // In the lists a task has its row even where the graph hides it.
        if state.view != .graph, !state.isFollowing, state.awaitedTask == nil,
            let task = state.cursorTask, model.task(task) != nil
        {
            return
        }
        if let task = state.awaitedTask, model.isLoaded, let node = drawing.node(of: task) {
            state.awaitedTask = nil
            place(&state, on: node)
            return
        }
        if state.isFollowing, let task = liveliest(model), let node = drawing.node(of: task) {
            if node != state.cursor {
                state.cursor = node
                reveal(&state)
            }
            return
        }
        if let cursor = state.cursor, drawing.rect(of: cursor) != nil { return }
        if case .task(let task) = state.cursor, let node = drawing.node(of: task) {
            state.cursor = node
        } else {
            state.cursor = drawing.nodes.first
        }
        reveal(&state)
    }

    private static func liveliest(_ model: Model) -> TaskID? {
        let running = model.tasks.filter { $0.state == .running }
        if let newest = running.max(by: { ($0.startedAt, $1.id) < ($1.startedAt, $0.id) }) {
            return newest.id
        }
        if let failed = model.tasks.first(where: { $0.state == .failed }) { return failed.id }
        let ended = model.tasks.filter { $0.endedAt != nil }
        return ended.max { ($0.endedAt, $0.id) < ($1.endedAt, $1.id) }?.id ?? model.tasks.first?.id
    }

    /// Moves the drawing as little as brings the cursor's node into sight with some room around.
    static func reveal(_ state: inout State) {
        guard let drawing = state.drawing, let cursor = state.cursor,
            let rect = drawing.rect(of: cursor), !Rect(state.size).isEmpty
        else { return }
        state.origin.x = scrolled(
            state.origin.x, start: rect.x, length: rect.width, room: state.size.width,
            total: drawing.size.width, margin: 6)
        // Where a box does not fit, its name in the middle row is what there is to see.
        let hidden = rect.height > state.size.height ? rect.height / 2 : 0
        state.origin.y = scrolled(
            state.origin.y, start: rect.y + hidden, length: rect.height - hidden,
            room: state.size.height, total: drawing.size.height, margin: 1)
        settleMiniMap(&state)
    }

    private static func scrolled(
        _ origin: Int, start: Int, length: Int, room: Int, total: Int, margin: Int
    ) -> Int {
        guard total > room else { return 0 }
        let margin = min(margin, max(0, room - length) / 2)
        let length = min(length, room)
        var origin = origin
        if start - margin < origin { origin = start - margin }
        if start + length + margin > origin + room { origin = start + length + margin - room }
        return min(max(0, origin), total - room)
    }

    static func centre(_ state: inout State) {
        guard let cursor = state.cursor, let rect = state.drawing?.rect(of: cursor) else { return }
        let x = rect.x + rect.width / 2 - state.size.width / 2
        let y = rect.y + rect.height / 2 - state.size.height / 2
        state.origin = Point(x: x, y: y)
        pan(&state, columns: 0, rows: 0)
    }

    static func pan(_ state: inout State, columns: Int, rows: Int) {
        guard let size = state.drawing?.size else { return }
        let right = max(0, size.width - state.size.width)
        let bottom = max(0, size.height - state.size.height)
        state.origin.x = min(max(0, state.origin.x + columns), right)
        state.origin.y = min(max(0, state.origin.y + rows), bottom)
        settleMiniMap(&state)
    }

    static func resize(_ state: inout State, to size: Size) {
        guard size != state.size else { return }
        state.size = size
        pan(&state, columns: 0, rows: 0)
        reveal(&state)
    }
}

private func < (left: (Instant?, TaskID), right: (Instant?, TaskID)) -> Bool {
    switch (left.0, right.0) {
    case (nil, nil): left.1 < right.1
    case (nil, _): true
    case (_, nil): false
    case (let one?, let other?): one == other ? left.1 < right.1 : one < other
    }
}
