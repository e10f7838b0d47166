import ByteText
import Connections
import DatabasePeers
import Foundation
import Testing

@Suite("Files that the engine writes itself")
struct EngineExportTests {
    private static let engines = EngineTests.engines.filter { $0 != .sqlite }

    private func write(
        _ text: String, on database: any DatabaseConnection, to path: String,
        as format: EngineExport.Format = .csv, _ parameters: [String: CellValue] = [:],
        _ cancellation: Cancellation = Cancellation()
    ) throws -> Int? {
        try EngineExport.write(
            text, as: format, on: database, parameters: parameters, toFile: path,
            cancellation: cancellation)
    }

    /// What our own writer makes of the rows.
    private func written(_ text: String, on database: any DatabaseConnection) throws -> [UInt8] {
        var encoder: RowEncoder?
        var out = ByteSink()
        try database.run(text, parameters: [:], cancellation: Cancellation()) { event in
            if case .columns(let columns) = event {
                encoder = RowEncoder(.csv, columns: columns)
                encoder?.begin(into: &out)
            }
            if case .rows(let batch) = event { encoder?.encode(batch, into: &out) }
        }
        return out.bytes
    }

    @Test("it is what our own writer makes of the rows", arguments: engines)
    func same(engine: DatabaseEngine) throws {
        let database = try EngineTests.open(engine)
        let series = engine == .duckdb ? "range(5000) r(i)" : "generate_series(0, 4999) r(i)"
        let text = """
            -- what; is "exported"
            select i as id, 'a "q", ' || i as "the #name", case when i % 3 = 0 then null when i % 3 = 1
              then '' else 'x' || chr(10) || 'y' end as note, cast(i as decimal(9, 2)) / 4 as amount,
              date '2026-01-31' as day, 0.5 + i as part
            from \(series) order by i;
            """
        let folder = try TemporaryFolder()
        let path = folder.file("out.csv")
        try Data("old".utf8).write(to: URL(filePath: path))
        chmod(path, 0o640)
        #expect(try write(text, on: database, to: path) == 5_000)
        let ours = try written(text, on: database)
        let theirs = try Data(contentsOf: URL(filePath: path))
        #expect(theirs.count == ours.count)
        #expect(Array(theirs) == ours)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
    }

    @Test("numbers and texts of every form come out the same either way", arguments: engines)
    func forms(engine: DatabaseEngine) throws {
        let database = try EngineTests.open(engine)
        var random = SystemRandomNumberGenerator()
        var numbers = [
            "0", "1", "-1", "-0.0", "0.5", "100", "0.0001", "0.00001", "123456.125", "1e14", "1e15",
            "1e16", "-1e17", "9007199254740993", "1e100", "4.9e-324", "1.7976931348623157e308",
            "0.1", "NaN", "Infinity", "-Infinity",
        ]
        for _ in 0..<400 {
            let number = Double(bitPattern: random.next())
            if number.isNormal { numbers.append(number.description) }
        }
        let rows = numbers.enumerated().map { row, number in
            let small = (Double(number) ?? 0).magnitude < 1e30 ? Float(number) ?? 0 : 1.5
            let single = small.isNormal || small == 0 ? small : 0.25
            return "(\(row), cast('\(number)' as double precision), cast('\(single)' as real))"
        }
        let texts = [
            "", " ", " x ", "\\.", "\\", "a,b", "\"", "a\"\"b", "tab\there", "#note", "a #1", "#,#",
            "null", "NULL",
            "'", "\r", "äß", "x\ny",
        ]
        let values = texts.enumerated().map { "(\($0), '\($1.replacing("'", with: "''"))')" }
        let folder = try TemporaryFolder()
        for text in [
            "select id, \"1\"\(engine == .duckdb ? "" : ", f") from (values "
                + "\(rows.joined(separator: ","))) as t(id, \"1\", f) order by id",
            "select * from (values \(values.joined(separator: ","))) as t(id, s) order by id",
            "select s from (values \(values.joined(separator: ","))) as t(id, s) order by id",
        ] {
            let path = folder.file("out.csv")
            let isAlone = text.hasPrefix("select s")
            let count = try write(text, on: database, to: path)
            #expect((count == nil) == (engine == .duckdb && isAlone))
            if count == nil { continue }
            let theirs = String(
                decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            let ours = String(decoding: try written(text, on: database), as: UTF8.self)
            for (their, our) in zip(
                theirs.split(separator: "\n", omittingEmptySubsequences: false),
                ours.split(separator: "\n", omittingEmptySubsequences: false))
            { #expect(their == our) }
            #expect(theirs == ours)
        }
    }

    @Test("what would come out otherwise is left to our own writer, and nothing is touched")
    func refused() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("out.csv")
        for engine in Self.engines {
            let database = try EngineTests.open(engine)
            for text in [
                "select 1 as a; select 2 as b", "create temp table t(a integer)", "",
                "select 1 as a, 2 as a where 'x", "select cast('x' as bytea) as a",
            ] {
                #expect(try write(text, on: database, to: path) == nil, "\(engine): \(text)")
            }
            #expect(try write("select 1 as a", on: database, to: "/dev/null") == nil)
        }
        let sqlite = try EngineTests.open(.sqlite)
        #expect(try write("select 1 as a", on: sqlite, to: path) == nil)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a query that fails or is cancelled leaves the file as it was", arguments: engines)
    func failing(engine: DatabaseEngine) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("out.csv")
        try Data("old".utf8).write(to: URL(filePath: path))
        let database = try EngineTests.open(engine)
        let series = engine == .duckdb ? "range(20) r(i)" : "generate_series(0, 19) r(i)"
        let error = #expect(throws: DatabaseError.self) {
            _ = try write(
                "select\n  cast('a' || i as integer) as bad from \(series)", on: database, to: path)
        }
        #expect(error?.kind == .invalid)
        for yields in [0, 100, 5_000] {
            let run = CancelledRun(afterYields: yields)
            run.begin()
            let cancelled = #expect(throws: DatabaseError.self) {
                _ = try write(
                    EngineTests.endless(engine) + " ", on: database, to: path, run.cancellation)
            }
            #expect(cancelled?.kind == .cancelled)
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("old".utf8))
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.file(""))
        #expect(left == ["out.csv"])
        #expect(try database.rows("select 1 as x") == [[.integer(1)]])
    }

    @Test("DuckDB writes Parquet with the types of the query", .enabled(if: DuckDBPeer.isInstalled))
    func parquet() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("out.parquet")
        let database = try EngineTests.open(.duckdb)
        let count = try write(
            "select i, i = 2 as two, [i, 1] as both, :day as day from range(3) r(i)",
            on: database, to: path, as: .parquet, ["day": .text("it's")])
        #expect(count == 3)
        let back = try ConnectionAddress.file(path: path, format: .parquet).open()
        #expect(
            try back.rows("select i, two, day from out order by i").last
                == [.integer(2), .boolean(true), .text("it's")])
    }
}

extension EngineExportTests {
    private func write(
        _ text: String, on database: any DatabaseConnection, to path: String,
        _ cancellation: Cancellation
    ) throws -> Int? {
        try write(text, on: database, to: path, as: .csv, [:], cancellation)
    }
}
