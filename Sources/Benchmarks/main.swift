import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "graph":
    try runGraphBenchmark(arguments: Array(arguments.dropFirst()))
default:
    print("usage: spillway-bench graph [FOLDER] [--picture NAME]")
    exit(2)
}
