/// One operator of a plan, whatever the engine.
///
/// Figures that the engine does not know are nil, never zero.
public struct PlanNode: Hashable, Sendable {
    /// A further word of the engine about the operator, as it wrote it.
    public struct Fact: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Blocks that an operator touched, those of the operators below it included.
    public struct Buffers: Hashable, Sendable {
        /// Found in the engine's own cache.
        public var hit: Int64
        /// Asked from the operating system.
        public var read: Int64
        public var written: Int64
        /// Of temporary files: read and written.
        public var temporary: Int64

        public init(hit: Int64, read: Int64, written: Int64, temporary: Int64) {
            self.hit = hit
            self.read = read
            self.written = written
            self.temporary = temporary
        }
    }

    /// In the engine's words: `Hash Left Join`, `SCAN`, `HASH_GROUP_BY`.
    public var operation: String
    /// The table, index, function or subquery that it works on.
    public var object: String?
    /// Conditions, keys and methods in one line.
    public var detail: String?
    public var facts: [Fact] = []
    /// Its place in ``QueryPlan/nodes``; nil for the root.
    public internal(set) var parent: Int?
    /// 0 for the root.
    public internal(set) var depth = 0
    /// The node behind its last descendant.
    public internal(set) var end = 0
    /// Rows that the planner expects, of all loops together.
    public var estimatedRows: Double?
    /// Rows that it gave, of all loops and workers together.
    public var actualRows: Double?
    /// How often it was begun, in all workers together; 0: never.
    public var loops: Double?
    /// Milliseconds with everything below it. In parallel parts the mean of the processes, so that
    /// it compares with the time on the wall; DuckDB: the sum of all threads.
    public var inclusiveMS: Double?
    /// Milliseconds of its own.
    public var exclusiveMS: Double?
    public var buffers: Buffers?
    /// Milliseconds spent reading and writing blocks, where the server measures them.
    public var ioMS: Double?
    /// Rows that its conditions dropped, of all loops together.
    public var removedRows: Double?
    public var memoryBytes: Int64?
    /// Bytes that did not fit into memory and went to disk.
    public var spillBytes: Int64?
    public var workersPlanned: Int?
    public var workersLaunched: Int?
    public var badges: [PlanBadge] = []

    public init(operation: String, object: String? = nil, detail: String? = nil) {
        self.operation = operation
        self.object = object
        self.detail = detail
    }

    /// Whether the engine measured it and it never ran.
    public var isNeverExecuted: Bool { loops == 0 }

    /// The operator and what it works on.
    public var title: String { object.map { operation + " " + $0 } ?? operation }
}
