import Domain

/// Codes a model into bytes and back, by one description for both directions.
///
/// Two functions for every type, one to write and one to read, drift apart when a field is added;
/// here a field is named once. Whole numbers are kept in as few bytes as they need, a text that was
/// written before is only referred to. Bytes that are no such code never crash the reader: it turns
/// ``isDamaged`` and gives blanks.
struct IndexCoder {
    let isReading: Bool
    /// What was written.
    private(set) var bytes: [UInt8] = []
    private(set) var isDamaged = false
    /// What is read, and how far.
    private let input: UnsafeRawBufferPointer
    private var position = 0
    private var numbers: [String: Int] = [:]
    private var texts: [String] = []

    /// For writing.
    init() {
        isReading = false
        input = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// For reading `input`, which must outlive the coder.
    init(reading input: UnsafeRawBufferPointer) {
        isReading = true
        self.input = input
    }

    /// Whether everything was read and none of it damaged.
    var isComplete: Bool { !isDamaged && position == input.count }

    mutating func code<Value: IndexCoded>(_ value: inout Value) { value.code(&self) }

    mutating func damaged() { isDamaged = true }

    /// Whether `count` things of at least `size` bytes can follow.
    mutating func hasRoom(for count: Int, size: Int) -> Bool {
        let (length, overflow) = count.multipliedReportingOverflow(by: size)
        if count >= 0, !overflow, length <= input.count - position { return true }
        isDamaged = true
        return false
    }

    // MARK: Numbers

    /// Seven bits a byte, the sign in the lowest one.
    mutating func code(number value: inout Int64) {
        if isReading {
            value = readNumber()
        } else {
            var rest = UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63)
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }
    }

    private mutating func readNumber() -> Int64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while position < input.count, shift < 64 {
            let byte = input[position]
            position += 1
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                return Int64(bitPattern: result >> 1) ^ -Int64(bitPattern: result & 1)
            }
            shift += 7
        }
        isDamaged = true
        return 0
    }

    /// A value by its bytes as they lie in memory.
    mutating func code<Value: BitwiseCopyable>(bits value: inout Value) {
        let size = MemoryLayout<Value>.size
        if isReading {
            guard hasRoom(for: 1, size: size) else { return }
            value = input.loadUnaligned(fromByteOffset: position, as: Value.self)
            position += size
        } else {
            withUnsafeBytes(of: &value) { bytes.append(contentsOf: $0) }
        }
    }

    // MARK: Bytes and texts

    mutating func code(bytes value: inout [UInt8]) {
        var count = value.count
        code(&count)
        if isReading {
            guard hasRoom(for: count, size: 1) else { return }
            value = Array(input[position..<(position + count)])
            position += count
        } else {
            bytes.append(contentsOf: value)
        }
    }

    mutating func code(text value: inout String) {
        if isReading {
            let number = Int(readNumber())
            if texts.indices.contains(number) {
                value = texts[number]
                return
            }
            let length = Int(readNumber())
            guard number == texts.count, hasRoom(for: length, size: 1) else {
                isDamaged = true
                return
            }
            value = String(
                decoding: UnsafeRawBufferPointer(
                    rebasing: input[position..<(position + length)]), as: UTF8.self)
            position += length
            texts.append(value)
        } else {
            let known = numbers[value]
            var number = known ?? numbers.count
            code(&number)
            guard known == nil else { return }
            numbers[value] = number
            var length = value.utf8.count
            code(&length)
            bytes.append(contentsOf: value.utf8)
        }
    }
}

/// What an ``IndexCoder`` can code.
protocol IndexCoded {
    /// What reading starts with.
    static var blank: Self { get }
    /// Writes the value, or replaces it by what is read.
    mutating func code(_ coder: inout IndexCoder)
}

extension Int64: IndexCoded {
    static var blank: Int64 { 0 }
    mutating func code(_ coder: inout IndexCoder) { coder.code(number: &self) }
}

extension Int: IndexCoded {
    static var blank: Int { 0 }
    mutating func code(_ coder: inout IndexCoder) {
        var number = Int64(self)
        coder.code(number: &number)
        self = Int(number)
    }
}

extension Int32: IndexCoded {
    static var blank: Int32 { 0 }
    mutating func code(_ coder: inout IndexCoder) {
        var number = Int64(self)
        coder.code(number: &number)
        self = Int32(truncatingIfNeeded: number)
    }
}

extension Bool: IndexCoded {
    static var blank: Bool { false }
    mutating func code(_ coder: inout IndexCoder) {
        var number: Int64 = self ? 1 : 0
        coder.code(number: &number)
        self = number != 0
    }
}

extension Double: IndexCoded {
    static var blank: Double { 0 }
    mutating func code(_ coder: inout IndexCoder) { coder.code(bits: &self) }
}

extension String: IndexCoded {
    static var blank: String { "" }
    mutating func code(_ coder: inout IndexCoder) { coder.code(text: &self) }
}

extension Instant: IndexCoded {
    static var blank: Instant { Instant(microseconds: 0) }
    mutating func code(_ coder: inout IndexCoder) {
        var number = microseconds
        coder.code(number: &number)
        self = Instant(microseconds: number)
    }
}

extension Optional: IndexCoded where Wrapped: IndexCoded {
    static var blank: Wrapped? { nil }
    mutating func code(_ coder: inout IndexCoder) {
        var isThere = self != nil
        coder.code(&isThere)
        guard isThere else {
            self = nil
            return
        }
        // Without the type, `??` would find the blank of the optional itself.
        var value: Wrapped = self ?? Wrapped.blank
        coder.code(&value)
        self = value
    }
}

extension Array: IndexCoded where Element: IndexCoded {
    static var blank: [Element] { [] }
    mutating func code(_ coder: inout IndexCoder) {
        var count = self.count
        coder.code(&count)
        if coder.isReading {
            self = []
            guard coder.hasRoom(for: count, size: 1) else { return }
            reserveCapacity(count)
            for _ in 0..<count {
                var element = Element.blank
                coder.code(&element)
                if coder.isDamaged { return }
                append(element)
            }
        } else {
            for element in self {
                var element = element
                coder.code(&element)
            }
        }
    }
}
