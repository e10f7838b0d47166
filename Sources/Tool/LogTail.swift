import Domain
import LogFiles
import Screen

/// The end of a log as lines of text, without colour codes.
enum LogTail {
    static func lines(of path: String, count: Int) throws -> [String] {
        let slice = try LogFile.open(path: path).slice(
            anchor: .end, linesBefore: count, linesAfter: 0)
        return slice.lines.map { line in
            let left = Array(OverwrittenLine.remainder(of: line.bytes))
            let text = String(decoding: SGRText.plainBytes(of: left), as: UTF8.self)
            return line.hiddenByteCount > 0
                ? text + " … \(line.hiddenByteCount) more bytes" : text
        }
    }
}
