import ArgumentParser
import Connections
import Domain
import Foundation
import JSONText
import SparkPartitions

/// `spark partitions` says where hash partitioning puts rows, before a job runs.
struct SparkPartitionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partitions",
        abstract: "Predict how evenly keys spread over shuffle partitions.",
        discussion: """
            Hashes the keys as Spark does (Murmur3, seed 42) and counts rows by partition: the \
            numbers are those of spark_partition_id() after repartition(N, keys) or a join on them. \
            Types of a CSV file are found as inferSchema finds them; say them where the job reads \
            other ones, as with --key id:string. Files end in .csv or .parquet; everything else is \
            a connection and a query.

            Examples:
              spillway spark partitions --key customer --partitions 200 --from orders.csv
              spillway spark partitions --key 'price:decimal(10,2)' --key day:date --partitions 64 \
            --from orders.csv --json
              spillway spark partitions --key customer --partitions 200 \
            --from 'sqlite:shop.db:SELECT customer FROM orders'
            """)

    @Option(help: "A key column, as NAME or NAME:TYPE; repeat it for more, in the job's order.")
    var key: [String]

    @Option(help: "The number of partitions: spark.sql.shuffle.partitions or repartition(N).")
    var partitions: Int

    @Option(help: "FILE.csv, FILE.parquet, or CONNECTION:SQL.")
    var from: String

    @Option(help: "Mean bytes of a row, for what adaptive execution would do.")
    var rowBytes: Double?

    @Option(help: "Slots of the cluster, for what adaptive execution would merge.")
    var slots = 1

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard !key.isEmpty else { throw ValidationError("Name at least one --key column.") }
        guard (1...1_000_000).contains(partitions) else {
            throw ValidationError("--partitions takes a number from 1 to 1000000.")
        }
        guard rowBytes ?? 1 > 0, slots > 0 else {
            throw ValidationError("--row-bytes and --slots take positive numbers.")
        }
    }

    func run() throws {
        let rows = try PartitionRows.read(from, keys: key, partitions: partitions)
        let report = PartitionReport(rows, rowBytes: rowBytes, slots: slots)
        if json { return Console.printJSON(report.json) }
        Console.print(report.text(isUnicode: Console.showsUnicode))
    }
}
