/// Collections in brackets, on one line.
extension PlainYAMLScanner {
    /// `[a, b]` or `{a: b}`, from its bracket on; `at` is behind the closing one then.
    mutating func flow() -> Bool {
        let isMapping = bytes[at] == UInt8(ascii: "{")
        let closing = isMapping ? UInt8(ascii: "}") : UInt8(ascii: "]")
        guard let node = open(isMapping ? .mapping : .sequence) else { return false }
        at += 1
        skipBlanks()
        if at < bytes.count, bytes[at] == closing {
            at += 1
            close(node)
            return true
        }
        while true {
            if isMapping {
                guard flowKey() else { return false }
            }
            guard flowValue() else { return false }
            skipBlanks()
            guard at < bytes.count else { return false }
            if bytes[at] == closing { break }
            guard bytes[at] == UInt8(ascii: ",") else { return false }
            at += 1
            skipBlanks()
        }
        at += 1
        close(node)
        return true
    }

    /// `key: `, with a value behind it.
    private mutating func flowKey() -> Bool {
        let start = at
        guard flowScalar() else { return false }
        skipBlanks()
        guard at + 1 < bytes.count, bytes[at] == .colon, bytes[at + 1] == .blank,
            at - start <= Self.keyLimit
        else { return false }
        at += 1
        skipBlanks()
        return true
    }

    private mutating func flowValue() -> Bool {
        guard at < bytes.count else { return false }
        switch bytes[at] {
        case UInt8(ascii: "["), UInt8(ascii: "{"): return flow()
        default: return flowScalar()
        }
    }

    private mutating func flowScalar() -> Bool {
        guard at < bytes.count else { return false }
        switch bytes[at] {
        case UInt8(ascii: "'"): return singleQuoted()
        case UInt8(ascii: "\""): return doubleQuoted()
        default: return plain(isInFlow: true)
        }
    }
}
