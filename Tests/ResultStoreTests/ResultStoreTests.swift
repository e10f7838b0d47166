import Domain
import Foundation
import ResultStore
import Testing

let scratch = FileManager.default.temporaryDirectory.path

func store(_ columns: [String], _ rows: [[ResultCell]]) throws -> ResultStore {
    let store = try ResultStore(
        columns: columns.map { StoredColumn(name: $0) }, folder: scratch)
    try store.append(rows)
    store.finish()
    return store
}

func texts(_ view: ResultView, column: Int = 0) throws -> [String] {
    try view.window(0..<view.rowCount, columns: [column]).map {
        String(decoding: CellText.bytes(of: $0[0].cell), as: UTF8.self)
    }
}

@Suite("Results kept in a file")
struct ResultStoreTests {
    /// Cells of every kind, some hostile.
    private func cell(_ row: Int, _ column: Int) -> ResultCell {
        switch (row * 7 + column * 3) % 11 {
        case 0: .null
        case 1: .boolean(row % 2 == 0)
        case 2: .integer(Int64(row) << 33)
        case 3: .integer(Int64(-row))
        case 4: .real(Double(row) / 3)
        case 5: .real(row % 3 == 0 ? .nan : row % 3 == 1 ? .infinity : -.infinity)
        case 6: .text("row \(row)\u{0}\u{1B}]52;c;x\u{7}")
        case 7: .text([0xFF, 0xFE, UInt8(row & 255)])
        case 8: .blob([0, 1, UInt8(row & 255)])
        case 9: .text("")
        default: .text(String(repeating: "x", count: row % 700))
        }
    }

    @Test("every cell of many rows comes back as it was, from the file and from the part in memory")
    func roundTrip() throws {
        let count = 8_000
        let store = try ResultStore(
            columns: (0..<5).map { StoredColumn(name: "c\($0)") }, folder: scratch)
        for start in stride(from: 0, to: count, by: 777) {
            try store.append(
                (start..<min(count, start + 777)).map { row in (0..<5).map { cell(row, $0) } })
            #expect(store.rowCount == min(count, start + 777))
        }
        #expect(store.byteCount > 1 << 20)
        for row in [0, 1, 776, 777, 5_000, 6_345, count - 2, count - 1] {
            for column in 0..<5 {
                let found = try store.cell(row: row, column: column)
                if case .real(let value) = cell(row, column), value.isNaN {
                    guard case .real(let other) = found, other.isNaN else {
                        Issue.record("NaN became \(String(describing: found))")
                        continue
                    }
                } else {
                    #expect(found == cell(row, column), "row \(row) column \(column)")
                }
            }
        }
        #expect(try store.cell(row: count, column: 0) == nil)
        #expect(try ResultView(store).window(count - 3..<count + 9, columns: [0, 4]).count == 3)
    }

    @Test("rows can be read while more are appended")
    func concurrent() async throws {
        let store = try ResultStore(columns: [StoredColumn(name: "n")], folder: scratch)
        let reader = Task.detached {
            while !store.isComplete {
                let count = store.rowCount
                for row in [0, count / 2, count - 1] where row >= 0 {
                    let found = try store.cell(row: row, column: 0)
                    #expect(found == .integer(Int64(row)))
                }
            }
        }
        for start in stride(from: 0, to: 60_000, by: 1_000) {
            try store.append((start..<start + 1_000).map { [.integer(Int64($0))] })
        }
        store.finish()
        try await reader.value
    }

    @Test("a cell of many megabytes and 2,000 columns are kept, and shown in part")
    func large() throws {
        let huge = [UInt8](repeating: 97, count: 20 << 20)
        let one = try store(["t"], [[.text("a")], [.text(huge)], [.text("b")]])
        #expect(
            try ResultView(one).window(1..<2, columns: [0], limit: 10)[0][0]
                == CellExcerpt(cell: .text("aaaaaaaaaa"), byteCount: 20 << 20))
        #expect(try one.cell(row: 2, column: 0) == .text("b"))
        let names = (0..<2_000).map { "c\($0)" }
        let wide = try store(
            names, (0..<50).map { row in (0..<2_000).map { .integer(Int64(row * $0)) } })
        #expect(try wide.cell(row: 49, column: 1_999) == .integer(49 * 1_999))
    }

    @Test("a disk that fills is said, and what came before stays")
    func full() throws {
        let store = try ResultStore(
            columns: [StoredColumn(name: "t")], folder: scratch, limit: 3 << 20)
        try store.append((0..<2_000).map { _ in [.text([UInt8](repeating: 120, count: 1_000))] })
        let kept = store.rowCount
        #expect(throws: ResultStoreError.self) {
            for _ in 0..<10 {
                try store.append(
                    (0..<1_000).map { _ in [.text([UInt8](repeating: 121, count: 1_000))] })
            }
        }
        #expect(store.rowCount >= kept)
        guard case .spillFull = store.problem else {
            Issue.record("said nothing: \(String(describing: store.problem))")
            return
        }
        #expect(try store.cell(row: 0, column: 0) != nil)
        #expect(try store.cell(row: store.rowCount - 1, column: 0) != nil)
        #expect(throws: ResultStoreError.self) { try store.append([[.null]]) }
        #expect(throws: ResultStoreError.self) {
            _ = try ResultStore(columns: [StoredColumn(name: "t")], folder: "/no/such/folder")
        }
    }

    @Test("sorting is stable, knows numbers, nulls and more rows than memory holds")
    func sort() throws {
        let rows: [[ResultCell]] = [
            [.text("b"), .integer(1)], [.null, .integer(2)], [.integer(10), .integer(3)],
            [.real(9.5), .integer(4)], [.text("a"), .integer(5)], [.integer(-3), .integer(6)],
            [.real(.nan), .integer(7)], [.text("a"), .integer(8)],
            [.integer(9_007_199_254_740_993), .integer(9)],
            [.integer(9_007_199_254_740_992), .integer(10)],
        ]
        let view = ResultView(try store(["k", "n"], rows))
        #expect(
            try texts(view.sorted(by: [0]), column: 1) == [
                "2", "6", "4", "3", "10", "9", "7", "5", "8", "1",
            ])
        #expect(
            try texts(view.sorted(by: [0], isDescending: true), column: 1)
                == ["1", "5", "8", "7", "9", "10", "3", "4", "6", "2"])
        let count = 30_000
        let big = try ResultStore(columns: [StoredColumn(name: "n")], folder: scratch)
        try big.append((0..<count).map { [.integer(Int64(($0 &* 7_919) % count))] })
        let sorted = try ResultView(big).sorted(by: [0], memory: 200_000)
        #expect(sorted.rowCount == count)
        for place in [0, 1, 9_999, 15_000, count - 1] {
            #expect(try sorted.cell(row: place, column: 0) == .integer(Int64(place)))
        }
    }

    @Test("filters read what is typed")
    func filter() throws {
        let rows: [[ResultCell]] = [
            [.text("Berlin"), .integer(10)], [.text("Hamburg"), .integer(20)], [.null, .real(5.5)],
            [.text("berlin"), .null],
        ]
        let store = try store(["city", "amount"], rows)
        let view = ResultView(store)
        func places(_ text: String) throws -> [Int] {
            let filtered = try view.filtered(RowFilter(typed: text, columns: store.columns))
            return try filtered.rows(0..<filtered.rowCount)
        }
        #expect(try places("amount > 6") == [0, 1] && places("amount <= 10 and city ~ ber") == [0])
        #expect(try places("BERLIN") == [0, 3] && places("!berlin") == [1, 2])
        #expect(try places("city = null") == [2] && places("city != null") == [0, 1, 3])
        #expect(try places("city = 'Berlin'") == [0] && places("amount = 20") == [1])
        #expect(try places("5.5") == [2] && places("") == [0, 1, 2, 3])
        let hamburg = RowFilter(typed: "hamb", columns: store.columns)
        #expect(try view.place(matching: hamburg, from: 3, isForward: false) == 1)
        #expect(try view.place(matching: hamburg, from: 2, isForward: true) == nil)
    }

    @Test("groups are counted, few or many")
    func group() throws {
        let few = ResultView(try store(["k"], (0..<1_000).map { [.integer(Int64($0 % 3))] }))
        let groups = try few.grouped(by: [0])
        #expect(
            try texts(groups) == ["0", "1", "2"]
                && texts(groups, column: 1) == ["334", "333", "333"])
        let many = ResultView(try store(["k"], (0..<25_000).map { [.integer(Int64($0 % 12_000))] }))
        let counted = try many.grouped(by: [0], tableLimit: 5_000)
        #expect(counted.rowCount == 12_000)
        #expect(try counted.cell(row: 0, column: 1) == .integer(3))
        #expect(try counted.cell(row: 11_999, column: 1) == .integer(2))
    }

    @Test("columns are described")
    func describe() throws {
        let rows: [[ResultCell]] = (0..<101).map {
            [.integer(Int64($0)), $0 % 10 == 0 ? .null : .text("t\($0 % 4)")]
        }
        let summary = try ResultView(store(["n", "t"], rows)).described()
        #expect(summary[0].distinct == 101 && summary[0].numbers?.mean == 50)
        #expect(
            summary[0].numbers?.quantiles.median == 50 && summary[0].numbers?.quantiles.p95 == 95)
        #expect(summary[0].numbers?.histogram.reduce(0, +) == 101)
        #expect(
            summary[1].nulls == 11 && summary[1].distinct == 4 && summary[1].least == .text("t0"))
        #expect(summary[1].greatest == .text("t3") && summary[1].numbers == nil)
        let many = try ResultView(store(["n"], (0..<120_000).map { [.integer(Int64($0))] }))
            .described()
        #expect(!many[0].isDistinctExact && abs(many[0].distinct - 120_000) < 6_000)
    }

    @Test("two results are compared by key")
    func diff() throws {
        let old = ResultView(
            try store(
                ["id", "v"],
                [
                    [.integer(1), .text("a")], [.integer(2), .text("b")],
                    [.integer(3), .text("c")],
                ]))
        let new = ResultView(
            try store(
                ["id", "v"],
                [
                    [.integer(4), .text("d")], [.integer(3), .text("x")],
                    [.integer(1), .text("a")],
                ]))
        // The first column is a key in both, so that it need not be said.
        for keyCount in [1, nil] {
            let diff = try new.difference(from: old, keyCount: keyCount)
            #expect(diff.added == 1 && diff.removed == 1 && diff.changed == 1 && diff.same == 1)
            #expect(diff.keyCount == 1)
            #expect(try texts(diff.rows) == ["-", "·", "~", "+"])
            #expect(try texts(diff.rows, column: 1) == ["2", "3", "3", "4"])
        }
        let repeated = ResultView(
            try store(["id", "v"], [[.integer(4), .text("d")], [.integer(4), .text("e")]]))
        let diff = try repeated.difference(from: new)
        #expect(diff.keyCount == 2 && diff.same == 1 && diff.added == 1 && diff.removed == 2)
    }

    @Test("every form of export says every kind of cell")
    func export() throws {
        let rows: [[ResultCell]] = [
            [
                .integer(-5), .real(1.5), .text("a,\"b\"\n|c"), .null, .boolean(true),
                .blob([1, 255]),
            ],
            [
                .integer(.min), .real(.infinity), .text(""), .text("\u{1B}\t\\'"), .boolean(false),
                .null,
            ],
        ]
        let view = ResultView(try store(["i", "r", "t", "x", "b", "z"], rows))
        func text(_ format: ExportFormat) throws -> String {
            try view.exported(format, rows: 0..<2, table: "my \"t\"")
        }
        #expect(
            try text(.csv) == """
                i,r,t,x,b,z
                -5,1.5,"a,""b""
                |c",,true,01ff
                -9223372036854775808,inf,"",\u{1B}\t\\',false,

                """)
        #expect(
            try text(.tsv) == """
                i\tr\tt\tx\tb\tz
                -5\t1.5\ta,"b"\\n|c\t\\N\ttrue\t01ff
                -9223372036854775808\tinf\t\t\u{1B}\\t\\\\'\tfalse\t\\N

                """)
        #expect(
            try text(.jsonLines) == """
                {"i":-5,"r":1.5,"t":"a,\\"b\\"\\n|c","x":null,"b":true,"z":"01ff"}
                {"i":-9223372036854775808,"r":"inf","t":"","x":"\\u001b\\t\\\\'","b":false,"z":null}

                """)
        #expect(try text(.markdown).hasPrefix("| i | r | t | x | b | z |\n| --- |"))
        #expect(try text(.markdown).contains("a,\"b\"<br>\\|c"))
        #expect(
            try text(.insert).contains(
                "INSERT INTO \"my \"\"t\"\"\" (\"i\", \"r\", \"t\", \"x\", \"b\", \"z\") VALUES (-5, 1.5, 'a,\"b\"\n|c', NULL, TRUE, X'01ff');"
            ))
    }

    @Test("a file appears whole or not at all, and can be cancelled")
    func exportFile() throws {
        let path = scratch + "/export-\(UUID().uuidString).csv"
        defer { unlink(path) }
        let view = ResultView(try store(["n"], (0..<300_000).map { [.integer(Int64($0))] }))
        let count = try view.export(.csv, toFile: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.utf8.count == count && text.hasSuffix("299999\n"))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let task = ResultTask()
        task.cancel()
        #expect(throws: ResultStoreError.cancelled) {
            _ = try view.export(.csv, toFile: path + ".2", task)
        }
        #expect(!FileManager.default.fileExists(atPath: path + ".2"))
        let reversed = try view.sorted(by: [0], isDescending: true)
        _ = try reversed.export(.tsv, toFile: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("n\n299999\n299998\n"))
    }
}
