/// What a task wrote to `$SPILLWAY_OUTPUT`.
///
/// Either JSON (the members of an object are outputs, any other value is the one without a name), or
/// lines `key=value`; lines without a `=` are the output without a name. A value that is a JSON list
/// or object is taken as such, everything else as text. The last of a key counts.
public enum OutputFile {
    /// How many bytes one attempt may write, as XComs should be small; larger data goes into files.
    public static let sizeLimit = 64 << 10

    /// The outputs in `bytes`, in the order of their first naming.
    ///
    /// - Throws: ``OutputFileError``; nothing of the file is taken then.
    public static func read(_ bytes: [UInt8]) throws(OutputFileError) -> [TaskOutput] {
        guard bytes.count <= sizeLimit else { throw .tooLarge(byteCount: bytes.count) }
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        guard let first = bytes.first(where: { !blanks.contains($0) }) else { return [] }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            // A list or an object in lines begins a JSON file too, unless it is no JSON as a whole.
            if let value = OutputValue(json: bytes) { return outputs(of: value) }
            if first == UInt8(ascii: "{") { throw .notJSON }
        }
        return lines(String(decoding: bytes, as: UTF8.self))
    }

    private static func outputs(of value: OutputValue) -> [TaskOutput] {
        guard case .object(let members) = value else {
            return [TaskOutput(key: TaskOutput.bareKey, value: value)]
        }
        var outputs = Gathered()
        for member in members { outputs.set(member.name, member.value) }
        return outputs.list
    }

    private static func lines(_ text: String) -> [TaskOutput] {
        var outputs = Gathered()
        var bare: [OutputValue] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let isBlank = line.allSatisfy { $0 == " " || $0 == "\t" }
            if isBlank { continue }
            // Addresses and paths may hold a '=' as well: `s3://b/x?v=1`, `data/dt=2026-01-01/x`.
            guard let equals = line.firstIndex(of: "="), isKey(line[..<equals]) else {
                bare.append(value(of: line) ?? .text(String(line)))
                continue
            }
            let rest = line[line.index(after: equals)...]
            outputs.set(String(line[..<equals]), value(of: rest) ?? .text(String(rest)))
        }
        if bare.count == 1 { outputs.set(TaskOutput.bareKey, bare[0]) }
        if bare.count > 1 { outputs.set(TaskOutput.bareKey, .list(bare)) }
        return outputs.list
    }

    /// A list or an object; nil for everything else.
    private static func value(of text: Substring) -> OutputValue? {
        guard let first = text.first, first == "[" || first == "{" else { return nil }
        return OutputValue(json: text)
    }

    /// Letters, digits, `_`, `-` and `.`.
    private static func isKey(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122, 45, 46, 95: true
                default: false
                }
            }
    }

    private struct Gathered {
        private(set) var list: [TaskOutput] = []
        private var positions: [String: Int] = [:]

        mutating func set(_ key: String, _ value: OutputValue) {
            if let position = positions[key] {
                list[position].value = value
            } else {
                positions[key] = list.count
                list.append(TaskOutput(key: key, value: value))
            }
        }
    }
}

/// Why an output file is not taken.
public enum OutputFileError: UserFacingError, Equatable {
    case tooLarge(byteCount: Int)
    case notJSON
    case unreadable(reason: String)

    public var problem: String {
        switch self {
        case .tooLarge(let count):
            "its output has \(count) bytes; at most \(OutputFile.sizeLimit >> 10) KiB are taken"
        case .notJSON: "its output begins like a JSON object, but is none"
        case .unreadable(let reason): "its output cannot be read: \(reason)"
        }
    }

    public var remedy: String {
        switch self {
        case .tooLarge: "Hand on the path of a file instead."
        case .notJSON: "Write one JSON object, or lines key=value."
        case .unreadable: "Write to $SPILLWAY_OUTPUT as to a plain file."
        }
    }
}
