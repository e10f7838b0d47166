import ByteText

/// A line of CSV from PostgreSQL's COPY, put into the form that every other way out gives: the
/// number `1` becomes `1.0`, `1e+15` becomes `1000000000000000.0`, `Infinity` `inf`, and a text with
/// a `#` gets quotes.
struct CopiedLine {
    /// Which columns hold numbers with a fraction.
    private let isReal: [Bool]
    private let hasReals: Bool

    init(_ columns: [ResultColumn]) {
        isReal = columns.map { $0.kind == .real }
        hasReals = isReal.contains(true)
    }

    /// Appends a line of values; its end of line is not part of it.
    func append(_ line: UnsafeRawBufferPointer, to out: inout ByteSink) {
        guard hasReals || line.contains(UInt8(ascii: "#")) else { return out.append(line) }
        var (column, start) = (0, 0)
        while start <= line.count {
            let end = Self.end(of: line, from: start)
            let field = UnsafeRawBufferPointer(rebasing: line[start..<end])
            if column < isReal.count, isReal[column], !field.isEmpty {
                Self.append(real: field, to: &out)
            } else if field.first != UInt8(ascii: "\""), field.contains(UInt8(ascii: "#")) {
                out.append(csv: field)
            } else {
                out.append(field)
            }
            if end < line.count { out.append(UInt8(ascii: ",")) }
            (column, start) = (column + 1, end + 1)
        }
    }

    /// Where a field ends: at a comma that stands in no quotes, or at the end.
    private static func end(of line: UnsafeRawBufferPointer, from start: Int) -> Int {
        var isQuoted = false
        var index = start
        while index < line.count {
            let byte = line[index]
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: ","), !isQuoted {
                return index
            }
            index += 1
        }
        return index
    }

    private static func append(real field: UnsafeRawBufferPointer, to out: inout ByteSink) {
        let isPlain =
            field.contains(UInt8(ascii: "."))
            && field.allSatisfy { NumberText.isDigit($0) || $0 == 0x2E || $0 == 0x2D }
        if !isPlain, let value = Double(String(decoding: field, as: UTF8.self)) {
            out.append(real: value)
        } else {
            out.append(field)
        }
    }
}
