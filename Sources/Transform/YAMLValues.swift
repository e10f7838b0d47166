import Domain
import YAMLReading

/// Where each node of a tree is: line and column, both from 1, the column in scalars.
struct YAMLPlaces {
    private var places: [(line: Int32, column: Int32)] = []

    /// One pass over the text: nodes stand in its order.
    init(_ nodes: [YAMLTree.Node], in bytes: [UInt8]) {
        places.reserveCapacity(nodes.count)
        var (line, column, scalars): (Int32, Int32, Int32) = (1, 1, 0)
        var at = 0
        for node in nodes {
            while scalars < node.start, at < bytes.count {
                if bytes[at] == UInt8(ascii: "\n") {
                    line += 1
                    column = 1
                } else {
                    column += 1
                }
                at += 1
                while at < bytes.count, bytes[at] & 0xc0 == 0x80 { at += 1 }
                scalars += 1
            }
            places.append((line, column))
        }
    }

    subscript(node: Int) -> SourcePlace {
        SourcePlace(line: Int(places[node].line), column: Int(places[node].column))
    }
}

/// Makes values of the nodes of a tree.
struct YAMLValues {
    /// A key that a mapping has twice.
    struct RepeatedKey: Error {
        var key: String
        var node: Int
    }

    let tree: YAMLTree
    let places: YAMLPlaces

    /// The value of a node and all in it; how deep that goes and how much it is, the tree limits.
    func value(of node: Int) throws(RepeatedKey) -> YAMLValue {
        let node = tree.resolved(node)
        let content: YAMLValue.Content
        switch tree.nodes[node].kind {
        case .sequence:
            var items: [YAMLValue] = []
            var child = node + 1
            while child < tree.nodes[node].link {
                items.append(try value(of: child))
                child = tree.next(after: child)
            }
            content = .list(items)
        case .mapping: content = .map(try pairs(of: node))
        case .plain where !tree.nodes[node].isTaggedText:
            content = YAMLReader.resolve(tree.nodes[node].text)
        default: content = .string(tree.nodes[node].text)
        }
        return YAMLValue(place: places[node], content: content)
    }

    private func pairs(of node: Int) throws(RepeatedKey) -> [YAMLValue.Pair] {
        var pairs: [YAMLValue.Pair] = []
        var titles = Titles()
        var child = node + 1
        while child < tree.nodes[node].link {
            let name = try value(of: child)
            let item = tree.next(after: child)
            let title = name.text ?? name.plain.text
            let inner = try value(of: item)
            if title == "<<" {
                titles.merged = true
                // What the mapping says itself goes before what it takes over.
                for source in inner.items {
                    for pair in source.pairs where !pairs.contains(where: { $0.key == pair.key }) {
                        pairs.append(pair)
                    }
                }
            } else {
                guard titles.insert(title) else { throw RepeatedKey(key: title, node: child) }
                // A merge above may have brought it.
                if titles.merged { pairs.removeAll { $0.key == title } }
                pairs.append(YAMLValue.Pair(key: title, place: name.place, value: inner))
            }
            child = tree.next(after: item)
        }
        return pairs
    }

    /// The keys of a mapping so far: a few are compared, many are looked up.
    private struct Titles {
        var merged = false
        private var few: [String] = []
        private var many: Set<String> = []

        /// Whether the key is new.
        mutating func insert(_ title: String) -> Bool {
            if !many.isEmpty { return many.insert(title).inserted }
            guard !few.contains(title) else { return false }
            few.append(title)
            if few.count == 16 { many = Set(few) }
            return true
        }
    }
}
