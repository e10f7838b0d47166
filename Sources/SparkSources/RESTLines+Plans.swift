import SparkLog

extension RESTLines {
    /// The tree of nodes that the API gives as a list with edges from children to parents.
    mutating func plan(
        _ query: [String: Any], _ values: inout [[Int64]]
    ) -> [String: Any]? {
        let nodes = query["nodes"] as? [[String: Any]] ?? []
        let edges = query["edges"] as? [[String: Any]] ?? []
        var children: [Int: [Int]] = [:]
        var hasParent: Set<Int> = []
        for edge in edges {
            guard let from = edge["fromId"] as? Int, let to = edge["toId"] as? Int else { continue }
            children[to, default: []].append(from)
            hasParent.insert(from)
        }
        var byID: [Int: [String: Any]] = [:]
        for node in nodes { if let number = node["nodeId"] as? Int { byID[number] = node } }
        var metric = nextMetric
        defer { nextMetric = metric }
        var seen: Set<Int> = []
        func tree(_ number: Int, depth: Int) -> [String: Any]? {
            // Bad edges could make a ring.
            guard depth < 500, seen.insert(number).inserted, let node = byID[number] else {
                return nil
            }
            var metrics: [[String: Any]] = []
            for told in node["metrics"] as? [[String: Any]] ?? [] {
                guard let name = told["name"] as? String,
                    let value = Self.value(told["value"] as? String ?? "")
                else { continue }
                metrics.append(["name": name, "accumulatorId": metric, "metricType": value.kind])
                values.append([metric, value.number])
                metric += 1
            }
            let name = node["nodeName"] as? String ?? ""
            return [
                "nodeName": name, "simpleString": name, "metadata": [String: String](),
                "metrics": metrics,
                "children": (children[number] ?? []).compactMap { tree($0, depth: depth + 1) },
            ]
        }
        let roots = byID.keys.filter { !hasParent.contains($0) && children[$0] != nil }
        guard let root = roots.min() ?? byID.keys.min() else { return nil }
        return tree(root, depth: 0)
    }

    /// The total of a metric as the UI writes it: `1,024`, or a size or time in its second line.
    static func value(_ text: String) -> (number: Int64, kind: String)? {
        let line = text.split(separator: "\n").last.map(String.init) ?? ""
        let total = line.prefix { $0 != "(" }.filter { $0 != "," }
        let words = total.split(separator: " ")
        guard let first = words.first, let number = Double(first), abs(number) < 1e15 else {
            return nil
        }
        guard words.count > 1 else { return (Int64(number), "sum") }
        func bounded(_ number: Double) -> Int64 { Int64(max(-9e18, min(9e18, number))) }
        let sizes = ["B": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40, "PiB": 50, "EiB": 60]
        if let power = sizes[String(words[1])] {
            return (bounded(number * Double(1 << power)), "size")
        }
        let times = ["ms": 1.0, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000]
        if let factor = times[String(words[1])] { return (bounded(number * factor), "timing") }
        return (Int64(number), "sum")
    }
}
