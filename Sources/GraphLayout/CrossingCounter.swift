/// Counts crossings of two orders with a tree of prefix sums (Barth, Mutzel, Jünger 2004).
struct CrossingCounter {
    private let neighbours: LayerNeighbours
    private var tree: [Int] = []
    private var places: [(place: Int32, weight: Int32)] = []

    init(_ neighbours: LayerNeighbours) { self.neighbours = neighbours }

    /// The crossings between `rank` and the next one, each with the product of both weights.
    mutating func count(_ order: LayerOrder, _ rank: Int) -> Int {
        let size = order.range(rank + 1).count
        guard size > 1, order.range(rank).count > 1 else { return 0 }
        tree.removeAll(keepingCapacity: true)
        tree.append(contentsOf: repeatElement(0, count: size + 1))
        var crossings = 0
        var total = 0
        for index in order.range(rank) {
            places.removeAll(keepingCapacity: true)
            for entry in neighbours.downRange(Int(order.vertices[index])) {
                places.append(
                    (order.places[Int(neighbours.down[entry])], neighbours.downWeight[entry]))
            }
            for (place, weight) in places {
                var notPast = 0
                var node = Int(place) + 1
                while node > 0 {
                    notPast += tree[node]
                    node &= node - 1
                }
                crossings += (total - notPast) * Int(weight)
            }
            for (place, weight) in places {
                total += Int(weight)
                var node = Int(place) + 1
                while node <= size {
                    tree[node] += Int(weight)
                    node += node & -node
                }
            }
        }
        return crossings
    }
}
