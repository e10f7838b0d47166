import Domain
import Foundation
import Glibc
import GraphLayout

/// The peer: graphviz's `dot`, as it is installed.
struct GraphvizDot {
    let program: URL

    static func find() -> GraphvizDot? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        for folder in folders {
            let program = URL(filePath: String(folder)).appending(path: "dot")
            if FileManager.default.isExecutableFile(atPath: program.path) {
                return GraphvizDot(program: program)
            }
        }
        return nil
    }

    /// Draws `dag` left to right; the time is the processor time of the whole process.
    func draw(_ dag: DAG) throws -> (lines: [LineCrossings.Line], milliseconds: Double) {
        var text = "digraph {\nrankdir=LR\n"
        for node in 0..<dag.nodeCount { text += "\(node)\n" }
        for edge in dag.edges { text += "\(edge.from) -> \(edge.to)\n" }
        text += "}\n"
        let input = FileManager.default.temporaryDirectory.appending(
            path: "spillway-bench-\(ProcessInfo.processInfo.processIdentifier).dot")
        try text.write(to: input, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: input) }
        let process = Process()
        process.executableURL = program
        process.arguments = ["-Tplain", input.path]
        let output = Pipe()
        process.standardOutput = output
        let before = Self.childrensMilliseconds()
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let milliseconds = Self.childrensMilliseconds() - before
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap {
            Self.line(of: $0)
        }
        return (lines, milliseconds)
    }

    /// Processor time of all children that have ended.
    private static func childrensMilliseconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
        return Double(seconds) * 1_000 + Double(microseconds) / 1_000
    }

    /// `edge FROM TO n x1 y1 … xn yn …` of the plain format.
    private static func line(of text: Substring) -> LineCrossings.Line? {
        let words = text.split(separator: " ")
        guard words.count > 4, words[0] == "edge", let from = Int(words[1]), let to = Int(words[2]),
            let count = Int(words[3]), words.count >= 4 + 2 * count
        else { return nil }
        let points = (0..<count).compactMap { index -> SIMD2<Double>? in
            guard let x = Double(words[4 + 2 * index]), let y = Double(words[5 + 2 * index]) else {
                return nil
            }
            return SIMD2(x, y)
        }
        return LineCrossings.Line(from: from, to: to, points: points)
    }
}
