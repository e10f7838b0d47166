/// The data sets of an application.
///
/// Applications may have 100,000 of them, described again with every job: they lie side by side, and
/// an id is found without hashing.
public struct SparkRDDs: Sendable {
    /// In the order in which the log names them first.
    public private(set) var values: [SparkRDD] = []
    private var places = IdentifierTable()

    init() {}

    public var count: Int { values.count }

    public subscript(id: Int) -> SparkRDD? { place(of: id).map { values[$0] } }

    /// The position in ``values`` of the data set with `id`.
    public func place(of id: Int) -> Int? { places[Int64(id)] }

    /// - Precondition: it is not there yet.
    mutating func append(_ rdd: SparkRDD) {
        places.set(Int64(rdd.id), to: values.count)
        values.append(rdd)
    }

    /// Changes the data set with `id`; false where there is none.
    mutating func change(_ id: Int, _ body: (inout SparkRDD) -> Void) -> Bool {
        guard let place = place(of: id) else { return false }
        body(&values[place])
        return true
    }
}

extension SparkRDDs: IndexCoded {
    static var blank: SparkRDDs { SparkRDDs() }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&values)
        guard coder.isReading else { return }
        for (place, rdd) in values.enumerated() { places.set(Int64(rdd.id), to: place) }
    }
}
