import Screen

/// The role of a log line that brings no colour of its own: problems stand out.
enum LogTint {
    /// Looks for a level word among the first 160 bytes, in capitals as loggers write it.
    static func role(of line: [UInt8]) -> Role {
        let head = line.prefix(160)
        for (word, role) in words where contains(head, word) { return role }
        return .plain
    }

    private static let words: [(bytes: [UInt8], role: Role)] = [
        (Array("ERROR".utf8), .error), (Array("FATAL".utf8), .error),
        (Array("CRITICAL".utf8), .error), (Array("Traceback".utf8), .error),
        (Array("WARN".utf8), .warning), (Array("DEBUG".utf8), .dim),
    ]

    private static func contains(_ bytes: ArraySlice<UInt8>, _ word: [UInt8]) -> Bool {
        guard bytes.count >= word.count else { return false }
        for start in bytes.startIndex...(bytes.endIndex - word.count)
        where bytes[start] == word[0] && bytes[start..<start + word.count].elementsEqual(word) {
            return true
        }
        return false
    }
}
