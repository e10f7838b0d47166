import Domain

/// Cuts a CSV text into rows, one at a time.
struct CSVReader {
    private let bytes: [UInt8]
    private let file: String
    private let delimiter: UInt8
    private var position = 0
    private var line = 1
    /// Where the row read last began.
    private var rowLine = 1

    init(bytes: [UInt8], file: String, delimiter: UInt8) {
        self.bytes = bytes
        self.file = file
        self.delimiter = delimiter
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    func problem(_ message: String, _ remedy: String) -> SourceProblem {
        SourceProblem(
            file: file, place: SourcePlace(line: rowLine, column: 1),
            lineText: SourceText.line(rowLine, of: String(decoding: bytes, as: UTF8.self)),
            problem: message, remedy: remedy)
    }

    mutating func next() throws(SourceProblem) -> (fields: [String], line: Int)? {
        guard position < bytes.count else { return nil }
        rowLine = line
        var fields: [String] = []
        var field: [UInt8] = []
        while true {
            if position < bytes.count, bytes[position] == UInt8(ascii: "\""), field.isEmpty {
                try quoted(into: &field)
            }
            let start = position
            while position < bytes.count {
                let byte = bytes[position]
                if byte == delimiter || byte == 10 || byte == 13 { break }
                position += 1
            }
            if field.isEmpty {
                fields.append(String(decoding: bytes[start..<position], as: UTF8.self))
            } else {
                field.append(contentsOf: bytes[start..<position])
                fields.append(String(decoding: field, as: UTF8.self))
                field.removeAll(keepingCapacity: true)
            }
            guard position < bytes.count else { return (fields, rowLine) }
            let byte = bytes[position]
            position += 1
            if byte == delimiter { continue }
            if byte == 13, position < bytes.count, bytes[position] == 10 { position += 1 }
            line += 1
            return (fields, rowLine)
        }
    }

    private mutating func quoted(into field: inout [UInt8]) throws(SourceProblem) {
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") {
                guard position < bytes.count, bytes[position] == byte else { return }
                position += 1
            }
            if byte == 10 { line += 1 }
            field.append(byte)
        }
        throw problem("a quote is not closed", "Close the quoted field with '\"'.")
    }
}
