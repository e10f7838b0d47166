import Connections
import SparkPartitions

/// How cells of a database become values of a Spark type.
struct CellConversion {
    var column: String
    var type: KeyType

    init(_ column: ResultColumn, asked: KeyType?, engine: DatabaseEngine) {
        self.column = column.name
        let declared = column.type.lowercased()
        type =
            asked
            ?? KeyType(name: declared)
            ?? {
                switch column.kind {
                case .integer: declared.contains("int4") || declared == "integer" ? .int : .long
                case .real: .double
                case .boolean: .boolean
                case .date: .date
                case .timestamp: .timestamp
                case .blob: .binary
                default: .string
                }
            }()
        // SQLite's INTEGER holds 64 bits, and Spark's JDBC reader takes it for as much as it is told.
        // Its REAL has 64 bits, too.
        guard asked == nil, engine == .sqlite else { return }
        if ["integer", "int", ""].contains(declared) { type = .long }
        if type == .float { type = .double }
    }

    func value(_ cell: CellValue, row: Int64) throws -> KeyValue {
        let value: KeyValue?
        switch cell {
        case .null: return .null
        case .boolean(let flag): value = type == .boolean ? .boolean(flag) : type.value("\(flag)")
        case .integer(let number): value = type.value("\(number)")
        case .real(let number):
            switch type {
            case .double: value = .double(number)
            case .float: value = .float(Float(number))
            default: value = type.value("\(number)")
            }
        case .text(let text): value = type.value(text)
        case .blob(let bytes): value = type == .binary ? .binary(bytes) : nil
        }
        if case .string = type, case .blob(let bytes) = cell { return .binary(bytes) }
        guard let value else {
            throw PartitionError.wrongValue(
                column: column, type: type.name, value: "\(cell)", row: row)
        }
        return value
    }
}
