public import JSONText

/// Reads PostgreSQL's `EXPLAIN (FORMAT JSON)`, with or without ANALYZE, BUFFERS and VERBOSE.
///
/// PostgreSQL gives rows and times as the mean of a node's loops. Here they are sums over all loops,
/// and the time of a parallel part is that of a mean process, so that it compares with its parents.
public enum PostgresPlanReader {
    public static func read(_ json: JSONValue, query: String) throws(PlanReadingError) -> QueryPlan
    {
        guard let entry = json.elements.first ?? (json["Plan"] != nil ? json : nil),
            let root = entry["Plan"], root["Node Type"]?.string != nil
        else { throw PlanReadingError(what: "it holds no 'Plan'") }
        var builder = PlanBuilder()
        var times = TimesOfNodes()
        // Pairs of a node and the number of processes that ran it; nil ends the one before.
        var pending: [(JSONValue, processes: Double)?] = [(root, 1)]
        while let next = pending.popLast() {
            guard let (json, processes) = next else {
                builder.end()
                continue
            }
            let node = node(json, processes: processes)
            times.add(json, node)
            builder.begin(node)
            pending.append(nil)
            let children = json["Plans"]?.elements ?? []
            let below = processesBelow(json, children, processes)
            for child in children.reversed() { pending.append((child, below)) }
        }
        let total = entry["Execution Time"]?.double
        var plan = builder.plan(
            engine: "postgresql", query: query, totalMS: total ?? entry["Total Runtime"]?.double,
            planningMS: entry["Planning Time"]?.double, notes: notes(entry))
        if plan.nodes[0].inclusiveMS != nil { times.setExclusive(in: &plan) }
        return plan
    }

    /// How many processes ran what is below a node: all those that began the child of a gather.
    private static func processesBelow(
        _ json: JSONValue, _ children: [JSONValue], _ processes: Double
    ) -> Double {
        guard json["Node Type"]?.string?.hasPrefix("Gather") == true,
            let loops = children.first?["Actual Loops"]?.double
        else { return processes }
        return max(1, loops / max(1, json["Actual Loops"]?.double ?? 1))
    }

    private static func node(_ json: JSONValue, processes: Double) -> PlanNode {
        var node = PlanNode(
            operation: PostgresWords.operation(json), object: PostgresWords.object(json),
            detail: PostgresWords.detail(json))
        let loops = json["Actual Loops"]?.double
        let runs = max(1, loops ?? 1)
        node.loops = loops
        node.estimatedRows = json["Plan Rows"]?.double.map { $0 * runs }
        if let loops {
            node.actualRows = json["Actual Rows"]?.double.map { ($0 * loops).rounded() }
            // A branch of a parallel append may have run in one process only.
            let sharing = max(1, min(processes, loops))
            node.inclusiveMS = json["Actual Total Time"]?.double.map { $0 * loops / sharing }
            let removed = [
                "Rows Removed by Filter", "Rows Removed by Join Filter",
                "Rows Removed by Index Recheck",
            ].compactMap { json[$0]?.double }
            if !removed.isEmpty { node.removedRows = (removed.reduce(0, +) * loops).rounded() }
        }
        addWork(json, to: &node)
        node.facts = PostgresWords.facts(json)
        return node
    }

    private static func addWork(_ json: JSONValue, to node: inout PlanNode) {
        func whole(_ keys: String...) -> Int64 { keys.reduce(0) { $0 + (json[$1]?.count ?? 0) } }
        if json["Shared Hit Blocks"] != nil {
            node.buffers = PlanNode.Buffers(
                hit: whole("Shared Hit Blocks", "Local Hit Blocks"),
                read: whole("Shared Read Blocks", "Local Read Blocks"),
                written: whole("Shared Written Blocks", "Local Written Blocks"),
                temporary: whole("Temp Read Blocks", "Temp Written Blocks"))
        }
        // Version 17 tells blocks of local tables apart.
        let io = [
            "I/O Read Time", "I/O Write Time", "Shared I/O Read Time", "Shared I/O Write Time",
            "Local I/O Read Time", "Local I/O Write Time", "Temp I/O Read Time",
            "Temp I/O Write Time",
        ].compactMap { json[$0]?.double }
        if !io.isEmpty { node.ioMS = io.reduce(0, +) }
        // In KiB; kept as they are added up in Double, which no file can make overflow.
        var space = Space(json)
        for worker in json["Workers"]?.elements ?? [] { space.add(Space(worker)) }
        // A hash in batches keeps all but one of them in files.
        let batches = json["Hash Batches"]?.double ?? 1
        if batches > 1 { space.disk += (json["Peak Memory Usage"]?.double ?? 0) * (batches - 1) }
        node.memoryBytes = space.bytes(space.memory)
        node.spillBytes = space.bytes(space.disk)
        node.workersPlanned = json["Workers Planned"]?.count.map { Int($0) }
        node.workersLaunched = json["Workers Launched"]?.count.map { Int($0) }
        if whole("Lossy Heap Blocks") > 0 { node.badges.append(.lossyBitmap) }
        let fetched = Double(whole("Heap Fetches"))
        if fetched >= 1_000, fetched * 2 >= (node.actualRows ?? 0) {
            node.badges.append(.heapFetches)
        }
    }

    /// What a node, or one process of it, took for sorts and hashes, in KiB.
    private struct Space {
        var memory = 0.0
        var disk = 0.0

        init(_ json: JSONValue) {
            memory = json["Peak Memory Usage"]?.double ?? 0
            disk = json["Disk Usage"]?.double ?? 0
            let used = json["Sort Space Used"]?.double ?? 0
            if json["Sort Space Type"]?.string == "Disk" { disk += used } else { memory += used }
            // An incremental sort sorts group by group.
            for key in ["Full-sort Groups", "Pre-sorted Groups"] {
                let peak = "Peak Sort Space Used"
                memory += json[key]?["Sort Space Memory"]?[peak]?.double ?? 0
                disk += json[key]?["Sort Space Disk"]?[peak]?.double ?? 0
            }
        }

        mutating func add(_ other: Space) {
            memory += other.memory
            disk += other.disk
        }

        /// Nil for nothing.
        func bytes(_ kibibytes: Double) -> Int64? {
            kibibytes > 0 ? Int64(min(kibibytes, 0x1p52) * 1_024) : nil
        }
    }

    private static func notes(_ entry: JSONValue) -> [String] {
        var notes: [String] = []
        for trigger in entry["Triggers"]?.elements ?? [] {
            guard let time = trigger["Time"]?.double else { continue }
            let name =
                trigger["Trigger Name"]?.string ?? trigger["Constraint Name"]?.string ?? "a trigger"
            let calls = trigger["Calls"]?.double ?? 0
            notes.append(
                "Trigger \(name): \(PlanNumber.text(time)) ms in \(PlanNumber.text(calls)) calls, "
                    + "part of the total.")
        }
        if let time = entry["JIT"]?["Timing"]?["Total"]?.double {
            notes.append(
                "Compiling expressions (JIT) took \(PlanNumber.text(time)) ms; it is part of the "
                    + "nodes' times.")
        }
        if let time = entry["Serialization"]?["Time"]?.double {
            notes.append(
                "Writing the rows out (SERIALIZE) took \(PlanNumber.text(time)) ms, part of the "
                    + "total.")
        }
        if let settings = entry["Settings"]?.planText, !settings.isEmpty {
            notes.append("Settings that are not the default: \(settings).")
        }
        return notes
    }
}
