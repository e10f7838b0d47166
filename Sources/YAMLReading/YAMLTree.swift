/// A YAML document in one flat array: a node, then all that is in it, then the next node.
///
/// Why not `Yams.Node`: it stops at the first duplicate key, has no place for a later one, puts an
/// alias's content where the alias stood (so that an alias bomb cannot be seen), recurses, and
/// costs a class instance an event.
///
/// Two readers make it. One in Swift knows what most files use: block mappings and sequences, flow
/// collections and quoted texts on one line, literal blocks. At anything else (anchors, tags,
/// folded texts, several documents …), and at every mistake, it gives up, and libyaml, which Yams
/// is made of, reads the text anew. libyaml allocates tokens and events one by one, which was a
/// third of the time to open a large pipeline. What the two make of one text never differs: a test
/// compares them on generated and damaged files.
public struct YAMLTree: Sendable {
    /// How a value was written.
    public enum Kind: UInt8, Sendable {
        case plain, singleQuoted, doubleQuoted, literal, folded
        case sequence, mapping
        case alias
    }

    /// A value: where it starts, and what it holds.
    public struct Node: Equatable, Sendable {
        public var kind: Kind
        /// A `!!str` tag: the scalar is text whatever it looks like.
        public var isTaggedText = false
        /// Offset in scalars of where the node starts in the source.
        public var start: Int32
        /// Index after the last node inside this one; for an alias the node it stands for.
        public var link: Int32
        /// A scalar's value.
        public var text: String
    }

    /// How deep collections may lie in each other, aliases followed.
    public static let depthLimit = 64
    /// How many values all aliases together may stand for.
    public static let expansionLimit = 1_000_000
    /// How many values a file may hold.
    public static let nodeLimit = 4_000_000

    public internal(set) var nodes: [Node] = []

    /// Reads UTF-8 text that holds no control characters: one pass, no recursion without a bound.
    ///
    /// - Throws: what is wrong with the text, at its first mistake.
    public init(_ bytes: [UInt8]) throws(YAMLFailure) {
        if let nodes = PlainYAMLScanner.nodes(of: bytes) {
            self.nodes = nodes
        } else {
            self = try YAMLTreeBuilder.build(bytes)
        }
    }

    init() {}

    /// The root node; the tree has one unless the document is empty.
    public var root: Int? { nodes.isEmpty ? nil : 0 }

    /// The node itself, or what an alias stands for.
    public func resolved(_ node: Int) -> Int {
        // An alias's target is never an alias: only scalars and collections carry anchors.
        nodes[node].kind == .alias ? Int(nodes[node].link) : node
    }

    /// The node after `node` and all that is in it.
    public func next(after node: Int) -> Int {
        switch nodes[node].kind {
        case .sequence, .mapping: Int(nodes[node].link)
        default: node + 1
        }
    }

    /// The nodes directly in a sequence or mapping (there: key, value, key, value …).
    public func children(of node: Int) -> [Int] {
        guard nodes[node].kind == .sequence || nodes[node].kind == .mapping else { return [] }
        var list: [Int] = []
        var child = node + 1
        while child < Int(nodes[node].link) {
            list.append(child)
            child = next(after: child)
        }
        return list
    }

    public func isScalar(_ node: Int) -> Bool {
        nodes[node].kind.rawValue <= Kind.folded.rawValue
    }

    /// Whether a scalar says nothing: empty, `~` or `null`, unquoted.
    public func isNull(_ node: Int) -> Bool {
        guard nodes[node].kind == .plain, !nodes[node].isTaggedText else { return false }
        switch nodes[node].text {
        case "", "~", "null", "Null", "NULL": return true
        default: return false
        }
    }
}
