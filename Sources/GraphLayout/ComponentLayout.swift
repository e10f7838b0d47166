/// One connected part laid out by itself: places across and along the ranks, whichever way these
/// run in the picture.
struct ComponentLayout {
    /// A place by its distance along the edges' direction and across it.
    struct Place: Equatable {
        var along: Int32
        var across: Int32
    }

    /// What a node takes along and across.
    struct NodeSize {
        var along: Int32
        var across: Int32
    }

    let ranks: [Int32]
    /// Each node's first cell.
    private(set) var nodePlaces: [Place] = []
    private(set) var edgeStarts: [Int32] = [0]
    private(set) var edgePoints: [Place] = []
    private(set) var along: Int32 = 0
    private(set) var across: Int32 = 0

    init(_ graph: ComponentGraph, sizes: [NodeSize], options: GraphLayout.Options, effort: Int) {
        let plan = RankSpreading.plan(for: graph, effort: effort)
        let (layered, order) = (plan.layered, plan.order)
        ranks = plan.ranks
        var acrossSizes = [Int32](repeating: 1, count: layered.placedCount)
        for node in 0..<graph.nodeCount { acrossSizes[node] = sizes[node].across }
        // Rows without gaps leave no room for detours; where one is needed, make some.
        for extra in 0...1 {
            var rows = CoordinateAssignment.rows(
                of: layered, order: order, sizes: acrossSizes, nodeGap: options.nodeGap + extra,
                lineGap: options.lineGap + extra)
            rows += Self.laneRows(
                layered, below: zip(rows, acrossSizes).map { $0 + $1 }.max() ?? 0)
            let lacksRows = place(graph, layered, rows, sizes)
            guard lacksRows, options.nodeGap == 0, sizes.contains(where: { $0.across == 1 })
            else { break }
        }
    }

    /// Lanes run below everything; those that touch no common channel share a row.
    private static func laneRows(_ layered: LayeredGraph, below: Int32) -> [Int32] {
        var ends: [Int32] = []
        let spans = layered.laneSpans
        var result = [Int32](repeating: 0, count: spans.count)
        for lane in spans.indices.sorted(by: {
            (spans[$0].lowerBound, $0) < (spans[$1].lowerBound, $1)
        }) {
            let span = spans[lane]
            let row = ends.firstIndex { $0 < span.lowerBound } ?? ends.count
            if row == ends.count { ends.append(0) }
            ends[row] = span.upperBound
            result[lane] = below + 1 + Int32(row)
        }
        return result
    }

    /// Says whether a detour had to leave the rows of the nodes.
    private mutating func place(
        _ graph: ComponentGraph, _ layered: LayeredGraph, _ rows: [Int32], _ sizes: [NodeSize]
    ) -> Bool {
        (nodePlaces, edgeStarts, edgePoints, across) = ([], [0], [], 0)
        var lacksRows = false
        let segmentCount = layered.segmentFrom.count
        let byChannel = Rows.build(
            count: max(1, layered.rankCount), keys: layered.segmentChannel,
            values: (0..<Int32(segmentCount)).map { $0 })
        var depth = [Int32](repeating: 1, count: layered.rankCount)
        for node in 0..<graph.nodeCount {
            depth[Int(ranks[node])] = max(depth[Int(ranks[node])], sizes[node].along)
        }
        var rankStart = [Int32](repeating: 0, count: layered.rankCount)
        var trackStart = rankStart
        var turns = [ChannelRouting.Turn](repeating: .straight, count: segmentCount)
        for rank in 0..<layered.rankCount {
            let end = rankStart[rank] + depth[rank]
            trackStart[rank] = end + 1
            along = end
            guard rank + 1 < layered.rankCount else { break }
            let segments = byChannel.list[
                Int(byChannel.starts[rank])..<Int(byChannel.starts[rank + 1])]
            let routing = ChannelRouting(
                segments.map { segment in
                    let (from, to) = (
                        layered.segmentFrom[Int(segment)], layered.segmentTo[Int(segment)]
                    )
                    return ChannelRouting.Wire(
                        from: from, to: to, fromRow: rows[Int(from)], toRow: rows[Int(to)])
                })
            lacksRows = lacksRows || routing.lacksRows
            for (index, segment) in segments.enumerated() {
                turns[Int(segment)] = routing.turn(index)
            }
            rankStart[rank + 1] = end + 2 + max(1, routing.trackCount)
        }
        for node in 0..<graph.nodeCount {
            nodePlaces.append(
                Place(
                    along: rankStart[Int(ranks[node])],
                    across: rows[node] - (sizes[node].across - 1) / 2))
        }
        for edge in 0..<graph.edgeCount {
            draw(edge, graph, layered, rows, turns, trackStart, sizes)
        }
        shiftToOrigin(sizes)
        return lacksRows
    }

    private mutating func draw(
        _ edge: Int, _ graph: ComponentGraph, _ layered: LayeredGraph, _ rows: [Int32],
        _ turns: [ChannelRouting.Turn], _ trackStart: [Int32], _ sizes: [NodeSize]
    ) {
        let (from, to) = (Int(graph.edgeFrom[edge]), Int(graph.edgeTo[edge]))
        edgePoints.append(
            Place(along: nodePlaces[from].along + sizes[from].along - 1, across: rows[from]))
        layered.segments(ofEdge: edge, graph) { segment in
            let start = trackStart[Int(layered.segmentChannel[segment])]
            let (before, after) = (
                rows[Int(layered.segmentFrom[segment])], rows[Int(layered.segmentTo[segment])]
            )
            switch turns[segment] {
            case .straight: break
            case .once(let track):
                edgePoints.append(Place(along: start + track, across: before))
                edgePoints.append(Place(along: start + track, across: after))
            case .twice(let first, let row, let second):
                edgePoints.append(Place(along: start + first, across: before))
                edgePoints.append(Place(along: start + first, across: row))
                edgePoints.append(Place(along: start + second, across: row))
                edgePoints.append(Place(along: start + second, across: after))
            }
        }
        edgePoints.append(Place(along: nodePlaces[to].along, across: rows[to]))
        edgeStarts.append(Int32(edgePoints.count))
    }

    /// Detours may have left the rows of the nodes.
    private mutating func shiftToOrigin(_ sizes: [NodeSize]) {
        var top = Int32.max
        for place in nodePlaces { top = min(top, place.across) }
        for point in edgePoints { top = min(top, point.across) }
        for index in nodePlaces.indices {
            nodePlaces[index].across -= top
            across = max(across, nodePlaces[index].across + sizes[index].across)
        }
        for index in edgePoints.indices {
            edgePoints[index].across -= top
            across = max(across, edgePoints[index].across + 1)
        }
    }
}
