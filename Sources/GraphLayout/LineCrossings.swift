import Domain

/// Counts what a reader's eye has to untangle in drawn lines, whoever drew them.
public struct LineCrossings: Equatable, Sendable {
    /// A line between two nodes.
    public struct Line: Sendable {
        public var from: Int
        public var to: Int
        /// Corners as x and y, in any unit.
        public var points: [SIMD2<Double>]

        public init(from: Int, to: Int, points: [SIMD2<Double>]) {
            self.from = from
            self.to = to
            self.points = points
        }
    }

    /// Pairs of lines without a common end, pieces of which cross inside both pieces.
    public private(set) var crossing = 0
    /// Pairs of lines without a common end that touch otherwise: in a corner, an end, or along a
    /// stretch; whether or not they cross elsewhere.
    public private(set) var touching = 0

    /// O(lines² × pieces²) at worst, less where their surrounding boxes are apart.
    public init(_ lines: [Line]) {
        let boxes = lines.map { line in
            line.points.reduce(
                (
                    low: SIMD2(repeating: Double.infinity),
                    high: SIMD2(repeating: -Double.infinity)
                )
            ) {
                (pointwiseMin($0.low, $1), pointwiseMax($0.high, $1))
            }
        }
        for first in lines.indices {
            for second in lines.indices[(first + 1)...] {
                let (a, b) = (lines[first], lines[second])
                guard a.from != b.from, a.to != b.to, a.from != b.to, a.to != b.from else {
                    continue
                }
                guard all(boxes[first].low .<= boxes[second].high),
                    all(boxes[second].low .<= boxes[first].high)
                else { continue }
                let (crosses, touches) = Self.compare(a.points, b.points)
                if crosses { crossing += 1 }
                if touches { touching += 1 }
            }
        }
    }

    private static func compare(
        _ a: [SIMD2<Double>], _ b: [SIMD2<Double>]
    ) -> (crosses: Bool, touches: Bool) {
        var (crosses, touches) = (false, false)
        for (p, q) in zip(a, a.dropFirst()) {
            for (r, s) in zip(b, b.dropFirst()) {
                let (d1, d2) = (side(r, s, p), side(r, s, q))
                let (d3, d4) = (side(p, q, r), side(p, q, s))
                if d1 * d2 < 0 && d3 * d4 < 0 {
                    crosses = true
                } else if (d1 == 0 && isBetween(p, r, s)) || (d2 == 0 && isBetween(q, r, s))
                    || (d3 == 0 && isBetween(r, p, q)) || (d4 == 0 && isBetween(s, p, q))
                {
                    touches = true
                }
            }
        }
        return (crosses, touches)
    }

    /// The sign tells on which side of the line through `a` and `b` the point lies.
    private static func side(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ point: SIMD2<Double>)
        -> Double
    {
        (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
    }

    private static func isBetween(
        _ point: SIMD2<Double>, _ a: SIMD2<Double>, _ b: SIMD2<Double>
    ) -> Bool {
        all(pointwiseMin(a, b) .<= point) && all(point .<= pointwiseMax(a, b))
    }
}

extension LineCrossings {
    /// Those of a layout's edges.
    public init(_ layout: GraphLayout) {
        self.init(
            layout.edges.indices.map { edge in
                Line(
                    from: layout.edges[edge].from, to: layout.edges[edge].to,
                    points: layout.points(ofEdge: edge).map { SIMD2(Double($0.x), Double($0.y)) })
            })
    }
}
