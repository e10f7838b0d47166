import SparkLog

extension RESTLines {
    /// The tree of nodes that the API gives as a list with edges from children to parents.
    ///
    /// - Parameter values: takes the totals of metrics.
    mutating func plan(_ query: Object, _ values: inout [[Int64]]) -> Object? {
        let nodes = query["nodes"] as? [Object] ?? []
        let edges = query["edges"] as? [Object] ?? []
        var children: [Int: [Int]] = [:]
        var hasParent: Set<Int> = []
        for edge in edges {
            guard let from = edge["fromId"] as? Int, let to = edge["toId"] as? Int else { continue }
            children[to, default: []].append(from)
            hasParent.insert(from)
        }
        var byID: [Int: Object] = [:]
        for node in nodes { if let number = node["nodeId"] as? Int { byID[number] = node } }
        let clusters = byID.filter { Self.name($0.value).hasPrefix("WholeStageCodegen (") }
        var seen: Set<Int> = []
        func tree(_ number: Int, in cluster: Int?, depth: Int) -> Object? {
            // Bad edges could make a ring.
            guard depth < 500, seen.insert(number).inserted, let node = byID[number] else {
                return nil
            }
            // Code that is made for several nodes is a node of the list without an edge, right
            // before the uppermost of them.
            let own = node["wholeStageCodegenId"] as? Int
            var around: Object?
            if let own, own != cluster, let code = clusters[number - 1],
                Self.name(code) == "WholeStageCodegen (\(own))", seen.insert(number - 1).inserted
            {
                around = code
            }
            let inner = (children[number] ?? []).compactMap { tree($0, in: own, depth: depth + 1) }
            let made = described(node, inner, &values)
            return around.map { described($0, [made], &values) } ?? made
        }
        let roots = byID.keys.filter { !hasParent.contains($0) && children[$0] != nil }
        let lone = byID.keys.filter { clusters[$0] == nil }.min()
        guard let root = roots.min() ?? lone else { return nil }
        return tree(root, in: nil, depth: 0)
    }

    private static func name(_ node: Object) -> String { node["nodeName"] as? String ?? "" }

    /// A node of a plan as events have it, with ids for its metrics.
    private mutating func described(
        _ node: Object, _ children: [Object], _ values: inout [[Int64]]
    ) -> Object {
        var metrics: [Object] = []
        for told in node["metrics"] as? [Object] ?? [] {
            guard let name = told["name"] as? String, let text = told["value"] as? String,
                let value = Self.value(text)
            else { continue }
            metrics.append(["name": name, "accumulatorId": nextMetric, "metricType": value.kind])
            values.append([nextMetric, value.number])
            nextMetric += 1
        }
        let name = Self.name(node)
        let detail = node["desc"] as? String ?? ""
        return [
            "nodeName": name, "simpleString": detail.isEmpty ? name : detail,
            "metadata": [String: String](), "metrics": metrics, "children": children,
        ]
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
