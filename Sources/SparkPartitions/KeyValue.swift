/// A value of a key column, by the type it has in Spark.
///
/// Two are equal where Spark groups them: all NaN are one, −0.0 is 0.0, and texts are compared byte
/// by byte, whatever Unicode says about them.
public enum KeyValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// `tinyint`, `smallint`, `int`, `date` (days since 1970) and year-month intervals.
    case int(Int32)
    /// `bigint`, timestamps (microseconds since 1970, with or without zone), day-time intervals and
    /// decimals of up to 18 digits (unscaled).
    case long(Int64)
    case float(Float)
    case double(Double)
    case string(String)
    case binary([UInt8])
    /// A decimal of more than 18 digits: its unscaled value in as few bytes as two's complement
    /// needs, the highest first.
    case bigDecimal([UInt8])
    /// The fields of a struct or the elements of an array, in their order.
    case compound([KeyValue])

    /// The value's part in the hash of its row: `seed` is the hash of the columns before it.
    ///
    /// A null leaves it as it is; every NaN is one NaN and −0.0 is 0.0.
    public func hash(seed: UInt32) -> UInt32 {
        switch self {
        case .null: seed
        case .boolean(let value): Murmur3.hash(Int32(value ? 1 : 0), seed: seed)
        case .int(let value): Murmur3.hash(value, seed: seed)
        case .long(let value): Murmur3.hash(value, seed: seed)
        case .float(let value): Murmur3.hash(Self.bits(value), seed: seed)
        case .double(let value): Murmur3.hash(Self.bits(value), seed: seed)
        case .string(let text): Murmur3.hash(text.utf8, seed: seed)
        case .binary(let bytes), .bigDecimal(let bytes): Murmur3.hash(bytes, seed: seed)
        case .compound(let values): values.reduce(seed) { $1.hash(seed: $0) }
        }
    }

    /// The bits of a number with one NaN and one zero.
    private static func bits(_ value: Float) -> Int32 {
        value == 0 ? 0 : Int32(bitPattern: value.isNaN ? 0x7FC0_0000 : value.bitPattern)
    }

    private static func bits(_ value: Double) -> Int64 {
        value == 0 ? 0 : Int64(bitPattern: value.isNaN ? 0x7FF8_0000_0000_0000 : value.bitPattern)
    }

    /// The partition of a row among `partitions`, as hash partitioning puts it.
    ///
    /// - Precondition: `partitions` is positive.
    public static func partition(of key: [KeyValue], among partitions: Int) -> Int {
        partition(ofHash: key.reduce(Murmur3.seed) { $1.hash(seed: $0) }, among: partitions)
    }

    static func partition(ofHash hash: UInt32, among partitions: Int) -> Int {
        let rest = Int(Int32(bitPattern: hash)) % partitions
        return rest < 0 ? rest + partitions : rest
    }
}

extension KeyValue {
    public static func == (left: KeyValue, right: KeyValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let one), .boolean(let other)): one == other
        case (.int(let one), .int(let other)): one == other
        case (.long(let one), .long(let other)): one == other
        case (.float(let one), .float(let other)): bits(one) == bits(other)
        case (.double(let one), .double(let other)): bits(one) == bits(other)
        case (.string(let one), .string(let other)): one.utf8.elementsEqual(other.utf8)
        case (.binary(let one), .binary(let other)): one == other
        case (.bigDecimal(let one), .bigDecimal(let other)): one == other
        case (.compound(let one), .compound(let other)): one == other
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        // Equal values have equal hashes in Spark, too.
        hasher.combine(hash(seed: Murmur3.seed))
    }
}
