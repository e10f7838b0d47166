internal import Domain

/// The text of a file, checked to be text, with a way from scalar offsets to lines and columns.
struct SourceText {
    let file: String
    /// Valid UTF-8 without a byte order mark.
    let bytes: [UInt8]
    /// Byte offset of each line's first byte; never empty.
    private let lineStarts: [Int]
    /// Byte offset of every 256th scalar; empty where each scalar is one byte.
    private let checkpoints: [Int]

    private static let checkpointStride = 256

    /// Takes `bytes` as they are; call ``check(_:file:)`` before.
    init(_ bytes: [UInt8], file: String) {
        self.file = file
        let hasMark = bytes.starts(with: [0xef, 0xbb, 0xbf])
        let text = hasMark ? Array(bytes.dropFirst(3)) : bytes
        self.bytes = text
        var starts = [0]
        var isASCII = true
        text.withUnsafeBufferPointer { text in
            for (offset, byte) in text.enumerated() {
                if byte >= 0x80 { isASCII = false }
                guard byte == 0x0a || byte == 0x0d else { continue }
                let next = offset + 1
                if byte == 0x0d, next < text.count, text[next] == 0x0a { continue }
                starts.append(next)
            }
        }
        lineStarts = starts
        var checkpoints: [Int] = []
        if !isASCII {
            var count = 0
            for (offset, byte) in text.enumerated() where byte & 0xc0 != 0x80 {
                if count % Self.checkpointStride == 0 { checkpoints.append(offset) }
                count += 1
            }
        }
        self.checkpoints = checkpoints
    }

    /// Byte offset of the scalar number `index`; the end where the text is shorter.
    func byteOffset(ofScalar index: Int) -> Int {
        guard !checkpoints.isEmpty else { return min(max(0, index), bytes.count) }
        let checkpoint = min(index / Self.checkpointStride, checkpoints.count - 1)
        var offset = checkpoints[checkpoint]
        var left = index - checkpoint * Self.checkpointStride
        while left > 0, offset < bytes.count {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xc0 == 0x80 { offset += 1 }
            left -= 1
        }
        return offset
    }

    /// Line and column of the scalar number `index`.
    func place(ofScalar index: Int) -> SourcePlace { place(ofByte: byteOffset(ofScalar: index)) }

    /// Line and column of the scalar that starts at byte `offset`.
    func place(ofByte offset: Int) -> SourcePlace {
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        var column = 1
        for byte in bytes[lineStarts[low]..<max(lineStarts[low], min(offset, bytes.count))]
        where byte & 0xc0 != 0x80 { column += 1 }
        return SourcePlace(line: low + 1, column: column)
    }

    var lineCount: Int { lineStarts.count }

    /// The line without its break; empty outside the text.
    func line(_ number: Int) -> String {
        guard number >= 1, number <= lineStarts.count else { return "" }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] : bytes.count
        while end > start, bytes[end - 1] == 0x0a || bytes[end - 1] == 0x0d { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}

extension SourceText {
    /// What makes `bytes` no text that YAML may hold: the first bad place, or nil.
    static func check(_ bytes: [UInt8], file: String) -> SourceProblem? {
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
            return problem(
                at: 0, in: bytes, file: file, "this file is UTF-16, not UTF-8",
                "Save it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE.")
        }
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte >= 0x20 && byte < 0x7f || byte == 0x0a || byte == 0x0d || byte == 0x09 {
                offset += 1
                continue
            }
            if byte < 0x80 {
                let hex = (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
                return problem(
                    at: offset, in: bytes, file: file,
                    "byte 0x\(hex) is a control character; YAML is text",
                    "Remove it; in a quoted string write \"\\x\(hex)\". Is this a YAML file?")
            }
            guard let scalar = UTF8Step(bytes, at: offset) else {
                let hex = String(byte, radix: 16)
                return problem(
                    at: offset, in: bytes, file: file, "byte 0x\(hex) is not valid UTF-8 here",
                    "Save the file as UTF-8.")
            }
            if scalar.value < 0xa0 && scalar.value != 0x85
                || scalar.value >= 0xfffe
                    && scalar.value <= 0xffff
            {
                let hex = String(scalar.value, radix: 16)
                return problem(
                    at: offset, in: bytes, file: file,
                    "character U+\(hex.uppercased()) is not allowed in YAML",
                    "Remove it; in a quoted string write it as an escape.")
            }
            offset += scalar.length
        }
        return nil
    }

    private static func problem(
        at offset: Int, in bytes: [UInt8], file: String, _ problem: String, _ remedy: String
    ) -> SourceProblem {
        let source = SourceText(Array(bytes[..<offset]), file: file)
        let place = source.place(ofByte: source.bytes.count)
        return SourceProblem(
            file: file, place: place, lineText: source.line(place.line), problem: problem,
            remedy: remedy)
    }
}

/// One scalar of more than one byte, decoded strictly (The Unicode Standard, table 3-7).
private struct UTF8Step {
    let value: UInt32
    let length: Int

    init?(_ bytes: [UInt8], at offset: Int) {
        let first = bytes[offset]
        let (length, least): (Int, UInt32)
        switch first {
        case 0xc2...0xdf: (length, least) = (2, 0x80)
        case 0xe0...0xef: (length, least) = (3, 0x800)
        case 0xf0...0xf4: (length, least) = (4, 0x10000)
        default: return nil
        }
        guard offset + length <= bytes.count else { return nil }
        var value = UInt32(first) & (0xff >> (UInt32(length) + 1))
        for byte in bytes[(offset + 1)..<(offset + length)] {
            guard byte & 0xc0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3f)
        }
        guard value >= least, Unicode.Scalar(value) != nil else { return nil }
        self.value = value
        self.length = length
    }
}
