/// A YAML document in one flat array: a node, then all that is in it, then the next node.
///
/// Why not `Yams.Node`: it stops at the first duplicate key, has no place for a later one, puts an
/// alias's content where the alias stood (so that an alias bomb cannot be seen), recurses, and
/// costs a class instance an event. libyaml, which Yams is made of, does the parsing here too.
struct YAMLTree {
    enum Kind: UInt8 {
        case plain, singleQuoted, doubleQuoted, literal, folded
        case sequence, mapping
        case alias
    }

    struct Node {
        var kind: Kind
        /// A `!!str` tag: the scalar is text whatever it looks like.
        var isTaggedText = false
        /// Offset in scalars of where the node starts in the source.
        var start: Int32
        /// Index after the last node inside this one; for an alias the node it stands for.
        var link: Int32
        /// A scalar's value.
        var text: String
    }

    var nodes: [Node] = []

    /// The root node; the tree has one unless the document is empty.
    var root: Int? { nodes.isEmpty ? nil : 0 }

    /// The node itself, or what an alias stands for.
    func resolved(_ node: Int) -> Int {
        // An alias's target is never an alias: only scalars and collections carry anchors.
        nodes[node].kind == .alias ? Int(nodes[node].link) : node
    }

    /// The node after `node` and all that is in it.
    func next(after node: Int) -> Int {
        switch nodes[node].kind {
        case .sequence, .mapping: Int(nodes[node].link)
        default: node + 1
        }
    }

    /// The nodes directly in a sequence or mapping (there: key, value, key, value …).
    func children(of node: Int) -> [Int] {
        guard nodes[node].kind == .sequence || nodes[node].kind == .mapping else { return [] }
        var list: [Int] = []
        var child = node + 1
        while child < Int(nodes[node].link) {
            list.append(child)
            child = next(after: child)
        }
        return list
    }

    func isScalar(_ node: Int) -> Bool { nodes[node].kind.rawValue <= Kind.folded.rawValue }

    /// Whether a scalar says nothing: empty, `~` or `null`, unquoted.
    func isNull(_ node: Int) -> Bool {
        guard nodes[node].kind == .plain, !nodes[node].isTaggedText else { return false }
        switch nodes[node].text {
        case "", "~", "null", "Null", "NULL": return true
        default: return false
        }
    }
}
