import Foundation
import SparkPartitions
import Testing

/// Data sets whose partitions Spark itself has counted.
struct MeasuredSet: Sendable, CustomTestStringConvertible {
    var name: String
    var types: [String]
    var partitions: Int
    var keys: [[KeyValue]]
    var counts: [Int64]
    var testDescription: String { name }

    static let all: [MeasuredSet] = {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/partitions.json")
        guard let data = try? Data(contentsOf: path),
            let root = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let sets = root["sets"] as? [[String: Any]]
        else { return [] }
        return sets.compactMap { set in
            guard let types = set["types"] as? [String], let rows = set["rows"] as? [[Any]] else {
                return nil
            }
            return MeasuredSet(
                name: set["name"] as? String ?? "", types: types,
                partitions: set["partitions"] as? Int ?? 0,
                keys: rows.map { row in zip(row, types).map { value($0, $1) } },
                counts: (set["counts"] as? [Int])?.map(Int64.init) ?? [])
        }
    }()

    static func value(_ cell: Any, _ type: String) -> KeyValue {
        if cell is NSNull { return .null }
        if let list = cell as? [Any] {
            let types =
                type == "array<bigint>"
                ? list.map { _ in "bigint" } : ["int", "string"]
            return .compound(zip(list, types).map { value($0, $1) })
        }
        if type == "boolean" { return .boolean((cell as? Bool) ?? false) }
        let text = cell as? String ?? ""
        if type == "binary" {
            let digits = Array(text.utf8)
            return .binary(
                stride(from: 0, to: digits.count, by: 2).compactMap {
                    UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
                })
        }
        return KeyType(name: type)?.value(text) ?? .string("no \(type): \(text)")
    }
}

@Suite("Where hash partitioning puts rows")
struct PartitionTests {
    @Test("there are data sets of all key types")
    func present() {
        #expect(MeasuredSet.all.count >= 20)
    }

    @Test("every partition holds as many rows as in Spark", arguments: MeasuredSet.all)
    func counts(_ set: MeasuredSet) {
        var prediction = PartitionPrediction(partitions: set.partitions)
        for key in set.keys { prediction.add(key) }
        #expect(prediction.counts == set.counts)
        #expect(prediction.counts(among: set.partitions) == set.counts)
    }

    @Test("a heavy key is named with its partition, and a salt spreads it")
    func heavy() {
        var prediction = PartitionPrediction(partitions: 16)
        prediction.add([.string("hot")], count: 8_000)
        for number in 0..<2_000 { prediction.add([.string("k\(number)")]) }
        let heaviest = prediction.heavyKeys()[0]
        #expect(heaviest.key == [.string("hot")])
        #expect(heaviest.rows == 8_000)
        #expect(prediction.counts[heaviest.partition] >= 8_000)
        #expect(prediction.skew > 12)
        let salts = prediction.suggestions().compactMap { suggestion -> Double? in
            if case .salt = suggestion.way { suggestion.skew } else { nil }
        }
        #expect(salts.count == 1 && salts[0] < 4)
    }

    @Test("keys are one where Spark takes them for one, and two where their bytes differ")
    func identity() {
        var prediction = PartitionPrediction(partitions: 8)
        for _ in 0..<100 {
            prediction.add([.double(.nan)])
            prediction.add([.double(-.nan)])
            prediction.add([.float(-0.0)])
            prediction.add([.float(0)])
        }
        #expect(prediction.distinctKeys == 2)
        #expect(prediction.heavyKeys().map(\.rows) == [200, 200])
        // The same text to a reader: one letter, or a letter and its accent.
        let (composed, apart) = ("caf\u{E9}", "cafe\u{301}")
        var texts = PartitionPrediction(partitions: 64)
        texts.add([.string(composed)], count: 30)
        texts.add([.string(apart)], count: 20)
        #expect(texts.distinctKeys == 2)
        #expect(texts.counts(among: 64) == texts.counts)
    }

    @Test("adaptive execution merges small partitions and splits a skewed one")
    func adaptive() {
        var settings = AdaptivePrediction.Settings()
        settings.isParallelismFirst = false
        let even = AdaptivePrediction(
            [Int64](repeating: 1_000, count: 200), rowBytes: 1_000, settings: settings)
        #expect(even.merged < 10 && even.skewed.isEmpty)
        var counts = [Int64](repeating: 1_000, count: 20)
        counts[7] = 1_000_000
        let skewed = AdaptivePrediction(counts, rowBytes: 1_000, settings: settings)
        #expect(skewed.skewed.map(\.partition) == [7])
        #expect((skewed.skewed.first?.pieces ?? 0) > 10)
    }

    @Test(
        "column types are found as inferSchema finds them",
        arguments: [
            (["1", "-7", ""], "int"), (["1", "3000000000"], "bigint"),
            (["1", "2.5"], "double"), (["12345678901234567890"], "decimal(20,0)"),
            (["2024-01-01", "2024-12-31"], "date"),
            (["2024-01-01 10:00:00", "2024-12-31 00:00:01.5"], "timestamp"),
            (["true", "FALSE"], "boolean"), (["1", "x"], "string"), (["true", "1"], "string"),
            (["", ""], "string"), (["2024-01-01", "x"], "string"), (["2024-1-2"], "timestamp"),
            (["2024-01"], "timestamp"), (["1", " 2"], "double"), (["5d"], "double"),
            (["2024-01-01", "2024-01-01 10:00:00"], "timestamp"), (["0x10"], "string"),
            (["9223372036854775808", "1.5"], "double"), ([" true"], "string"),
        ])
    func inference(_ values: [String], _ type: String) {
        var inference = KeyTypeInference()
        for value in values { inference.add(value) }
        #expect(inference.type.name == type)
    }

    /// Fields, each between `1,` and `,7` on a line of its own, and what Spark 4.3 read of them: the
    /// field, and the one behind it.
    static let fields: [(String, String?, String?)] = [
        ("\"x, y\"", "x, y", "7"), ("\"say \"\"hi\"\"\"", "\"say \"\"hi\"\"\"", "7"),
        ("\"a\"\"b\",\"c\"", "\"a\"\"b\"", "c"), (#""back\"slash""#, #"back"slash"#, "7"),
        (#""back\\slash""#, #"back\slash"#, "7"), (#""b\x""#, #"b\x"#, "7"), ("\"\"", nil, "7"),
        ("\"\"\"", "\"", "7"), ("\"\"\"\"", "\"\"", "7"),
        ("\"\"\"a\"\"\"", "\"\"\"a\"\"\"", "7"), (" lead", " lead", "7"),
        (" \"q\" ", " \"q\" ", "7"),
        ("\"q\" ", "q", "7"), ("\"q\"x", "\"q\"x", "7"), ("x\"q\"", "x\"q\"", "7"),
        ("\"new", "new,7", nil), ("\"new,z", "new,z,7", nil), (#""a\"#, #"a\,7"#, nil),
        (#"a\"b"#, #"a\"b"#, "7"), ("\"", ",7", nil), ("\"a,b\"\"c,d\"", "\"a,b\"\"c", "d\""),
        ("\"a\"b,c\"d\"", "\"a\"b", "c\"d\""), (#""tail\"""#, #"tail""#, "7"),
        ("\"x\"\"", "x\"", "7"),
        ("\"x\"\",y\"", "x\"", "y\""), ("", nil, "7"), ("NULL", "NULL", "7"),
    ]

    @Test("a line of CSV has the fields that Spark reads in it", arguments: fields)
    func csv(_ text: String, _ field: String?, _ next: String?) throws {
        var reader = CSVRecords()
        var records: [[String?]] = []
        for byte in "k,l\r\n\n  \n1,\(text),7\r\nlast,x".utf8 {
            reader.feed([byte]) { records.append($0) }
        }
        reader.finish { records.append($0) }
        try #require(records.count == 3)
        #expect(records[0] == ["k", "l"])
        #expect(records[1][1] == field)
        #expect((records[1].count > 2 ? records[1][2] : nil) == next)
        #expect(records[2] == ["last", "x"])
    }

    @Test(
        "texts are the values that Spark's reader makes of them",
        arguments: [
            ("int", "+5", .int(5)), ("int", "\u{FF11}", .int(1)), ("bigint", "\u{663}", .long(3)),
            ("int", " 12", nil), ("int", "5L", nil), ("double", " 12", .double(12)),
            ("double", "\t7", .double(7)), ("double", "5d", .double(5)), ("float", "5F", .float(5)),
            ("double", "1.", .double(1)), ("double", "-.5", .double(-0.5)),
            ("double", "0x1p3", .double(8)), ("double", "0x10", nil), ("double", "nan", nil),
            ("double", "+NaN", .double(.nan)), ("double", "1e400", .double(.infinity)),
            ("double", "1e-400", .double(0)), ("double", "-Inf", .double(-.infinity)),
            ("double", "+Inf", nil), ("double", "inf", nil), ("double", "1_0", nil),
            ("double", "5.5dd", nil), ("double", "\u{FF11}", nil),
            ("decimal(10,2)", "1.", .long(100)),
            ("decimal(10,2)", "\u{663}", .long(300)), ("decimal(10,2)", " 12", nil),
            ("date", "2024-01-01 10:00:00", .int(19_723)), ("date", "2024-01-01T", .int(19_723)),
            ("date", " 2024-01-01 ", .int(19_723)), ("date", "1970-01-01 garbage", .int(0)),
            ("date", "2024-01 x", nil), ("date", "2024-01-01x", nil), ("date", "20240101", nil),
            ("timestamp", "2024-01-01T", nil), ("timestamp", "1970-01-01 garbage", nil),
            ("timestamp", "1970-01-02 10", .long(122_400_000_000)),
            ("timestamp", "1970-01-01 10:00:00.", .long(36_000_000_000)),
            ("timestamp", "1970-01-01 10:00:00 +01:00", .long(32_400_000_000)),
            ("timestamp", "1970-01-01T10:00:00+0130", .long(30_600_000_000)),
            ("timestamp", "1970-01-01T10:00:00+1", .long(32_400_000_000)),
            ("timestamp", "1970-01-01 10:00:00 UTC+2", .long(28_800_000_000)),
            ("timestamp_ntz", "1970-01-01 10:00:00Z", nil),
            ("timestamp_ntz", "1970-01-01 10:00:00", .long(36_000_000_000)),
            ("timestamp", "2024-01-01 24:00:00", nil),
        ] as [(String, String, KeyValue?)])
    func values(_ type: String, _ text: String, _ value: KeyValue?) throws {
        #expect(try #require(KeyType(name: type)).value(text) == value)
    }

    @Test(
        "texts that are no value of a type are refused",
        arguments: [
            ("int", "2147483648"), ("int", "1.0"), ("date", "2023-02-29"), ("date", "24-1-1"),
            ("timestamp", "2024-01-01 25:00:00"), ("decimal(5,2)", "12345.6"), ("boolean", "yes"),
            ("double", "abc"), ("decimal(5,2)", "1e999"),
        ])
    func refused(_ type: String, _ text: String) throws {
        let type = try #require(KeyType(name: type))
        #expect(type.value(text) == nil)
    }
}
