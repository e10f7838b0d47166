/// What two texts of one query share: letters' case, blanks, comments and the values in them do
/// not count.
public struct QueryFingerprint: Hashable, Sendable {
    /// 16 hexadecimal digits.
    public let text: String
    /// The query with `?` for every value, in one line.
    public let query: String

    public init(_ query: String) {
        let normal = Self.normal(query)
        // FNV-1a, 64 bits (Fowler, Noll, Vo): short, and the same on every machine.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in normal.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        text = String(repeating: "0", count: 16 - digits.count) + digits
        self.query = normal
    }

    private static func normal(_ query: String) -> String {
        let scalars = Array(query.unicodeScalars)
        var words: [String] = []
        var place = 0
        func isWord(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        }
        while place < scalars.count {
            let start = place
            let scalar = scalars[place]
            place += 1
            if scalar.properties.isWhitespace { continue }
            if scalar == "-", place < scalars.count, scalars[place] == "-" {
                while place < scalars.count, scalars[place] != "\n" { place += 1 }
            } else if scalar == "/", place < scalars.count, scalars[place] == "*" {
                place += 1
                while place < scalars.count, !(scalars[place - 1] == "*" && scalars[place] == "/") {
                    place += 1
                }
                place += 1
            } else if scalar == "'" || scalar == "\"" {
                while place < scalars.count, scalars[place] != scalar { place += 1 }
                place = min(place + 1, scalars.count)
                words.append(
                    scalar == "'" ? "?" : String(String.UnicodeScalarView(scalars[start..<place])))
            } else if isWord(scalar) {
                while place < scalars.count, isWord(scalars[place]) || scalars[place] == "." {
                    place += 1
                }
                let word = String(String.UnicodeScalarView(scalars[start..<place])).lowercased()
                words.append(("0"..."9").contains(scalar) ? "?" : word)
            } else if scalar != ";" {
                words.append(String(scalar))
            }
        }
        return withShortLists(words).joined(separator: " ")
    }

    /// A list of values is one value, however long it is.
    private static func withShortLists(_ words: [String]) -> [String] {
        var result: [String] = []
        for word in words {
            if word == "?", result.count >= 2, result.last == ",",
                result[result.count - 2] == "?"
            {
                result.removeLast()
            } else {
                result.append(word)
            }
        }
        return result
    }
}
