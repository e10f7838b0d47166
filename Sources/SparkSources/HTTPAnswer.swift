/// One answer of an HTTP/1.1 server, taken portion by portion.
///
/// It knows when it is whole: many servers keep the connection open behind it, whatever they were
/// asked. What a server claims of lengths is never believed beyond the bound.
struct HTTPAnswer {
    enum Fault: Error, Equatable {
        case noHTTP, brokenOff, tooLong
    }

    private enum Place {
        case status, head
        /// The body goes on to the end of the connection.
        case open
        case counted(left: Int)
        case chunkSize
        case chunk(left: Int)
        /// The line feed behind a chunk.
        case chunkEnd
        case whole
    }

    private static let longestHead = 256 << 10

    private(set) var status = 0
    private(set) var body: [UInt8] = []
    private let longestBody: Int
    private var place = Place.status
    /// The start of a line whose end has not come yet.
    private var line: [UInt8] = []
    private var headBytes = 0
    private var length: Int?
    private var isChunked = false

    init(atMost longestBody: Int) { self.longestBody = longestBody }

    /// Takes the next bytes; whether the answer is whole.
    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(Fault) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch place {
            case .status:
                guard let text = try nextLine(&rest) else { return false }
                try readStatus(text)
            case .head:
                guard let text = try nextLine(&rest) else { return false }
                if text.isEmpty { try endHead() } else { try readField(text) }
            case .open:
                try append(&rest, rest.count)
            case .counted(let left):
                let count = try append(&rest, left)
                place = count == left ? .whole : .counted(left: left - count)
            case .chunkSize:
                guard let text = try nextLine(&rest) else { return false }
                let digits = text.prefix { $0 != ";" && $0 != " " }
                guard let size = Int(digits, radix: 16), size >= 0 else { throw .brokenOff }
                place = size == 0 ? .whole : .chunk(left: size)
            case .chunk(let left):
                let count = try append(&rest, left)
                place = count == left ? .chunkEnd : .chunk(left: left - count)
            case .chunkEnd:
                guard let text = try nextLine(&rest) else { return false }
                guard text.isEmpty else { throw .brokenOff }
                place = .chunkSize
            case .whole:
                return true
            }
        }
        if case .whole = place { return true }
        return false
    }

    /// Says that the connection has ended.
    func end() throws(Fault) {
        switch place {
        case .open, .whole: break
        case .status, .head: throw .noHTTP
        default: throw .brokenOff
        }
    }

    private mutating func readStatus(_ text: String) throws(Fault) {
        let words = text.split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let code = Int(words[1]) else {
            throw .noHTTP
        }
        status = code
        place = .head
    }

    private mutating func readField(_ text: String) throws(Fault) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return }
        let value = String(parts[1].drop { $0 == " " })
        switch parts[0].lowercased() {
        case "transfer-encoding": isChunked = value.lowercased().contains("chunked")
        case "content-length":
            guard let count = Int(value), count >= 0 else { throw .brokenOff }
            length = count
        default: break
        }
    }

    private mutating func endHead() throws(Fault) {
        if (100..<200).contains(status) {
            place = .status
        } else if status != 200 {
            // Nobody reads what a refusal says.
            place = .whole
        } else if isChunked {
            place = .chunkSize
        } else if let length {
            place = length == 0 ? .whole : .counted(left: length)
        } else {
            place = .open
        }
    }

    /// Moves at most `limit` bytes to the body; returns how many.
    @discardableResult
    private mutating func append(
        _ rest: inout Slice<UnsafeRawBufferPointer>, _ limit: Int
    ) throws(Fault) -> Int {
        let part = rest.prefix(limit)
        guard body.count + part.count <= longestBody else { throw .tooLong }
        body.append(contentsOf: part)
        rest = rest.dropFirst(part.count)
        return part.count
    }

    /// The next line without its end; nil where it has not come yet.
    private mutating func nextLine(
        _ rest: inout Slice<UnsafeRawBufferPointer>
    ) throws(Fault) -> String? {
        let part = rest.prefix { $0 != 10 }
        headBytes += part.count
        let isInHead = status == 0 || !isChunked
        guard headBytes <= Self.longestHead else { throw isInHead ? .noHTTP : .brokenOff }
        line.append(contentsOf: part)
        rest = rest.dropFirst(part.count)
        guard !rest.isEmpty else { return nil }
        rest = rest.dropFirst()
        if line.last == 13 { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        if case .chunkSize = place { headBytes = 0 }
        return text
    }
}
