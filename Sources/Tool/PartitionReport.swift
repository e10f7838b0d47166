import Domain
import JSONText
import SparkAdvice
import SparkPartitions

/// What a prediction says, as text and as JSON.
struct PartitionReport {
    var rows: PartitionRows
    var adaptive: AdaptivePrediction
    var rowBytes: Double

    init(_ rows: PartitionRows, rowBytes: Double?, slots: Int) {
        self.rows = rows
        self.rowBytes = rowBytes ?? rows.rowBytes ?? 100
        var settings = AdaptivePrediction.Settings()
        settings.parallelism = slots
        adaptive = AdaptivePrediction(
            rows.prediction.counts, rowBytes: self.rowBytes, settings: settings)
    }

    /// `{"partitions","rows","keys":[{"name","type"}],"rows_per_partition":[…],"min","median",
    /// "max","skew","empty_partitions","distinct_keys","exact","heavy_keys":[{"key","rows",
    /// "partition","share"}],"aqe":{"row_bytes","target_bytes","coalesced_to","skewed":[{
    /// "partition","bytes","pieces"}]},"suggestions":[{"partitions"|"salt","skew"}]}`.
    var json: JSONValue {
        let prediction = rows.prediction
        return .object([
            "partitions": .integer(Int64(prediction.partitions)),
            "rows": .integer(prediction.rows),
            "keys": .array(
                rows.keys.map { .object(["name": .string($0.name), "type": .string($0.type)]) }),
            "rows_per_partition": .array(prediction.counts.map { .integer($0) }),
            "min": .integer(prediction.smallest), "median": .number(prediction.median),
            "max": .integer(prediction.largest), "skew": .number(rounded(prediction.skew)),
            "empty_partitions": .integer(Int64(prediction.emptyPartitions)),
            "distinct_keys": .integer(Int64(prediction.distinctKeys)),
            "exact": .bool(prediction.isExact),
            "heavy_keys": .array(
                prediction.heavyKeys().map { heavy in
                    .object([
                        "key": .array(heavy.key.map { .string(orNull: $0.text) }),
                        "rows": .integer(heavy.rows),
                        "partition": .integer(Int64(heavy.partition)),
                        "share": .number(
                            rounded(Double(heavy.rows) / Double(max(1, prediction.rows)))),
                    ])
                }),
            "aqe": .object([
                "row_bytes": .number(rounded(rowBytes)),
                "target_bytes": .integer(adaptive.targetBytes),
                "coalesced_to": .integer(Int64(adaptive.merged)),
                "skewed": .array(
                    adaptive.skewed.map { skewed in
                        .object([
                            "partition": .integer(Int64(skewed.partition)),
                            "bytes": .integer(skewed.bytes),
                            "pieces": .integer(Int64(skewed.pieces)),
                        ])
                    }),
            ]),
            "suggestions": .array(
                prediction.suggestions().map { suggestion in
                    let way: JSONValue.Member =
                        switch suggestion.way {
                        case .partitions(let count):
                            .init("partitions", .integer(Int64(count)))
                        case .salt(let count): .init("salt", .integer(Int64(count)))
                        }
                    return .object([way, .init("skew", .number(rounded(suggestion.skew)))])
                }),
        ])
    }

    private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

    func text(isUnicode: Bool) -> String {
        let prediction = rows.prediction
        let keys = rows.keys.map { "\($0.name) \($0.type)" }.joined(separator: ", ").printable
        var lines = [
            "\(prediction.rows) rows by (\(keys)) into \(prediction.partitions) partitions, "
                + "\(prediction.distinctKeys)\(prediction.isExact ? "" : "+") distinct keys",
            "rows a partition: min \(prediction.smallest), median \(Int64(prediction.median)), "
                + "max \(prediction.largest) = \(rounded(prediction.skew)) × the mean, "
                + "\(prediction.emptyPartitions) empty",
            "",
        ]
        lines += bars(isUnicode: isUnicode)
        let heavy = prediction.heavyKeys()
        if !heavy.isEmpty {
            var table = TextTable(["HEAVY KEY", "ROWS", "SHARE", "PARTITION"])
            for key in heavy {
                let share = Double(key.rows) / Double(max(1, prediction.rows))
                table.add([
                    key.key.map { $0.text ?? "null" }.joined(separator: ", "), "\(key.rows)",
                    AdviceText.percent(share), "\(key.partition)",
                ])
            }
            lines += ["", table.text]
        }
        lines += [
            "",
            "adaptive execution (at \(Int64(rowBytes)) bytes a row) would merge to "
                + "\(adaptive.merged) partitions and split \(adaptive.skewed.count)",
        ]
        for suggestion in prediction.suggestions() {
            switch suggestion.way {
            case .partitions(let count):
                lines.append("\(count) partitions: max \(rounded(suggestion.skew)) × the mean")
            case .salt(let count):
                lines.append(
                    "salt of \(count) (rand() * \(count) as a further key): max "
                        + "\(rounded(suggestion.skew)) × the mean")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Partitions by size: at most 20 lines, neighbours put together where there are more.
    private func bars(isUnicode: Bool) -> [String] {
        let counts = rows.prediction.counts
        let group = (counts.count + 19) / 20
        let largest = max(1, rows.prediction.largest)
        return stride(from: 0, to: counts.count, by: group).map { start in
            let end = min(start + group, counts.count)
            let most = counts[start..<end].max() ?? 0
            let width = Int((Double(most) / Double(largest) * 50).rounded())
            let name = group == 1 ? "\(start)" : "\(start)–\(end - 1)"
            let padded = String(repeating: " ", count: max(0, 9 - name.count)) + name
            let bar = String(repeating: isUnicode ? "█" : "#", count: width)
            return "\(padded) \(bar) \(most)"
        }
    }
}

extension KeyValue {
    /// The value for people; nil for null. A decimal of few digits shows its unscaled number.
    var text: String? {
        switch self {
        case .null: nil
        case .boolean(let value): "\(value)"
        case .int(let value): "\(value)"
        case .long(let value): "\(value)"
        case .float(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let value): value
        case .binary(let bytes), .bigDecimal(let bytes):
            "0x" + bytes.prefix(32).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        case .compound(let values):
            "(" + values.map { $0.text ?? "null" }.joined(separator: ", ") + ")"
        }
    }
}
