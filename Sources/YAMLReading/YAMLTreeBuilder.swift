internal import CYaml
internal import Domain

/// Why a text could not be made into a tree, and where (offset in scalars).
public struct YAMLFailure: Error {
    public var at: Int
    public var problem: String
    public var remedy: String
}

/// libyaml's events → ``YAMLTree``. One pass, no recursion, bounded depth and alias expansion.
struct YAMLTreeBuilder {
    /// A collection that is not closed yet.
    private struct Open {
        var node: Int
        var depth = 1
        var weight = 1
        var anchor: String?
    }

    /// What an alias of this name stands for; `weight` counts its values, aliases followed.
    private struct Anchor {
        var node: Int
        var depth: Int
        var weight: Int
    }

    private var tree = YAMLTree()
    private var open: [Open] = []
    private var anchors: [String: Anchor] = [:]
    private var expanded = 0
    private var documentCount = 0

    /// Parses UTF-8 text that holds no control characters.
    static func build(_ bytes: [UInt8]) throws(YAMLFailure) -> YAMLTree {
        var builder = YAMLTreeBuilder()
        // A key or a value is seldom shorter than that; what is too much was never touched.
        builder.tree.nodes.reserveCapacity(bytes.count / 8)
        let result: Result<Void, YAMLFailure> = bytes.withUnsafeBufferPointer { buffer in
            do throws(YAMLFailure) {
                try builder.parse(buffer)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        return builder.tree
    }

    private mutating func parse(_ buffer: UnsafeBufferPointer<UInt8>) throws(YAMLFailure) {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else {
            throw YAMLFailure(at: 0, problem: "not enough memory", remedy: "Split the file.")
        }
        defer { yaml_parser_delete(&parser) }
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(&parser, &event) == 1 else {
                throw YAMLFailure(of: parser, in: buffer)
            }
            defer { yaml_event_delete(&event) }
            if event.type == YAML_STREAM_END_EVENT { return }
            try take(event)
        }
    }

    private mutating func take(_ event: yaml_event_t) throws(YAMLFailure) {
        let start = Int(event.start_mark.index)
        if tree.nodes.count >= YAMLTree.nodeLimit {
            throw YAMLFailure(
                at: start, problem: "this file holds more than \(YAMLTree.nodeLimit) values",
                remedy: "Split it into several files.")
        }
        switch event.type {
        case YAML_DOCUMENT_START_EVENT:
            documentCount += 1
            if documentCount > 1 {
                throw YAMLFailure(
                    at: start, problem: "a second YAML document starts here",
                    remedy: "Keep one document a file: move the rest to a file of its own.")
            }
        case YAML_ALIAS_EVENT:
            try addAlias(named: text(event.data.alias.anchor), at: start)
        case YAML_SCALAR_EVENT:
            try addScalar(event, at: start)
        case YAML_SEQUENCE_START_EVENT:
            let data = event.data.sequence_start
            try refuse(tag: data.tag, allowed: "tag:yaml.org,2002:seq", at: start)
            try begin(.sequence, anchor: data.anchor, at: start)
        case YAML_MAPPING_START_EVENT:
            let data = event.data.mapping_start
            try refuse(tag: data.tag, allowed: "tag:yaml.org,2002:map", at: start)
            try begin(.mapping, anchor: data.anchor, at: start)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            end()
        default:
            break
        }
    }

    private mutating func begin(
        _ kind: YAMLTree.Kind, anchor: UnsafeMutablePointer<UInt8>?, at start: Int
    ) throws(YAMLFailure) {
        try checkDepth(1, at: start)
        let name = anchor.map { text($0) }
        // Known by no name until it is closed: an alias inside would contain itself.
        if let name { anchors[name] = Anchor(node: -1, depth: 0, weight: 0) }
        open.append(Open(node: tree.nodes.count, anchor: name))
        add(kind, "", at: start)
    }

    private mutating func end() {
        guard let closed = open.popLast() else { return }
        tree.nodes[closed.node].link = Int32(tree.nodes.count)
        if let name = closed.anchor {
            anchors[name] = Anchor(
                node: closed.node, depth: closed.depth, weight: closed.weight)
        }
        count(weight: closed.weight, depth: closed.depth)
    }

    private mutating func addScalar(
        _ event: yaml_event_t, at start: Int
    ) throws(YAMLFailure) {
        let data = event.data.scalar
        let kind: YAMLTree.Kind =
            switch data.style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_FOLDED_SCALAR_STYLE: .folded
            default: .plain
            }
        let value = String(
            decoding: UnsafeBufferPointer(start: data.value, count: data.length), as: UTF8.self)
        if kind == .doubleQuoted, value.utf8.contains(0) {
            throw YAMLFailure(
                at: start, problem: "this text contains a NUL character",
                remedy: "Remove '\\0': neither commands nor SQL can hold one.")
        }
        let isText = data.tag != nil
        if isText { try refuse(tag: data.tag, allowed: "tag:yaml.org,2002:str", at: start) }
        if let anchor = data.anchor {
            anchors[text(anchor)] = Anchor(node: tree.nodes.count, depth: 0, weight: 1)
        }
        add(kind, value, at: start)
        if isText { tree.nodes[tree.nodes.count - 1].isTaggedText = true }
        count(weight: 1, depth: 0)
    }

    private mutating func addAlias(named name: String, at start: Int) throws(YAMLFailure) {
        guard let target = anchors[name] else {
            let nearest = nearestName(to: name, among: anchors.keys.sorted().prefix(1_000))
            throw YAMLFailure(
                at: start, problem: "the alias '*\(name.short)' stands for nothing",
                remedy: nearest.map { "Write '*\($0.short)', or define it before with '&'." }
                    ?? "Define it before with '&\(name.short)'.")
        }
        guard target.node >= 0 else {
            throw YAMLFailure(
                at: start, problem: "the alias '*\(name.short)' contains itself",
                remedy: "Move the anchor '&\(name.short)' to a value that is complete before.")
        }
        try checkDepth(target.depth, at: start)
        expanded += target.weight
        if expanded > YAMLTree.expansionLimit {
            throw YAMLFailure(
                at: start,
                problem:
                    "the aliases up to here stand for more than \(YAMLTree.expansionLimit) values",
                remedy: "Use fewer aliases of aliases.")
        }
        add(.alias, "", at: start, link: target.node)
        count(weight: target.weight, depth: target.depth)
    }

    private func checkDepth(_ added: Int, at start: Int) throws(YAMLFailure) {
        if open.count + added > YAMLTree.depthLimit {
            throw YAMLFailure(
                at: start, problem: "this lies more than \(YAMLTree.depthLimit) levels deep",
                remedy: "Flatten it: no file needs that.")
        }
    }

    private mutating func add(_ kind: YAMLTree.Kind, _ text: String, at start: Int, link: Int = 0) {
        tree.nodes.append(
            YAMLTree.Node(kind: kind, start: Int32(start), link: Int32(link), text: text))
    }

    /// Adds a finished value to the collection it is in.
    private mutating func count(weight: Int, depth: Int) {
        guard let last = open.indices.last else { return }
        open[last].weight += weight
        open[last].depth = max(open[last].depth, depth + 1)
    }

    private func refuse(
        tag: UnsafeMutablePointer<UInt8>?, allowed: String, at start: Int
    ) throws(YAMLFailure) {
        guard let tag else { return }
        let name = text(tag)
        if name == allowed || name == "!" { return }
        throw YAMLFailure(
            at: start, problem: "the YAML tag '\(name.short)' means nothing here",
            remedy: "Remove it.")
    }

    private func text(_ pointer: UnsafeMutablePointer<UInt8>) -> String {
        String(cString: pointer)
    }
}
