import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "spark-log":
    try runSparkLogBenchmark(arguments: Array(arguments.dropFirst()))
default:
    print("Usage: spillway-bench spark-log LOG [--python PYTHON] [--repeat N]")
    exit(2)
}
