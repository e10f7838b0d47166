internal import Glibc

// Speed is measured apart from the tests, always against a peer or a floor in the same run.

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "log": try await runLogBenchmark(arguments: Array(arguments.dropFirst()))
default:
    print("usage: spillway-bench log [--size MIB] [--huge]")
    exit(2)
}
