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
            (["", ""], "string"), (["2024-01-01", "x"], "string"),
        ])
    func inference(_ values: [String], _ type: String) {
        var inference = KeyTypeInference()
        for value in values { inference.add(value) }
        #expect(inference.type.name == type)
    }

    @Test("records of CSV keep quoted commas, line feeds and quotes; empty is null, quoted is not")
    func csv() {
        let text = "a,b\n1,\"x, \"\"y\"\"\nz\"\n,\"\"\r\nlast,\\n"
        var reader = CSVRecords()
        var records: [[String?]] = []
        for byte in text.utf8 { reader.feed([byte]) { records.append($0) } }
        reader.finish { records.append($0) }
        #expect(records == [["a", "b"], ["1", "x, \"y\"\nz"], [nil, ""], ["last", "\\n"]])
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
