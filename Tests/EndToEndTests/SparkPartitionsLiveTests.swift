import Foundation
import Testing

/// Whether the `python3` of the PATH brings PySpark, and a Java is there to run it.
private let hasPySpark: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["sh", "-c", "command -v java && python3 -c 'import pyspark'"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}()

@Suite("Partition prediction against PySpark", .serialized, .enabled(if: hasPySpark))
struct SparkPartitionsLiveTests {
    /// Sets of random keys of all types as CSV files, each with the rows that Spark counted by
    /// `spark_partition_id()` after repartitioning the very file.
    private static let script = #"""
        import json, random, sys
        from decimal import Decimal
        from pyspark.sql import SparkSession
        from pyspark.sql import functions as F
        random.seed(int(sys.argv[1]))
        spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
                 .config("spark.sql.session.timeZone", "UTC")
                 .config("spark.sql.adaptive.enabled", "false").getOrCreate())
        r = random
        letters = ["a", "Z", "é", "ß", "漢", "😀", " ", "'", ",", "-", "0"]
        makers = {
            "boolean": lambda: r.choice(["true", "false"]),
            "tinyint": lambda: str(r.randint(-128, 127)),
            "smallint": lambda: str(r.randint(-32768, 32767)),
            "int": lambda: str(r.randint(-2**31, 2**31 - 1)),
            "bigint": lambda: str(r.randint(-2**63, 2**63 - 1)),
            "float": lambda: r.choice(["0.0", "-0.0", "NaN", repr(r.uniform(-1e6, 1e6))]),
            "double": lambda: r.choice(["0.0", "-0.0", "NaN", repr(r.uniform(-1e200, 1e200))]),
            "decimal(9,2)": lambda: "%.2f" % r.uniform(-9e6, 9e6),
            "decimal(18,6)": lambda: "%.6f" % r.uniform(-9e9, 9e9),
            "decimal(30,4)": lambda: str(Decimal(r.randint(-10**29, 10**29)) / 10000),
            "decimal(38,0)": lambda: str(r.randint(-10**37, 10**37)),
            "string": lambda: "".join(r.choice(letters) for _ in range(r.randint(1, 12))) + "x",
            "date": lambda: "%04d-%02d-%02d" % (r.randint(1583, 2999), r.randint(1, 12), r.randint(1, 28)),
            "timestamp": lambda: "%04d-%02d-%02d %02d:%02d:%02d.%06d" % (
                r.randint(1901, 2400), r.randint(1, 12), r.randint(1, 28), r.randint(0, 23),
                r.randint(0, 59), r.randint(0, 59), r.randint(0, 999999)),
        }
        types = list(makers)
        sets = [[t] for t in types] + [r.sample(types, r.randint(2, 4)) for _ in range(10)]
        out = []
        for number, keys in enumerate(sets):
            path = "set%d.csv" % number
            pool = [[makers[t]() for t in keys] for _ in range(r.choice([5, 60, 400]))]
            with open(path, "w", encoding="utf-8", newline="") as f:
                f.write(",".join("k%d" % i for i in range(len(keys))) + "\n")
                for _ in range(r.randint(200, 900)):
                    row = r.choice(pool)
                    cells = ["" if r.random() < 0.05 and len(keys) > 1 else v for v in row]
                    f.write(",".join('"%s"' % c if "," in c else c for c in cells) + "\n")
            schema = ", ".join("k%d %s" % (i, t) for i, t in enumerate(keys))
            data = spark.read.schema(schema).option("header", True).csv(path)
            n = r.choice([1, 3, 7, 16, 64, 200])
            counts = [0] * n
            split = data.repartition(n, *["k%d" % i for i in range(len(keys))])
            for row in split.groupBy(F.spark_partition_id()).count().collect():
                counts[row[0]] = row[1]
            out.append({"path": path, "types": keys, "partitions": n, "counts": counts})
        print("SETS " + json.dumps(out))
        spark.stop()

        """#

    @Test("rows per partition are those of spark_partition_id() for 24 random sets of all types")
    func counts() throws {
        let project = try Project(["flow": "tasks: { a: { run: true } }\n"])
        try project.write("sets.py", Self.script)
        let spark = Process()
        spark.executableURL = URL(filePath: "/usr/bin/env")
        spark.arguments = ["python3", "sets.py", "20261126"]
        spark.currentDirectoryURL = URL(filePath: project.path)
        let output = Pipe()
        spark.standardOutput = output
        spark.standardError = FileHandle.nullDevice
        try spark.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        spark.waitUntilExit()
        let line = try #require(text.split(separator: "\n").last { $0.hasPrefix("SETS ") })
        let sets = try #require(
            JSONSerialization.jsonObject(with: Data(line.dropFirst(5).utf8)) as? [[String: Any]])
        #expect(sets.count == 24)
        for set in sets {
            let types = try #require(set["types"] as? [String])
            let keys = types.enumerated().flatMap { ["--key", "k\($0):\($1)"] }
            let words =
                ["spark", "partitions"] + keys + [
                    "--partitions", "\(set["partitions"] as? Int ?? 0)", "--from",
                    set["path"] as? String ?? "", "--json",
                ]
            let child = try project.start(words)
            let ending = child.end(within: 60)
            let outcome = Outcome(ending: ending, output: child.output, errors: child.errors)
            let counted = try outcome.json()["rows_per_partition"].list.map(\.number)
            #expect(counted == set["counts"] as? [Int], "\(types)")
        }
    }
}
