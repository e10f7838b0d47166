import SparkLog

/// The data sets of an application by position: what each is made of and which stages list it.
///
/// Rules ask this of every stage; asking the application's table for whole data sets would copy
/// their texts each time. One pass over the data sets and one over the stages' lists.
struct RDDLineage: Sendable {
    struct Marks: OptionSet, Sendable {
        let rawValue: UInt8
        static let persisted = Marks(rawValue: 1)
        /// Made by Python code.
        static let python = Marks(rawValue: 2)
        /// Computing it costs nothing: a collection of the program, or a shuffle that is there.
        static let free = Marks(rawValue: 4)
        /// Pairs every element of one with every element of another.
        static let cartesian = Marks(rawValue: 8)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ rdd: SparkRDD) {
            self = rdd.isPersisted ? .persisted : []
            switch rdd.name {
            case "PythonRDD": insert(.python)
            case "CartesianRDD": insert(.cartesian)
            case "ParallelCollectionRDD", "ShuffledRDD", "ShuffledRowRDD": insert(.free)
            default: break
            }
        }
    }

    /// Ids by position, ascending.
    let ids: [Int]
    let marks: [Marks]
    private let parents: PositionLists
    private let listed: PositionLists

    init(_ application: SparkApplication, stages: [StageProfile]) {
        let rdds = application.rdds
        let ids = Self.ascending(rdds)
        func position(_ id: Int) -> Int32? {
            // Ids mostly count from 0 without a gap.
            if id >= 0, id < ids.count, ids[id] == id { return Int32(id) }
            var low = 0
            var high = ids.count
            while low < high {
                let middle = (low + high) / 2
                if ids[middle] < id { low = middle + 1 } else { high = middle }
            }
            return low < ids.count && ids[low] == id ? Int32(low) : nil
        }
        var marks: [Marks] = []
        var parents = PositionLists()
        marks.reserveCapacity(ids.count)
        for id in ids {
            guard let place = rdds.place(of: id) else { continue }
            marks.append(Marks(rdds.values[place]))
            parents.append(rdds.values[place].parents, position)
        }
        var listed = PositionLists()
        for stage in stages { listed.append(application.stages[stage.index].rdds, position) }
        self.ids = ids
        self.marks = marks
        self.parents = parents
        self.listed = listed
    }

    /// The ids of all data sets, which mostly come in their order.
    private static func ascending(_ rdds: SparkRDDs) -> [Int] {
        let ids = rdds.values.indices.map { rdds.values[$0].id }
        return zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 } ? ids : ids.sorted()
    }

    /// Positions of the data sets that a stage lists.
    ///
    /// - Parameter place: the stage's place in the profile's list.
    func rdds(ofStage place: Int) -> ArraySlice<Int32> { listed[place] }

    /// Positions of what a stage's tasks compute: what lies behind a persisted data set is read, not
    /// computed.
    ///
    /// - Parameter place: the stage's place in the profile's list.
    func computed(byStage place: Int) -> [Int32] {
        let own = listed[place]
        let isListed = Set(own)
        var isParent: Set<Int32> = []
        for rdd in own { isParent.formUnion(parents[Int(rdd)]) }
        var open = own.filter { !isParent.contains($0) }
        var found: Set<Int32> = []
        while let rdd = open.popLast() {
            guard !marks[Int(rdd)].contains(.persisted), found.insert(rdd).inserted else {
                continue
            }
            open.append(contentsOf: parents[Int(rdd)].filter(isListed.contains))
        }
        return found.filter { !marks[Int($0)].contains(.free) }.sorted()
    }
}

/// Lists of positions, one behind the other in one piece of memory.
private struct PositionLists: Sendable {
    private var all: [Int32] = []
    private var ends: [Int32] = []

    mutating func append(_ ids: [Int], _ position: (Int) -> Int32?) {
        for id in ids {
            if let place = position(id) { all.append(place) }
        }
        ends.append(Int32(all.count))
    }

    subscript(_ index: Int) -> ArraySlice<Int32> {
        all[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])]
    }
}
