import Connections
import Domain
import Foundation
import SparkPartitions

/// Why partitions cannot be predicted.
enum PartitionError: UserFacingError, Equatable {
    case noColumn(String, nearest: String?)
    case unknownType(String)
    case badSource(String)
    case unreadable(String, String)
    case wrongValue(column: String, type: String, value: String, row: Int64)

    var problem: String {
        switch self {
        case .noColumn(let name, _): "There is no column '\(name)' in the data."
        case .unknownType(let name): "'\(name)' is no type that can be hashed here."
        case .badSource(let text): "'\(text)' is neither a CSV or Parquet file nor CONNECTION:SQL."
        case .unreadable(let path, let reason): "'\(path)' cannot be read: \(reason)."
        case .wrongValue(let column, let type, let value, let row):
            "Row \(row): '\(value.prefix(60))' in column '\(column)' is no \(type)."
        }
    }

    var remedy: String {
        switch self {
        case .noColumn(_, let nearest?): "Did you mean '\(nearest)'?"
        case .noColumn: "Name a column of the file's first line or of the query."
        case .unknownType:
            "Write boolean, tinyint, smallint, int, bigint, float, double, decimal(P,S), string, "
                + "binary, date, timestamp or timestamp_ntz."
        case .badSource:
            "Write a file that ends in .csv or .parquet, or for example 'sqlite:shop.db:SELECT …'."
        case .unreadable: "Check the path and its permissions."
        case .wrongValue(let column, _, _, _):
            "Give the type that Spark reads, for example --key \(column):string."
        }
    }
}

/// The rows of a source as keys.
struct PartitionRows {
    var prediction: PartitionPrediction
    var keys: [(name: String, type: String)]
    /// Bytes of the source a row, where they are known.
    var rowBytes: Double?

    static func read(_ source: String, keys: [String], partitions: Int) throws -> PartitionRows {
        if source.lowercased().hasSuffix(".csv") || source.lowercased().hasSuffix(".tsv") {
            return try csv(source, keys: keys, partitions: partitions)
        }
        let lowered = source.lowercased()
        if lowered.hasSuffix(".parquet") {
            let names = keys.map { "\"\(name(of: $0).replacing("\"", with: "\"\""))\"" }
            let file = source.replacing("'", with: "''")
            return try sql(
                "duckdb:", "SELECT \(names.joined(separator: ", ")) FROM '\(file)'", keys: keys,
                partitions: partitions)
        }
        for word in [":select", ":with", ":from", ":values", ":table"] {
            guard let place = lowered.range(of: word) else { continue }
            let query = source[place.lowerBound...].dropFirst()
            return try sql(
                String(source[..<place.lowerBound]), String(query), keys: keys,
                partitions: partitions)
        }
        throw PartitionError.badSource(source)
    }

    /// The column of `NAME:TYPE`.
    private static func name(of key: String) -> String {
        key.lastIndex(of: ":").map { String(key[..<$0]) } ?? key
    }

    private static func type(of key: String) throws -> KeyType? {
        guard let colon = key.lastIndex(of: ":") else { return nil }
        let word = String(key[key.index(after: colon)...])
        guard let type = KeyType(name: word) else { throw PartitionError.unknownType(word) }
        return type
    }

    // MARK: Files

    private static func csv(
        _ path: String, keys: [String], partitions: Int
    ) throws -> PartitionRows {
        let types = try keys.map { try type(of: $0) }
        var names: [String] = []
        var columns: [Int] = []
        var inferences = keys.map { _ in KeyTypeInference() }
        func header(_ record: [String?]) throws {
            names = record.map { $0 ?? "" }
            columns = try keys.map { key in
                let wanted = name(of: key)
                guard let column = names.firstIndex(of: wanted) else {
                    throw PartitionError.noColumn(
                        wanted, nearest: nearestName(to: wanted, among: names))
                }
                return column
            }
        }
        // Spark reads a file twice too: once for its types.
        if types.contains(where: { $0 == nil }) {
            try records(path, header: header) { record in
                for (place, column) in columns.enumerated() where types[place] == nil {
                    if column < record.count, let text = record[column] {
                        inferences[place].add(text)
                    }
                }
            }
        }
        let found = keys.indices.map { types[$0] ?? inferences[$0].type }
        var prediction = PartitionPrediction(partitions: partitions)
        var row: Int64 = 0
        let bytes = try records(path, header: header) { record in
            row += 1
            prediction.add(
                columns.enumerated().map { place, column in
                    // Spark reads what does not fit its type as null.
                    guard column < record.count, let text = record[column] else { return .null }
                    return found[place].value(text) ?? .null
                })
        }
        return PartitionRows(
            prediction: prediction, keys: zip(keys, found).map { (name(of: $0), $1.name) },
            rowBytes: row > 0 ? Double(bytes) / Double(row) : nil)
    }

    @discardableResult
    private static func records(
        _ path: String, header: ([String?]) throws -> Void, _ body: ([String?]) throws -> Void
    ) throws -> Int64 {
        let handle: FileHandle
        do {
            handle = try FileHandle(forReadingFrom: URL(filePath: path))
        } catch {
            throw PartitionError.unreadable(path, String(cString: strerror(errno)))
        }
        defer { try? handle.close() }
        var reader = CSVRecords(separator: path.lowercased().hasSuffix(".tsv") ? "\t" : ",")
        var isFirst = true
        var bytes: Int64 = 0
        func take(_ record: [String?]) throws {
            if isFirst {
                isFirst = false
                var record = record
                if let first = record.first ?? nil, first.hasPrefix("\u{FEFF}") {
                    record[0] = String(first.dropFirst())
                }
                return try header(record)
            }
            try body(record)
        }
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
            bytes += Int64(data.count)
            try reader.feed(data, take)
        }
        try reader.finish(take)
        if isFirst { try header([]) }
        return bytes
    }

    // MARK: Queries

    private static func sql(
        _ connection: String, _ query: String, keys: [String], partitions: Int
    ) throws -> PartitionRows {
        let types = try keys.map { try type(of: $0) }
        let address = try ConnectionPath.address(connection)
        let database = try address.open(ConnectionOptions(isReadOnly: true))
        defer { database.close() }
        var columns: [(place: Int, convert: CellConversion)] = []
        var prediction = PartitionPrediction(partitions: partitions)
        var row: Int64 = 0
        try database.run(query, parameters: [:], cancellation: Cancellation()) { event in
            switch event {
            case .columns(let found):
                columns = try keys.indices.map { index in
                    let wanted = name(of: keys[index])
                    guard let place = found.firstIndex(where: { $0.name == wanted }) else {
                        throw PartitionError.noColumn(
                            wanted, nearest: nearestName(to: wanted, among: found.map(\.name)))
                    }
                    let conversion = CellConversion(
                        found[place], asked: types[index], engine: address.engine)
                    return (place, conversion)
                }
            case .rows(let batch):
                for number in 0..<batch.rowCount {
                    row += 1
                    prediction.add(
                        try columns.map { place, convert in
                            try convert.value(batch[number, place], row: row)
                        })
                }
            case .began, .ended: break
            }
        }
        return PartitionRows(
            prediction: prediction,
            keys: zip(keys, columns).map { (name(of: $0), $1.convert.type.name) }, rowBytes: nil)
    }
}
